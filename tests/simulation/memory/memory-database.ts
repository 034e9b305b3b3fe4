/** A database in memory that understands Kysely's statements without their text: the tables of one seed. */
import type { OperationNode } from 'kysely';
import { type MemoryParts, runStatement, type StatementResult } from './run-statement.ts';
import { postgresError } from './sql-values.ts';
import { Table, type TableShape, Transaction } from './tables.ts';

export interface MemoryDatabase {
  readonly tables: ReadonlyMap<string, Table>;
  /** How many transactions were committed. */
  readonly commits: number;
  begin(): Transaction;
  run(node: OperationNode, by: Transaction): Promise<StatementResult>;
  /** False when a statement had failed, so that nothing is kept. */
  commit(transaction: Transaction): boolean;
  rollBack(transaction: Transaction): void;
}

export function createMemoryDatabase(
  shapes: readonly TableShape[],
  onNotice: (channel: string, payload: string) => void,
): MemoryDatabase {
  const memory: MemoryParts = {
    tables: new Map(shapes.map((shape) => [shape.name, new Table(shape)])),
    advisory: new Map(),
  };
  let commits = 0;
  return {
    tables: memory.tables,
    get commits() {
      return commits;
    },
    begin: () => new Transaction(commits),
    async run(node, by) {
      if (by.isAborted) throw postgresError('25P02', 'current transaction is aborted');
      try {
        return await runStatement(node, memory, by);
      } catch (error) {
        by.isAborted = true;
        throw error;
      }
    },
    commit(transaction) {
      const keeps = !transaction.isAborted && !transaction.isOver;
      if (keeps) commits += 1;
      transaction.finish(keeps);
      if (keeps) for (const { channel, payload } of transaction.notices) onNotice(channel, payload);
      return keeps;
    },
    rollBack: (transaction) => transaction.finish(false),
  };
}
