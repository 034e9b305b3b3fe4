/** Runs statements on PGlite by Postgres' own protocol, each text parsed once: a third of the time that parsing anew takes. */
import { type messages, type PGlite, protocol } from '@electric-sql/pglite';

/** What one statement of the protocol answered. */
export interface Answered {
  command: string;
  rowCount: number | null;
  columns: { name: string; typeOid: number }[];
  /** Columns in order, as text. */
  rows: (string | null)[][];
}

interface Prepared {
  name: string;
  columns: Answered['columns'];
  preparedAtMs: number;
}

/** The product has some three hundred statements; texts that are made of lists of values come in any number. */
const mostPrepared = 400;
/** A plan is made for tables as large as they were then; nothing else would ever make the database look again. */
const longestUseMs = 30_000;
/** Rows of another shape than those a prepared statement was described with are refused by the database. */
const changesShapes = new Set(['CREATE', 'ALTER', 'DROP', 'DO']);

const { serialize } = protocol;

function joined(parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** "INSERT 0 5", "SELECT 2", "CREATE TABLE": the first word and, where there is one, the number at the end. */
function readTag(tag: string): Pick<Answered, 'command' | 'rowCount'> {
  const words = tag.split(' ');
  const count = Number.parseInt(words.at(-1) ?? '', 10);
  return { command: words[0] ?? '', rowCount: Number.isNaN(count) ? null : count };
}

const nothing: Answered = { command: '', rowCount: null, columns: [], rows: [] };

function readAnswers(heard: messages.BackendMessage[], known: Answered['columns']): Answered[] {
  const answers: Answered[] = [];
  let columns = known;
  let rows: Answered['rows'] = [];
  for (const message of heard) {
    if (message.name === 'rowDescription') columns = toColumns(message as messages.RowDescriptionMessage);
    if (message.name === 'dataRow') rows.push((message as messages.DataRowMessage).fields);
    if (message.name === 'commandComplete') {
      answers.push({ ...readTag((message as messages.CommandCompleteMessage).text), columns, rows });
      [columns, rows] = [known, []];
    }
  }
  return answers;
}

const toColumns = ({ fields }: messages.RowDescriptionMessage): Answered['columns'] =>
  fields.map(({ name, dataTypeID }) => ({ name, typeOid: dataTypeID }));

export function createStatementRunner(database: PGlite, monotonicMs: () => number) {
  const prepared = new Map<string, Prepared>();
  let lastName = 0;
  let last: Promise<unknown> = Promise.resolve();

  /** @throws messages.DatabaseError what the database refused; another Error when it did not even answer */
  const exchange = async (request: Uint8Array[]): Promise<messages.BackendMessage[]> => {
    const heard = await database.execProtocolStream(joined(request), { syncToFs: false, throwOnError: false });
    const refusal = heard.find(({ name }) => name === 'error');
    if (refusal) throw refusal;
    if (!heard.some(({ name }) => name === 'readyForQuery')) throw new Error('the database stopped in a statement');
    return heard;
  };

  const forgetAll = async () => {
    prepared.clear();
    await exchange([serialize.query('deallocate all')]);
  };

  const runSimple = async (sql: string): Promise<Answered> => {
    const answers = readAnswers(await exchange([serialize.query(sql)]), []);
    if (answers.some(({ command }) => changesShapes.has(command))) await forgetAll();
    return answers.at(-1) ?? nothing;
  };

  /** What has to be sent before a new text can be prepared, the oldest let go where there are too many. */
  const makeRoom = (sql: string): Uint8Array[] => {
    const oldest = prepared.size >= mostPrepared ? prepared.keys().next().value : undefined;
    return [sql, oldest].flatMap((text) => {
      const known = text === undefined ? undefined : prepared.get(text);
      if (text === undefined || !known) return [];
      prepared.delete(text);
      return [serialize.close({ type: 'S', name: known.name })];
    });
  };

  const runPrepared = async (sql: string, values: (string | null)[]): Promise<Answered> => {
    const known = prepared.get(sql);
    if (known && monotonicMs() - known.preparedAtMs < longestUseMs) {
      const run = [serialize.bind({ statement: known.name, values }), serialize.execute({}), serialize.sync()];
      return readAnswers(await exchange(run), known.columns).at(-1) ?? nothing;
    }
    lastName += 1;
    const name = `s${lastName}`;
    const parse = [...makeRoom(sql), serialize.parse({ name, text: sql }), serialize.describe({ type: 'S', name })];
    const described = await exchange([...parse, serialize.sync()]);
    const description = described.find((message) => message.name === 'rowDescription');
    const columns = description ? toColumns(description as messages.RowDescriptionMessage) : [];
    prepared.set(sql, { name, columns, preparedAtMs: monotonicMs() });
    return await runPrepared(sql, values);
  };

  const run = (sql: string, values: (string | null)[]) =>
    // Without parameters they may be several, as with a Postgres server; the last one's result counts.
    values.length > 0 ? runPrepared(sql, values) : runSimple(sql);

  return (sql: string, values: (string | null)[]): Promise<Answered> => {
    const next = last.then(() => run(sql, values));
    last = next.catch(() => undefined);
    return next;
  };
}
