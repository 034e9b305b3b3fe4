/** The way of a call through its statuses, with the time each took. */
import type { CallWithTurns } from '../../../src/api/contract/calls.ts';
import { useNow } from '../base/now.ts';
import { toWords } from '../parts/badge.tsx';
import { toDuration, toMs, toTimeOfDay } from '../parts/format.ts';

interface Station {
  name: string;
  at: string | null;
}

function stationsOf(call: CallWithTurns): Station[] {
  const { created_at, dialing_at, ringing_at, answered_at, ended_at, status, state, direction } = call;
  const end = state === 'ended' ? toWords(status) : 'over';
  const all: Station[] = [
    { name: direction === 'inbound' ? 'called in' : 'asked for', at: created_at },
    ...(direction === 'inbound'
      ? []
      : [
          { name: 'dialled', at: dialing_at },
          { name: 'rang', at: ringing_at },
        ]),
    { name: 'answered', at: answered_at },
    { name: end, at: ended_at },
  ];
  // What never happened in a call that is over is no part of its way.
  return state === 'ended' ? all.filter(({ at }) => at !== null) : all;
}

export function CallPath({ call }: { call: CallWithTurns }) {
  const nowMs = useNow(1000);
  const stations = stationsOf(call);
  return (
    <ol className="flex flex-wrap gap-y-3 px-4 py-4">
      {stations.map((station, index) => {
        const next = stations[index + 1];
        const isNow = station.at !== null && next !== undefined && next.at === null;
        return (
          <li key={station.name} className="flex min-w-24 flex-1 flex-col gap-1 last:flex-none">
            <span className="flex items-center gap-2">
              <span
                className={`size-2.5 shrink-0 rounded-full ${station.at === null ? 'border-2 border-line' : 'bg-accent text-accent'} ${isNow ? 'pulse-dot' : ''}`}
              />
              {next && <span className={`h-px flex-1 ${next.at === null ? 'bg-line' : 'bg-accent/50'}`} />}
            </span>
            <span className={station.at === null ? 'text-soft' : 'font-medium'}>{station.name}</span>
            <span className="text-[0.82rem] text-soft tabular-nums">
              {station.at === null ? '' : toTimeOfDay(station.at)}
              {station.at !== null && next && ` · ${tookUntil(station.at, next.at, nowMs)}`}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

function tookUntil(at: string, nextAt: string | null, nowMs: number): string {
  const ms = (nextAt === null ? nowMs : Date.parse(nextAt)) - Date.parse(at);
  return ms < 10_000 && nextAt !== null ? toMs(ms) : toDuration(ms / 1000);
}
