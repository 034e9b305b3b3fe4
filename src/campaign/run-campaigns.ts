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
const mostAtOnce = 20;

export function createCampaigns(parts: CampaignParts): Campaigns {
  const { store, clock, live, log, runner } = parts;
  const longestRestMs = parts.lookEveryMs ?? usualRestMs;
  const woken = new Set<string>();
  let cancelTimer: CancelTimer = () => {};
  let unsubscribe = () => {};
  let running: Promise<void> | null = null;
  let isStopped = true;

  const settle = (taken: CampaignStep) => {
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
  };

  const tick = async (id: string) => {
    try {
      const taken = await store.transaction(async (db) => {
        const row = await lockCampaignIfFree(db, id);
        return row ? takeCampaignStep(parts, db, { row, wish: { type: 'tick' } }) : null;
      });
      if (taken) settle(taken);
    } catch (error) {
      log.error({ campaignId: id, reason: messageOf(error) }, 'campaign could not be taken on');
    }
  };

  const round = async () => {
    const ticks = await listCampaignTicks(store.db, mostAtOnce);
    const nowMs = clock.now();
    const ids = new Set([...woken, ...ticks.filter(({ atMs }) => atMs <= nowMs).map(({ id }) => id)]);
    woken.clear();
    for (const id of ids) if (!isStopped) await tick(id);
    const [next] = ids.size === 0 ? ticks : await listCampaignTicks(store.db, 1);
    return next ? next.atMs - clock.now() : longestRestMs;
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
