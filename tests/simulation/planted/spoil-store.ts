/** A store that does not do all that it is asked: what a planted bug makes of queries, rows and transactions. */
import type { KyselyPlugin, RootOperationNode, Transaction } from 'kysely';
import type { Store } from '../../../src/store/open-store.ts';
import type { Database } from '../../../src/store/schema.ts';
import { nameOf } from '../memory/read-nodes.ts';

type Rows = Record<string, unknown>[];

export interface Spoiling {
  /** What becomes of a statement. */
  query?(node: RootOperationNode, table: string): RootOperationNode;
  /** What is read instead. */
  rows?(rows: Rows, table: string, node: RootOperationNode): Rows;
}

/** The first table that a statement is about. */
function tableOf(node: RootOperationNode): string {
  const parts = node as unknown as {
    into?: Parameters<typeof nameOf>[0];
    table?: Parameters<typeof nameOf>[0];
    from?: { froms: Parameters<typeof nameOf>[0][] };
  };
  const named = parts.into ?? parts.table ?? parts.from?.froms[0];
  return named?.kind === 'TableNode' ? nameOf(named) : '';
}

function createPlugin({ query, rows }: Spoiling): KyselyPlugin {
  const asked = new WeakMap<object, RootOperationNode>();
  return {
    transformQuery({ node, queryId }) {
      const spoiled = query ? query(node, tableOf(node)) : node;
      asked.set(queryId, spoiled);
      return spoiled;
    },
    async transformResult({ result, queryId }) {
      const node = asked.get(queryId);
      return rows && node ? { ...result, rows: rows(result.rows as Rows, tableOf(node), node) } : result;
    },
  };
}

export function spoilStore(store: Store, spoiling: Spoiling): Store {
  const plugin = createPlugin(spoiling);
  return {
    ...store,
    db: store.db.withPlugin(plugin),
    transaction: (work) => store.transaction((tx) => work(tx.withPlugin(plugin) as Transaction<Database>)),
  };
}
