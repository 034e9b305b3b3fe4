/** The types of columns that Kysely's own do not tell. */
import type { ColumnType } from 'kysely';

/** A jsonb column: read as parsed data of an outside shape, written as JSON text. */
export type Json<T = unknown> = ColumnType<T, string, string>;
export type JsonOrNull<T = unknown> = ColumnType<T | null, string | null | undefined, string | null>;
/** A timestamptz column. */
export type Moment = ColumnType<Date, Date, Date>;
export type MomentOrNull = ColumnType<Date | null, Date | null | undefined, Date | null>;
