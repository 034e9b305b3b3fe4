/** What was said, line by line; a line is clicked to hear it, and what nobody heard is shown as such. */
import { useEffect, useRef } from 'react';
import type { CallWithTurns, TurnResource } from '../../../src/api/contract/calls.ts';
import { Badge } from '../parts/badge.tsx';
import { toDuration, toMs } from '../parts/format.ts';
import { Empty } from '../parts/notice.tsx';
import type { Player } from './use-player.ts';

export function Transcript({ call, player }: { call: CallWithTurns; player: Player }) {
  const { turns, state } = call;
  const end = useRef<HTMLDivElement>(null);
  const isLive = state === 'in_progress';
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new line is scrolled to.
  useEffect(() => {
    if (isLive) end.current?.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
  }, [turns.length, isLive]);
  if (turns.length === 0) {
    return (
      <Empty title={isLive ? 'Nobody has spoken yet' : 'Nothing was said'}>
        {isLive && 'Lines appear here while they are spoken.'}
      </Empty>
    );
  }
  return (
    <div className="max-h-[36rem] overflow-y-auto">
      <ol className="flex flex-col gap-1 p-3" aria-live={isLive ? 'polite' : 'off'}>
        {turns.map((turn) => (
          <Line key={turn.index} turn={turn} player={player} isLive={isLive} />
        ))}
      </ol>
      <div ref={end} />
    </div>
  );
}

const looks: Record<TurnResource['speaker'], { name: string; color: string }> = {
  person: { name: 'Person', color: 'text-person' },
  assistant: { name: 'Assistant', color: 'text-accent' },
  operator: { name: 'Operator', color: 'text-accent' },
};

function Line({ turn, player, isLive }: { turn: TurnResource; player: Player; isLive: boolean }) {
  const isPerson = turn.speaker === 'person';
  const { name, color } = looks[turn.speaker];
  const atSeconds = player.secondsOf(turn.started_at);
  const isPlaying =
    player.isPlaying && atSeconds !== null && player.seconds >= atSeconds && player.seconds < endOf(turn, player);
  const says = (
    <>
      <span className="mb-0.5 flex flex-wrap items-center gap-x-2 text-[0.82rem]">
        <span className={`font-semibold ${color}`}>{name}</span>
        {atSeconds !== null && <span className="text-soft tabular-nums">{toDuration(atSeconds)}</span>}
        {turn.reply_ms !== null && <span className="text-soft">after {toMs(turn.reply_ms)}</span>}
        {turn.interrupted && <Badge tone="warn">interrupted</Badge>}
        {turn.heard_source === 'estimated' && turn.interrupted && (
          <span className="text-soft" title="The carrier cannot tell to the word; this is what was surely played.">
            heard, as estimated
          </span>
        )}
      </span>
      <Said turn={turn} isLive={isLive} />
    </>
  );
  const look = `block w-full rounded-lg border-l-3 px-3 py-2 text-left ${isPerson ? 'border-person/50' : 'border-accent/50'} ${isPlaying ? (isPerson ? 'bg-person-wash' : 'bg-accent-wash') : ''}`;
  if (atSeconds === null || !player.isReady) return <li className={look}>{says}</li>;
  return (
    <li>
      <button
        type="button"
        className={`${look} hover:bg-raised`}
        onClick={() => player.playFrom(atSeconds)}
        title="Hear this"
      >
        {says}
      </button>
    </li>
  );
}

function endOf(turn: TurnResource, player: Player): number {
  return turn.ended_at === null
    ? Number.POSITIVE_INFINITY
    : (player.secondsOf(turn.ended_at) ?? Number.POSITIVE_INFINITY);
}

/** What was generated behind what was heard is struck through. */
function Said({
  turn: { text, heard_text: heard, speaker, ended_at },
  isLive,
}: {
  turn: TurnResource;
  isLive: boolean;
}) {
  if (speaker !== 'assistant' || heard === text) return <span className="break-words whitespace-pre-wrap">{text}</span>;
  if (heard === null && isLive && ended_at === null)
    return <span className="break-words whitespace-pre-wrap">{text}</span>;
  const isBeginning = heard !== null && text.startsWith(heard);
  const unheard = isBeginning ? text.slice(heard.length) : text;
  return (
    <span className="break-words whitespace-pre-wrap">
      {heard}
      {!isBeginning && heard && ' '}
      <s className="text-soft decoration-soft/70" title="Generated, but not heard by the person">
        <span className="sr-only">not heard: </span>
        {unheard}
      </s>
    </span>
  );
}
