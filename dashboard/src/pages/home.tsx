/** What is going on now, what the day has brought, and how it has been lately. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { z } from 'zod';
import { callSchema } from '../../../src/api/contract/calls.ts';
import { statsSchema } from '../../../src/api/contract/stats.ts';
import { pageOf } from '../../../src/api/contract/text.ts';
import { read } from '../api/ask.ts';
import { readClock } from '../base/now.ts';
import { CampaignsUnderWay } from '../campaign/under-way.tsx';
import { toWords } from '../parts/badge.tsx';
import { ButtonLink } from '../parts/button.tsx';
import { toCount, toDuration, toMoney, toMs, toPercent } from '../parts/format.ts';
import { Icon } from '../parts/icon.tsx';
import { Empty, ErrorNotice } from '../parts/notice.tsx';
import { Loading, Page, Panel } from '../parts/page.tsx';
import { useMay } from '../use-me.ts';
import { CallTable } from './calls.tsx';
import { DayChart } from './day-chart.tsx';
import { Spending, useLimits } from './spending.tsx';

type Stats = z.infer<typeof statsSchema>;

const daysShown = 30;
const dayMs = 86_400_000;

const midnight = () => new Date(new Date(readClock()).setHours(0, 0, 0, 0)).toISOString();

function useStats(name: string, since: () => string) {
  return useQuery({
    queryKey: ['figures', name],
    queryFn: () => read(statsSchema, '/v1/stats', { created_after: since() }),
  });
}

export function HomePage() {
  const may = useMay();
  const today = useStats('today', midnight);
  const lately = useStats('lately', () =>
    new Date(Math.floor(readClock() / dayMs) * dayMs - (daysShown - 1) * dayMs).toISOString(),
  );
  const calls = useQuery({
    queryKey: ['calls', 'newest'],
    queryFn: () => read(pageOf(callSchema), '/v1/calls', { limit: 8 }),
  });
  const isNew = calls.data?.data.length === 0;
  return (
    <Page
      title="Home"
      actions={
        may('calls:write') && (
          <>
            <ButtonLink to="/phone">
              <Icon name="phone" /> Talk to an assistant
            </ButtonLink>
            <ButtonLink to="/place-call" look="main">
              <Icon name="place" /> Place a call
            </ButtonLink>
          </>
        )
      }
    >
      {today.isError && <ErrorNotice error={today.error} retry={() => void today.refetch()} />}
      <Tiles stats={today.data} />
      {isNew ? (
        <div className="panel">
          <Empty title="No calls yet">
            <p className="mb-4">Let an assistant call this browser: no account and no phone is needed.</p>
            <ButtonLink to="/phone" look="main">
              <Icon name="phone" /> Talk to an assistant
            </ButtonLink>
          </Empty>
        </div>
      ) : (
        <>
          <div className="grid gap-5 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
            <Panel
              className="flex flex-col"
              title="Calls by day"
              actions={<span className="text-[0.85rem] text-soft">the last {daysShown} days, UTC</span>}
            >
              <div className="h-64 grow p-3">
                {lately.data ? <DayChart days={fillDays(lately.data)} /> : <Loading rows={6} />}
              </div>
            </Panel>
            <div className="flex flex-col gap-5">
              <Spending />
              <Panel title="Today, by outcome">
                <Outcomes stats={today.data} />
              </Panel>
            </div>
          </div>
          {may('campaigns:read') && <CampaignsUnderWay />}
          <Panel
            title="Newest calls"
            actions={
              <ButtonLink to="/calls" size="small" look="quiet">
                All calls
              </ButtonLink>
            }
          >
            {calls.isPending ? <Loading /> : <CallTable calls={calls.data?.data ?? []} />}
          </Panel>
        </>
      )}
    </Page>
  );
}

/** Days without calls are shown, too. */
function fillDays({ per_day }: Stats) {
  const known = new Map(per_day.map((day) => [day.day, day]));
  const lastMs = Math.floor(readClock() / dayMs) * dayMs;
  return Array.from({ length: daysShown }, (_, index) => {
    const day = new Date(lastMs - (daysShown - 1 - index) * dayMs).toISOString().slice(0, 10);
    const { calls = 0, answered = 0 } = known.get(day) ?? {};
    return { day, answered, other: calls - answered };
  });
}

