/** What everything that acts on calls is built from, and what can happen to a call. */
import type { Clock } from '../base/clock.ts';
import type { NewId } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { Rhythm } from '../base/repetition.ts';
import type { LiveEvents } from '../notify/live-events.ts';
import type { Carrier } from '../ports/carrier.ts';
import type { Store } from '../store/open-store.ts';
import type { DialPolicy } from './dial/may-dial.ts';
import type { PaceLimits } from './dial/pace.ts';
import type { FollowUp } from './follow-ups.ts';
import type { LifecycleEvent } from './lifecycle-state.ts';
import type { LineRules } from './line-rules/under-line-rules.ts';

export interface CallParts extends Rhythm {
  store: Store;
  carrier: Carrier;
  clock: Clock;
  random: Random;
  newId: NewId;
  log: Logger;
  live: LiveEvents;
  /** This process among those that share the store. */
  nodeId: string;
  pace: PaceLimits;
  /** How many calls may hold a line at once. */
  maxCallsOnLines: number;
  dialPolicy: DialPolicy;
  /** What a person must be told, by where they are. */
  lineRules: LineRules;
  /** Run one after another in the transaction in which a call becomes over. */
  followUps: readonly FollowUp[];
  /** The one that holds what everybody counts in: it comes after all else that the transaction does. */
  lastFollowUp?: FollowUp;
}

/** A lifecycle event without its time, which the runner adds. */
export type CallHappening = LifecycleEvent extends infer E
  ? E extends LifecycleEvent
    ? Omit<E, 'atMs'>
    : never
  : never;
