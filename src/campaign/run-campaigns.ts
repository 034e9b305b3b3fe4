/** Keeps campaigns going: looks at each when its moment comes, when one of its calls ends and when somebody asks. */
import type { CancelTimer } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { listCampaignTicks, lockCampaignIfFree } from '../store/campaigns.ts';
import type { EventRow } from '../store/events.ts';
import type { CampaignParts } from './campaign-parts.ts';
import { type CampaignStep, takeCampaignStep } from './take-step.ts';

export interface Campaigns {
  start(): void;
  /** Takes up no campaign any more, and waits for the step that is being taken. */
  stop(): Promise<void>;
  /** Looks at a campaign soon. */
  wake(campaignId: string): void;
  /** Does what a committed step asks for. */
  settle(taken: CampaignStep): void;
}

/** Ends of calls that come so close together are looked at together. */
const gatherMs = 50;
const usualRestMs = 10_000;
/** Another node has it, or the database failed. */
const busyRestMs = 1000;
const mostAtOnce = 20;

export function createCampaigns(parts: CampaignParts): Campaigns {
  const { store, clock, live, log } = parts;
  const longestRestMs = parts.lookEveryMs ?? usualRestMs;
  const woken = new Set<string>();
  /** Those that were asked for while another node had them, which may not have seen what happened. */
  const missed = new Set<string>();
  let cancelTimer: CancelTimer = () => {};
  let unsubscribe = () => {};
  let running: Promise<void> | null = null;
  let isStopped = true;

  const settle = (taken: CampaignStep) => carryOut(parts, taken);

  /** Gives when it must be looked at next; null: not before somebody asks for it. */
  const tick = async (id: string, isAsked: boolean): Promise<number | null> => {
    try {
      const looked = await lookAt(parts, id, isAsked);
      if (looked?.taken) settle(looked.taken);
      if (looked) return looked.next?.getTime() ?? null;
      if (isAsked) missed.add(id);
    } catch (error) {
      log.error({ campaignId: id, reason: messageOf(error) }, 'campaign could not be taken on');
    }
    return clock.now() + busyRestMs;
  };

  const round = async () => {
    const ticks = await listCampaignTicks(store.db, mostAtOnce);
    const due = ticks.filter(({ at }) => at.getTime() <= clock.now());
    const asked = new Set([...woken, ...missed]);
    woken.clear();
    missed.clear();
    const ids = new Set([...asked, ...due.map(({ id }) => id)]);
    // Behind so many that are due there may be more of them.
    const moments = due.length === mostAtOnce ? [clock.now()] : [];
    for (const { id, at } of ticks) if (!ids.has(id)) moments.push(at.getTime());
    for (const id of ids) {
      const nextMs = isStopped ? null : await tick(id, asked.has(id));
      if (nextMs !== null) moments.push(nextMs);
    }
    return Math.min(...moments.map((atMs) => atMs - clock.now()), longestRestMs);
  };

  const rest = (ms: number) => {
    if (isStopped) return;
    cancelTimer();
    cancelTimer = clock.startTimer(Math.min(Math.max(ms, gatherMs), longestRestMs), look);
  };

  const look = () => {
    if (isStopped || running) return;
    running = round()
      .catch((error: unknown) => {
        log.error({ reason: messageOf(error) }, 'campaigns could not be looked at');
        return longestRestMs / 10;
      })
      .then((ms) => {
        running = null;
        rest(woken.size > 0 ? gatherMs : ms);
      });
  };

  const wake = (campaignId: string) => {
    // The first of several sets the time, or they would put it off for ever.
    const isFirst = woken.size === 0;
    woken.add(campaignId);
    if (isFirst && !running) rest(gatherMs);
  };

  const onEvent = ({ type, data }: EventRow) => {
    const { campaign_id: campaignId } = data as { campaign_id?: unknown };
    if ((type === 'call.ended' || type === 'call.blocked') && typeof campaignId === 'string') wake(campaignId);
  };

  return {
    settle,
    wake,
    start() {
      isStopped = false;
      unsubscribe = live.subscribe(onEvent);
      look();
    },
    async stop() {
      isStopped = true;
      unsubscribe();
      cancelTimer();
      await running;
    },
  };
}

/** Takes a step under the campaign's lock; null when another node has it. */
async function lookAt(
  parts: CampaignParts,
  id: string,
  isAsked: boolean,
): Promise<{ taken: CampaignStep | null; next: Date | null } | null> {
  const nowMs = parts.clock.now();
  return await parts.store.transaction(async (db) => {
    const row = await lockCampaignIfFree(db, id);
    if (!row) return null;
    const { next_tick_at: next } = row;
    // Another node was as quick.
    if (!isAsked && (next === null || next.getTime() > nowMs)) return { taken: null, next };
    const taken = await takeCampaignStep(parts, db, { row, wish: { type: 'tick' } });
    return { taken, next: taken.row.next_tick_at };
  });
}

/** Does what a committed step asks for. */
function carryOut({ live, runner, log }: CampaignParts, taken: CampaignStep): void {
  live.publish(taken.events);
  // What is published as queued wakes the dispatcher.
  for (const call of taken.calls) live.publish(call.events);
  for (const done of taken.canceled) void runner.carryOut(done, () => true);
  const ending = { reason: 'canceled', by: 'request', fault: null } as const;
  for (const id of taken.ending) {
    runner.apply(id, { type: 'cancel', ending }).catch((error: unknown) => {
      log.error({ callId: id, reason: messageOf(error) }, 'call of a canceled campaign could not be ended');
    });
  }
}