function Tiles({ stats }: { stats: Stats | undefined }) {
  const limits = useLimits();
  const lines = limits.data?.lines;
  const busy = lines === undefined ? null : lines.limit - lines.free;
  return (
    <dl className="grid grid-cols-2 gap-3 md:grid-cols-3 xl:grid-cols-6">
      <Tile
        name="Live now"
        value={busy === null ? '–' : toCount(busy)}
        note={
          lines &&
          `of ${toCount(lines.limit)} lines${limits.data?.queued ? `, ${toCount(limits.data.queued)} waiting` : ''}`
        }
        isLive={(busy ?? 0) > 0}
        to={{ status: 'in_progress' }}
      />
      <Tile
        name="Calls today"
        value={stats ? toCount(stats.calls) : '–'}
        note={stats && `${toCount(stats.answered)} answered`}
        to={{ since: 'today' }}
      />
      <Tile name="Answer rate" value={stats ? toPercent(stats.answer_rate) : '–'} note="of those that were tried" />
      <Tile
        name="Reply time"
        value={stats ? toMs(stats.reply_ms.p50) : '–'}
        note={
          stats && stats.reply_ms.count > 0 ? `${toMs(stats.reply_ms.p95)} at the 95th percentile` : 'in the middle'
        }
      />
      <Tile
        name="Spent today"
        value={stats ? toMoney(stats.cost.known_micros, stats.cost.currency) : '–'}
        note={
          stats && stats.cost.calls_without_total > 0
            ? `${toCount(stats.cost.calls_without_total)} not wholly counted`
            : 'by the calls of today'
        }
      />
      <Tile
        name="Talking time"
        value={stats ? toDuration(stats.total_duration_seconds) : '–'}
        note={
          stats && stats.mean_duration_seconds !== null ? `${toDuration(stats.mean_duration_seconds)} a call` : 'today'
        }
      />
    </dl>
  );
}

function Tile({
  name,
  value,
  note,
  isLive = false,
  to,
}: {
  name: string;
  value: string;
  note?: ReactNode;
  isLive?: boolean;
  to?: { status?: string; since?: 'today' };
}) {
  const words = (
    <>
      <dt className="flex items-center gap-2 text-[0.87rem] text-soft">
        {isLive && <span className="pulse-dot size-2 rounded-full bg-accent text-accent" />}
        {name}
      </dt>
      <dd className="mt-1 text-[1.7rem] leading-none font-semibold tracking-tight tabular-nums">{value}</dd>
      <dd className="mt-1.5 text-[0.82rem] text-soft">{note ?? ' '}</dd>
    </>
  );
  if (!to) return <div className="panel px-4 py-3.5">{words}</div>;
  return (
    <div className="panel relative px-4 py-3.5 hover:border-soft/50">
      {words}
      <dd>
        <Link to="/calls" search={to} aria-label={`Show: ${name}`} className="absolute inset-0 rounded-xl" />
      </dd>
    </div>
  );
}

function Outcomes({ stats }: { stats: Stats | undefined }) {
  if (!stats) return <Loading />;
  const counts = Object.entries(stats.by_outcome).toSorted(([, one], [, other]) => other - one);
  if (counts.length === 0) return <p className="p-4 text-soft">No call is over yet today.</p>;
  const most = counts[0]?.[1] ?? 1;
  return (
    <ul className="flex flex-col gap-1 p-3">
      {counts.map(([outcome, calls]) => (
        <li key={outcome}>
          <Link
            to="/calls"
            search={{ outcome, since: 'today' }}
            className="block rounded-lg px-2 py-1.5 hover:bg-raised"
          >
            <span className="flex justify-between text-[0.93rem]">
              {toWords(outcome)} <span className="tabular-nums">{toCount(calls)}</span>
            </span>
            <span className="mt-1 block h-1.5 rounded-full bg-raised">
              <span className="block h-full rounded-full bg-accent" style={{ width: `${(calls / most) * 100}%` }} />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
