/** Ways to spoil the parts of a node: its carrier, what callbacks say, what is read and written. */
import type { RootOperationNode } from 'kysely';
import type { CallParts } from '../../../src/call/run-call.ts';
import {
  type Carrier,
  type CarrierCall,
  type CarrierCallStatus,
  type CarrierEvent,
  CarrierOutcomeUnknown,
} from '../../../src/ports/carrier.ts';
import { type Spoiling, spoilStore } from './spoil-store.ts';

export type Spoil = (parts: CallParts) => CallParts;

export const inCarrier =
  (change: (carrier: Carrier, parts: CallParts) => Partial<Carrier>): Spoil =>
  (parts) => ({ ...parts, carrier: { ...parts.carrier, ...change(parts.carrier, parts) } });

export const inStore =
  (spoiling: Spoiling): Spoil =>
  (parts) => ({ ...parts, store: spoilStore(parts.store, spoiling) });

/** What the carrier tells of a call's status, changed before anybody hears it. */
export const inCallbacks = (
  change: (event: Extract<CarrierEvent, { type: 'status-changed' }>) => CarrierEvent | null,
): Spoil =>
  inCarrier(({ routes }) => {
    const { status } = routes;
    const parse: typeof status.parse = (request) => {
      const event = status.parse(request);
      return event?.type === 'status-changed' ? change(event) : event;
    };
    return { routes: { ...routes, status: { ...status, parse } } };
  });

export const askTwice = (isWorth: (error: unknown) => boolean): Spoil =>
  inCarrier(({ placeCall }) => ({
    placeCall: (order) =>
      placeCall(order).catch((error) => {
        if (isWorth(error)) return placeCall(order);
        throw error;
      }),
  }));

export type Node = RootOperationNode & Record<string, unknown>;

const without = (node: RootOperationNode, part: string): RootOperationNode => {
  const { [part]: _left, ...rest } = node as Node;
  return rest as unknown as RootOperationNode;
};

/** Leaves a column out of what an update sets. */
const withoutColumn = (node: RootOperationNode, column: string): RootOperationNode => {
  const { updates } = node as Node as unknown as { updates: { column: { column: { name: string } } }[] };
  const kept = updates.filter((update) => update.column.column.name !== column);
  return { ...node, updates: kept } as unknown as RootOperationNode;
};

export const unlocked = (table: string): Spoil =>
  inStore({
    query: (node, of) => (of === table && node.kind === 'SelectQueryNode' ? without(node, 'endModifiers') : node),
  });

export const asked = (table: string, change: (row: Record<string, unknown>) => Record<string, unknown> | null): Spoil =>
  inStore({
    rows: (rows, of, node) =>
      of === table && node.kind === 'SelectQueryNode'
        ? rows.flatMap((row): Record<string, unknown>[] => [change(row) ?? []].flat())
        : rows,
  });

export const forgets = (column: string): Spoil =>
  inStore({
    query: (node, table) => (table === 'calls' && node.kind === 'UpdateQueryNode' ? withoutColumn(node, column) : node),
  });

export const always =
  (status: CarrierCallStatus) =>
  async (carrierSid: string): Promise<CarrierCall> => ({
    ...{ carrierSid, status, to: '', from: '', createdAtMs: 0, durationSeconds: 1 },
  });

/** Only the first answer of each kind is ever known. */
export function remembering<Args extends unknown[], T>(
  work: (...args: Args) => Promise<T>,
): (...args: Args) => Promise<T> {
  let first: Promise<T> | null = null;
  return (...args) => {
    first ??= work(...args).catch((error) => {
      first = null;
      throw error;
    });
    return first;
  };
}

export const isUnknown = (error: unknown) => error instanceof CarrierOutcomeUnknown;

/** The same insert of rows that are there already. */
export function toNothing(node: RootOperationNode): RootOperationNode {
  const { values } = node as Node as unknown as { values: { kind: string; values: { values: unknown[] }[] } };
  return { ...node, values: { ...values, values: [] } } as unknown as RootOperationNode;
}

const inserting = (table: string, isWorth: (node: RootOperationNode) => boolean = () => true): Spoil =>
  inStore({
    query: (node, of) => (of === table && node.kind === 'InsertQueryNode' && isWorth(node) ? toNothing(node) : node),
  });

/** What is written to a table never is; of events, only those of a type. */
export const writesNo = (table: string, type?: string): Spoil =>
  inserting(table, (node) => type === undefined || JSON.stringify(node).includes(`"${type}"`));

/** What was read of a table once is believed for ever. */
export const believesOnce =
  (table: string, isMeant: (rows: Record<string, unknown>[]) => boolean = () => true): Spoil =>
  (parts) => {
    const known = new Map<string, Record<string, unknown>[]>();
    const rows: Spoiling['rows'] = (found, of, node) => {
      if (of !== table || node.kind !== 'SelectQueryNode' || !isMeant(found)) return found;
      const key = JSON.stringify((node as Node).where);
      const before = known.get(key);
      if (!before) known.set(key, found);
      return before ?? found;
    };
    return inStore({ rows })(parts);
  };

/** Each so manieth transaction is rolled back after it has said what it did. */
export const rollsBackEach =
  (manieth: number): Spoil =>
  (parts) => {
    let begun = 0;
    return {
      ...parts,
      store: {
        ...parts.store,
        async transaction(work) {
          begun += 1;
          if (begun % manieth !== 0) return parts.store.transaction(work);
          const made = Promise.withResolvers<Awaited<ReturnType<typeof work>>>();
          await parts.store
            .transaction(async (tx) => {
              made.resolve((await work(tx)) as Awaited<ReturnType<typeof work>>);
              throw new Error('rolled back');
            })
            .catch(made.reject);
          return made.promise;
        },
      },
    };
  };
