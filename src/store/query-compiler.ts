/**
 * Writes queries as text. Rows of the tables below are handed over as one list for each column, so that a statement
 * reads the same for however many rows: it is parsed once, and not anew for each number of them.
 */
import {
  type InsertQueryNode,
  type PrimitiveValueListNode,
  PostgresQueryCompiler as UsualCompiler,
  type ValuesNode,
} from 'kysely';

/** Tables into which any number of rows is put at once, with the types of what is put in. */
const listed: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  call_log: { call_id: 'text', seq: 'int4', at: 'timestamptz', machine: 'text', event: 'jsonb', effects: 'jsonb' },
  call_usage: { call_id: 'text', vendor: 'text', item: 'text', model: 'text', quantity: 'int8' },
  events: {
    ...{ id: 'text', call_id: 'text', client_id: 'text', type: 'text', key: 'text' },
    ...{ at: 'timestamptz', data: 'jsonb' },
  },
  tool_calls: {
    ...{ call_id: 'text', number: 'int4', request: 'int4', turn_index: 'int4', id: 'text', name: 'text' },
    ...{ arguments: 'text', state: 'text', result: 'text', asked_at: 'timestamptz', ended_at: 'timestamptz' },
  },
  turns: {
    ...{ call_id: 'text', index: 'int4', speaker: 'text', text: 'text', heard_text: 'text', heard_source: 'text' },
    ...{ interrupted: 'bool', started_at: 'timestamptz', ended_at: 'timestamptz', reply_ms: 'int4', latency: 'jsonb' },
  },
};

interface Column {
  type: string;
  values: unknown[];
}

/** Null where the rows are to be written out one by one. */
function toColumns({ into, columns = [] }: InsertQueryNode, { values: rows }: ValuesNode): Column[] | null {
  const types = listed[into?.table.identifier.name ?? ''];
  const isPlain = rows.every(({ kind }) => kind === 'PrimitiveValueListNode');
  if (!types || !isPlain) return null;
  const found: Column[] = [];
  for (const [at, { column }] of columns.entries()) {
    const type = types[column.name];
    if (type === undefined) return null;
    found.push({ type, values: rows.map((row) => (row as PrimitiveValueListNode).values[at] ?? null) });
  }
  return found;
}

export class QueryCompiler extends UsualCompiler {
  protected override visitValues(node: ValuesNode): void {
    const parent = this.parentNode;
    const columns = parent?.kind === 'InsertQueryNode' ? toColumns(parent as InsertQueryNode, node) : null;
    if (!columns) return super.visitValues(node);
    this.append('select * from unnest(');
    for (const [at, { type, values }] of columns.entries()) {
      if (at > 0) this.append(', ');
      this.appendValue(values);
      this.append(`::${type}[]`);
    }
    this.append(')');
  }
}
