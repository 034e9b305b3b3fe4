/** How far a campaign has come, and what came of the calls so far. */
import type { CampaignWithProgress } from '../../../src/api/contract/campaigns.ts';
import { toWords } from '../parts/badge.tsx';
import { toCount, toMoment } from '../parts/format.ts';

const states = [
  ['done', 'bg-good'],
  ['calling', 'bg-accent'],
  ['failed', 'bg-bad'],
  ['skipped', 'bg-warn'],
  ['canceled', 'bg-soft'],
  ['waiting', 'bg-line'],
] as const;

export function CampaignProgress({ campaign: { progress, status } }: { campaign: CampaignWithProgress }) {
  const { contacts, by_state: counts } = progress;
  const over = contacts - counts.waiting - counts.calling;
  const share = contacts === 0 ? 0 : Math.floor((over / contacts) * 100);
  return (
    <div className="flex flex-col gap-3 p-4">
      <p className="flex flex-wrap items-baseline justify-between gap-x-4">
        <span className="text-[1.4rem] font-semibold tabular-nums">{share} %</span>
        <span className="text-[0.9rem] text-soft">
          {toCount(over)} of {toCount(contacts)} {contacts === 1 ? 'contact' : 'contacts'}
          {status === 'running' && `, ${progress.dialed_per_minute.toFixed(1)} calls a minute lately`}
          {progress.expected_end_at !== null && `, over by ${toMoment(progress.expected_end_at)}`}
        </span>
      </p>
      <div
        role="progressbar"
        aria-label="How many of the contacts are done"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={share}
        className="flex h-3 gap-px overflow-hidden rounded-full bg-raised"
      >
        {states.map(([state, color]) => (
          <span key={state} className={color} style={{ width: `${(counts[state] / Math.max(1, contacts)) * 100}%` }} />
        ))}
      </div>
      <ul className="flex flex-wrap gap-x-5 gap-y-1 text-[0.9rem]">
        {states.map(([state, color]) => (
          <li key={state} className={`flex items-center gap-1.5 ${counts[state] === 0 ? 'text-soft' : ''}`}>
            <span className={`size-2.5 rounded-full ${color}`} /> {state}{' '}
            <span className="tabular-nums">{toCount(counts[state])}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

export function CampaignOutcomes({ campaign: { progress } }: { campaign: CampaignWithProgress }) {
  const outcomes = Object.entries(progress.by_outcome).toSorted(([, one], [, other]) => other - one);
  if (outcomes.length === 0) return <p className="p-4 text-soft">No call is over yet.</p>;
  const most = outcomes[0]?.[1] ?? 1;
  return (
    <ul className="flex flex-col gap-2 p-4">
      {outcomes.map(([outcome, count]) => (
        <li key={outcome} className="text-[0.93rem]">
          <span className="flex justify-between">
            {toWords(outcome)} <span className="tabular-nums">{toCount(count)}</span>
          </span>
          <span className="mt-1 block h-1.5 rounded-full bg-raised">
            <span className="block h-full rounded-full bg-accent" style={{ width: `${(count / most) * 100}%` }} />
          </span>
        </li>
      ))}
    </ul>
  );
}
