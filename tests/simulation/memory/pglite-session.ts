/** The embedded database in this very thread, as one session: in step with a clock that stands still. */
import { type PGlite, type Results, types } from '@electric-sql/pglite';
import pg from 'pg';
import { columnParser, toParameter } from '../../../src/store/column-types.ts';
import type { DatabaseSession } from '../../../src/store/database-session.ts';

type AsText = Record<string, (value: string) => string>;

const keepText = (names: string[]): AsText => Object.fromEntries(names.map((name) => [name, (text: string) => text]));

export function createPgliteSession(database: PGlite): DatabaseSession {
  const asText = {
    rowMode: 'array' as const,
    parsers: keepText([...Object.keys(types.parsers), ...Object.keys(database.parsers)]),
    serializers: keepText([...Object.keys(types.serializers), ...Object.keys(database.serializers)]),
  };
  const query = async (text: string, parameters: readonly unknown[]) => {
    if (parameters.length > 0)
      return await database.query<(string | null)[]>(text, parameters.map(toParameter), asText);
    // With `rowMode: 'array'` a row is an array, which the type of `exec` does not say.
    return (await database.exec(text, asText)).at(-1) as Results<(string | null)[]> | undefined;
  };
  return {
    async run(text, parameters) {
      try {
        const result = await query(text, parameters);
        const rows = (result?.rows ?? []).map((values) => toRow(result?.fields ?? [], values));
        const rowCount = result?.rowCount ?? result?.affectedRows ?? null;
        return { rows, command: result?.command?.split(' ')[0] ?? '', rowCount };
      } catch (error) {
        throw error instanceof Error && 'code' in error
          ? Object.assign(new pg.DatabaseError(error.message, error.message.length, 'error'), error)
          : error;
      }
    },
    release() {},
  };
}

function toRow(fields: readonly { name: string; dataTypeID: number }[], values: readonly (string | null)[]) {
  const entries = fields.map(({ name, dataTypeID }, at) => {
    const text = values[at];
    return [name, typeof text === 'string' ? columnParser(dataTypeID)(text) : null] as const;
  });
  return Object.fromEntries(entries);
}
