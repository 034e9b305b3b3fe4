/** The tables of how fast calls are made: of the account at the carrier, and of each number of ours. */
import type { JsonOrNull, Moment } from './table-columns.ts';

/** When the account may next ask the carrier for a call. */
export interface PaceTable {
  account: string;
  next_at: Moment;
  /** How the account fares at the carrier; null: nothing is known against it. */
  health: JsonOrNull;
}

/** When a number of ours may make its next call. */
export interface NumberPacesTable {
  number: string;
  next_at: Moment;
}
