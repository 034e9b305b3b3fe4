/** What is written of steps beside the calls themselves: gathered, so that many steps are noted in two statements. */
import { appendToLog, type NewLogEntry } from '../store/call-log.ts';
import { type EventRow, insertEvents, type NewEvent } from '../store/events.ts';
import type { Db } from '../store/schema.ts';

export interface StepNotes {
  log(entry: NewLogEntry): void;
  /** Gives the events as they are stored, once they are: nothing is in the list before `write`. */
  tell(events: readonly NewEvent[]): EventRow[];
  /** In the same transaction; what was gathered is written once. */
  write(): Promise<void>;
}

export function createStepNotes(db: Db): StepNotes {
  let entries: NewLogEntry[] = [];
  let told: { event: NewEvent; into: EventRow[] }[] = [];
  return {
    log(entry) {
      entries.push(entry);
    },
    tell(events) {
      const into: EventRow[] = [];
      told.push(...events.map((event) => ({ event, into })));
      return into;
    },
    async write() {
      const [logged, telling] = [entries, told];
      [entries, told] = [[], []];
      await appendToLog(db, logged);
      const intoOf = new Map(telling.map(({ event, into }) => [event.id, into]));
      const stored = await insertEvents(
        db,
        telling.map(({ event }) => event),
      );
      for (const row of stored) intoOf.get(row.id)?.push(row);
    },
  };
}
