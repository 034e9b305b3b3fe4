/** Live events over all nodes: what one publishes the others hear, too, once each. */
import type { CancelTimer, Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { type EventRow, listEventsAt, listPositionsAfter, newestPosition } from '../store/events.ts';
import type { Store } from '../store/open-store.ts';
import { createHeardPositions } from './heard-positions.ts';
import { createLiveEvents, type LiveEvents } from './live-events.ts';

export interface SharedLiveEvents extends LiveEvents {
  start(): Promise<void>;
  stop(): Promise<void>;
}

const channel = 'live_events';
/** A payload holds at most 7,999 bytes. */
const positionsAtOnce = 400;
/** What a node committed and was killed before it told of is found by looking. */
const lookEveryMs = 5000;
/** A position is taken before its transaction is committed: so far back may something still appear. */
const lateBy = 500;
const mostLookedAt = 2000;

/**
 * Only positions travel, after the commit; rows are read from the table. A transaction that notifies would queue with
 * every other that does so.
 * @param own the events of this node alone, told of what is published here
 * @returns the events of all nodes; what is published through it is told to the others
 */
export function shareLiveEvents(
  parts: { store: Store; clock: Clock; log: Logger; nodeId: string },
  own: LiveEvents,
): SharedLiveEvents {
  const { store, clock, log, nodeId } = parts;
  const isShared = store.kind === 'postgres';
  const everybody = createLiveEvents(log);
  const heard = createHeardPositions();
  const untold: number[] = [];
  let telling: Promise<void> | null = null;
  let cancelTimer: CancelTimer = () => {};
  let stopListening = async () => {};
  let isStopped = false;
  let reading: Promise<void> = Promise.resolve();

  const hear = (events: readonly EventRow[]) => everybody.publish(events.filter(({ position }) => heard.add(position)));

  /** One after another, so that events of one node are heard in the order in which it told of them. */
  const inTurn = (work: () => Promise<void>) => {
    reading = reading.then(work).catch((error) => {
      log.warn({ reason: messageOf(error) }, 'events of other nodes could not be read');
    });
  };

  const read = async (positions: readonly number[]) => {
    const missing = positions.filter((position) => !heard.has(position));
    for (let index = 0; index < missing.length; index += positionsAtOnce) {
      hear(await listEventsAt(store.db, missing.slice(index, index + positionsAtOnce)));
    }
  };

  const lookForMissed = async () => {
    let after = Math.max(heard.newest() - lateBy, 0);
    for (let isMore = true; isMore; ) {
      const positions = await listPositionsAfter(store.db, after, mostLookedAt);
      await read(positions);
      after = positions.at(-1) ?? after;
      isMore = positions.length === mostLookedAt;
    }
  };

  /** While one message is under way the next ones gather. */
  const tellAll = async () => {
    while (untold.length > 0) {
      const positions = untold.splice(0, positionsAtOnce);
      await store.notify(channel, `${nodeId} ${positions.join(',')}`).catch((error: unknown) => {
        // The others find them by looking.
        log.warn({ reason: messageOf(error) }, 'other nodes could not be told of events');
      });
    }
    telling = null;
  };

  const lookLater = () => {
    if (isStopped) return;
    cancelTimer = clock.startTimer(lookEveryMs, () => {
      inTurn(lookForMissed);
      void reading.then(lookLater);
    });
  };

  return {
    publish(events) {
      if (events.length === 0) return;
      hear(events);
      own.publish(events);
      if (!isShared || isStopped) return;
      untold.push(...events.map(({ position }) => position));
      telling ??= tellAll();
    },
    subscribe: everybody.subscribe,
    async start() {
      if (!isShared) return;
      // From here on, so that nothing is missed between the two.
      stopListening = await store.onNotify(channel, (payload) => {
        const [from, positions = ''] = payload.split(' ');
        if (from === nodeId) return;
        inTurn(positions === '' ? lookForMissed : () => read(positions.split(',').map(Number)));
      });
      heard.startAt(await newestPosition(store.db));
      lookLater();
    },
    async stop() {
      isStopped = true;
      cancelTimer();
      await stopListening();
      await reading;
      await telling;
    },
  };
}
