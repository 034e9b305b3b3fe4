/** What a law sees of the world, and when it is asked. */
import type { Row } from '../memory/sql-values.ts';
import type { CarrierLine } from '../world/carrier-line.ts';
import type { Swarm } from '../world/swarm.ts';
import type { Truth } from '../world/truth.ts';

export interface LawView {
  nowMs(): number;
  truth: Truth;
  lines: ReadonlyMap<string, CarrierLine>;
  swarm: Swarm;
  /** The committed rows of a table. */
  rows(table: string): Row[];
  /** Whether that is so far ahead that this seed does not see it: a call or a campaign waits for another day. */
  isForLater(at: unknown): boolean;
  /** Ids of calls whose acceptance was confirmed to whoever asked. */
  accepted: ReadonlySet<string>;
}

/** A row that is now seen by everybody; counted in commits, when the transaction that changed it began, and now. */
export interface Change {
  before: Row | null;
  after: Row | null;
  began: number;
  now: number;
}

export interface Law {
  /** The carrier takes a call. */
  placed?(line: CarrierLine): void;
  /** A node took the news that the carrier's call has this status now. */
  heard?(line: CarrierLine, status: CarrierLine['true']['status']): void;
  /** A row of that table was changed. */
  committed?(table: string, change: Change): void;
  /** Faults are healed, 15 minutes have passed or everything is at rest. */
  atRest?(): void;
}

export type CreateLaw = (view: LawView) => Law;
