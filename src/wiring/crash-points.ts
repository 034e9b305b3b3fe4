/**
 * Names for every moment before and after a commit, and before and after something is asked of the outside, so that a
 * test can have the process end there. Nothing is wrapped unless points are handed in.
 */
import type { KyselyPlugin, OperationNode, QueryId, Transaction } from 'kysely';
import type { Store } from '../store/open-store.ts';
import type { Database } from '../store/schema.ts';

/** Called with the point's name; may never return. */
export type ReachCrashPoint = (name: string) => void;

type TableOperation = { into?: unknown; from?: unknown; table?: unknown };

/** The table that a statement writes, by Kysely's tree of it; null for one that only reads. */
function writtenTable(node: OperationNode): string | null {
  const { into, from, table } = node as TableOperation;
  const at = { InsertQueryNode: into, UpdateQueryNode: table, DeleteQueryNode: from }[node.kind as string];
  return at === undefined ? null : (findIdentifier(at) ?? 'table');
}

/** The first name in a part of the tree: tables may be wrapped in lists and aliases. */
function findIdentifier(node: unknown): string | null {
  if (typeof node !== 'object' || node === null) return null;
  const { kind, name } = node as { kind?: string; name?: unknown };
  if (kind === 'IdentifierNode' && typeof name === 'string') return name;
  for (const part of Object.values(node)) {
    const found = findIdentifier(part);
    if (found !== null) return found;
  }
  return null;
}

function watchStatements(begins: (table: string, id: QueryId) => void, ended: (id: QueryId) => void): KyselyPlugin {
  return {
    transformQuery({ node, queryId }) {
      const table = writtenTable(node);
      if (table !== null) begins(table, queryId);
      return node;
    },
    async transformResult({ result, queryId }) {
      ended(queryId);
      return result;
    },
  };
}

/** A commit is named by the tables that it changes, as in `commit calls+events before`. */
export function nameCommits(store: Store, reach: ReachCrashPoint): Store {
  const single = new WeakMap<QueryId, string>();
  const watched = watchStatements(
    (table, id) => {
      single.set(id, table);
      reach(`commit ${table} before`);
    },
    (id) => {
      const table = single.get(id);
      if (table !== undefined) reach(`commit ${table} after`);
    },
  );
  return {
    ...store,
    db: store.db.withPlugin(watched),
    async transaction<T>(work: (tx: Transaction<Database>) => Promise<T>): Promise<T> {
      let written = new Set<string>();
      const name = () => [...written].sort().join('+');
      const result = await store.transaction(async (tx) => {
        written = new Set();
        const noting = watchStatements(
          (table) => written.add(table),
          () => {},
        );
        const made = await work(tx.withPlugin(noting) as Transaction<Database>);
        if (written.size > 0) reach(`commit ${name()} before`);
        return made;
      });
      if (written.size > 0) reach(`commit ${name()} after`);
      return result;
    },
  };
}

type AsyncMethod = (...given: never[]) => Promise<unknown>;

/** A port whose methods of these names are points, as in `carrier.placeCall before`. */
export function nameEffects<Port extends object>(
  name: string,
  { port, methods }: { port: Port; methods: readonly (keyof Port & string)[] },
  reach: ReachCrashPoint,
): Port {
  const named = Object.fromEntries(
    methods.map((method) => [method, nameEffect(`${name}.${method}`, port[method] as AsyncMethod, reach)]),
  );
  return { ...port, ...named };
}

/** The same for what is a function by itself. */
export function nameEffect<Effect extends AsyncMethod>(name: string, effect: Effect, reach: ReachCrashPoint): Effect {
  const named = async (...given: never[]) => {
    reach(`${name} before`);
    try {
      return await effect(...given);
    } finally {
      reach(`${name} after`);
    }
  };
  return named as Effect;
}
