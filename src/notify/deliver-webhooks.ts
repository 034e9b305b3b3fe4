/** Brings events to webhooks: each webhook by itself, so that a bad one delays no other. */
import { type CancelTimer, type Clock, waitFor } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { NewId } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { Store } from '../store/open-store.ts';
import { type ClaimedDelivery, claimDeliveries, forgetDeliveries, noteTry } from '../store/webhook-deliveries.ts';
import { hasWebhooks, noteWebhookHealth } from '../store/webhooks.ts';
import { afterTry, isDelivered, isGone, mostFailingMs } from './after-try.ts';
import type { LiveEvents } from './live-events.ts';
import { type SendParts, sendLimitMs, sendWebhook } from './send-webhook.ts';
import { switchOffWebhook } from './switch-off-webhook.ts';

export interface DeliveryParts extends SendParts {
  store: Store;
  clock: Clock;
  random: Random;
  newId: NewId;
  log: Logger;
  live: LiveEvents;
}

export interface WebhookDelivery {
  start(): void;
  /** Sends one that its caller has claimed, and notes what came of it. */
  deliver(claimed: ClaimedDelivery): Promise<void>;
  /** Looks for deliveries whose time has come. */
  look(): void;
  /** Takes up nothing more; what is on its way gets a moment to arrive. */
  stop(): Promise<void>;
}

/** How often is looked for what nobody woke us for: tries that are due, and what a stopped server left. */
const lookEveryMs = 2000;
/** Who claimed a delivery has noted what came of it long before. */
export const claimMs = 4 * sendLimitMs;
/** How long a server that stops waits for answers. */
const lastMs = 2000;
const keptMs = 30 * 24 * 3600 * 1000;
const forgetEveryMs = 3600 * 1000;

export function createWebhookDelivery(parts: DeliveryParts): WebhookDelivery {
  const { store, clock, log, live } = parts;
  // Where the last try failed, one message at a time finds out whether it is better now; those that hang leave room.
  const lanes = [
    createLane({ isFailing: false, each: 8, most: 256 }),
    createLane({ isFailing: true, each: 1, most: 64 }),
  ];
  const sending = new Set<Promise<void>>();
  const givenUp = new AbortController();
  let isStopped = false;
  /** As of the last look: where nobody wants to be told anything, an event is no reason to look. */
  let isWanted = true;
  let forgottenAtMs = Number.NEGATIVE_INFINITY;

  const deliver = async (claimed: ClaimedDelivery) => {
    try {
      const tried = await sendWebhook(parts, claimed, givenUp.signal);
      // Of what this server itself broke off nothing is noted: the next one finds it claimed no more.
      if (!givenUp.signal.aborted) await noteCame(parts, claimed, tried);
    } catch (error) {
      // It is claimed for a while only: somebody comes back to it.
      log.error({ webhookId: claimed.webhook.id, reason: messageOf(error) }, 'a webhook delivery could not be noted');
    }
  };

  const claimFor = async (lane: Lane) => {
    const nowMs = clock.now();
    const times = { now: new Date(nowMs), until: new Date(nowMs + claimMs) };
    const wanted = lane.wants();
    const claimed = wanted.most > 0 ? await claimDeliveries(store.db, { ...times, ...wanted }) : [];
    for (const one of claimed) {
      const leave = lane.enter(one.webhook.id);
      const sent = deliver(one).then(() => {
        leave();
        sending.delete(sent);
        look();
      });
      sending.add(sent);
    }
  };

  const lookOnce = async () => {
    try {
      isWanted = await hasWebhooks(store.db);
      if (isWanted) await Promise.all(lanes.map(claimFor));
      if (clock.monotonicMs() - forgottenAtMs < forgetEveryMs) return;
      forgottenAtMs = clock.monotonicMs();
      await forgetDeliveries(store.db, new Date(clock.now() - keptMs));
    } catch (error) {
      log.error({ reason: messageOf(error) }, 'webhook deliveries could not be looked for');
    }
  };
  const looks = createLooks(clock, lookOnce);
  const look = () => {
    if (!isStopped) looks.now();
  };

  let unsubscribe = () => {};
  return {
    start() {
      unsubscribe = live.subscribe(() => {
        if (isWanted) look();
      });
      looks.start();
    },
    deliver,
    look,
    async stop() {
      isStopped = true;
      unsubscribe();
      await looks.stop();
      const patience = new AbortController();
      await Promise.race([Promise.all(sending), waitFor(clock, lastMs, patience.signal)]);
      patience.abort();
      givenUp.abort();
      await Promise.all(sending);
    },
  };
}

/** Webhooks that fail, or those that do not, and how many messages are on their way to each. */
function createLane({ isFailing, each, most }: { isFailing: boolean; each: number; most: number }) {
  const onTheWay = new Map<string, number>();
  let all = 0;
  const mostOfEach = Math.ceil(each / 2);
  return {
    /** What may be claimed now: never more than `each` are on their way to one. */
    wants() {
      const without = [...onTheWay].filter(([, count]) => count + mostOfEach > each).map(([id]) => id);
      return { failing: isFailing, without, mostOfEach, most: most - all };
    },
    enter(id: string): () => void {
      all += 1;
      onTheWay.set(id, (onTheWay.get(id) ?? 0) + 1);
      return () => {
        all -= 1;
        const left = (onTheWay.get(id) ?? 1) - 1;
        if (left > 0) onTheWay.set(id, left);
        else onTheWay.delete(id);
      };
    },
  };
}

type Lane = ReturnType<typeof createLane>;

/** One look at a time; who wants one meanwhile gets another afterwards. */
function createLooks(clock: Clock, lookOnce: () => Promise<void>) {
  let looking: Promise<void> | null = null;
  let isWanted = false;
  let cancelTimer: CancelTimer = () => {};
  const now = () => {
    isWanted = looking !== null;
    if (looking) return;
    looking = lookOnce().then(() => {
      looking = null;
      if (isWanted) now();
    });
  };
  const later = () => {
    cancelTimer = clock.startTimer(lookEveryMs, () => {
      now();
      later();
    });
  };
  return {
    now,
    start() {
      now();
      later();
    },
    async stop() {
      cancelTimer();
      while (looking) {
        isWanted = false;
        await looking;
      }
    },
  };
}

async function noteCame(
  parts: DeliveryParts,
  { delivery, webhook, event }: ClaimedDelivery,
  tried: Awaited<ReturnType<typeof sendWebhook>>,
): Promise<void> {
  const { store, clock, random, log } = parts;
  const nowMs = clock.now();
  const now = new Date(nowMs);
  const isTest = event.type === 'webhook.test';
  const next = afterTry(tried, delivery.tries, { nowMs, fraction: random.fraction() });
  const status = isTest && next.status === 'waiting' ? 'failed' : next.status;
  const nextTryAt = next.status === 'waiting' && !isTest ? new Date(next.nextTryAtMs) : null;
  const isNoted = await noteTry(store.db, delivery, { status, nextTryAt, tried, now });
  const gotThrough = isDelivered(tried);
  if (!gotThrough) {
    log.warn(
      { webhookId: webhook.id, eventId: event.id, status: tried.status, tries: delivery.tries + 1 },
      'webhook not delivered',
    );
  }
  if (!isNoted || isTest) return;
  const failingSince = await noteWebhookHealth(store.db, webhook.id, { gotThrough, now });
  const isLost = failingSince !== null && nowMs - failingSince.getTime() >= mostFailingMs;
  if (isGone(tried)) await switchOffWebhook(parts, webhook.id, 'gone');
  else if (isLost) await switchOffWebhook(parts, webhook.id, 'failing');
}
