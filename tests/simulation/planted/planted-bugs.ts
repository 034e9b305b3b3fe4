/** Bugs that are planted only here, by handing spoiled parts to the product: each must be found by a law. */
import type { RootOperationNode } from 'kysely';
import type { CallParts } from '../../../src/call/run-call.ts';
import {
  type Carrier,
  type CarrierCall,
  type CarrierCallStatus,
  type CarrierEvent,
  CarrierOutcomeUnknown,
  CarrierRefused,
} from '../../../src/ports/carrier.ts';
import { type Spoiling, spoilStore } from './spoil-store.ts';

export type Spoil = (parts: CallParts) => CallParts;

const inCarrier =
  (change: (carrier: Carrier, parts: CallParts) => Partial<Carrier>): Spoil =>
  (parts) => ({ ...parts, carrier: { ...parts.carrier, ...change(parts.carrier, parts) } });

const inStore =
  (spoiling: Spoiling): Spoil =>
  (parts) => ({ ...parts, store: spoilStore(parts.store, spoiling) });

/** What the carrier tells of a call's status, changed before anybody hears it. */
const inCallbacks = (
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

const askTwice = (isWorth: (error: unknown) => boolean): Spoil =>
  inCarrier(({ placeCall }) => ({
    placeCall: (order) =>
      placeCall(order).catch((error) => {
        if (isWorth(error)) return placeCall(order);
        throw error;
      }),
  }));

type Node = RootOperationNode & Record<string, unknown>;

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

const unlocked = (table: string): Spoil =>
  inStore({
    query: (node, of) => (of === table && node.kind === 'SelectQueryNode' ? without(node, 'endModifiers') : node),
  });

const asked = (table: string, change: (row: Record<string, unknown>) => Record<string, unknown> | null): Spoil =>
  inStore({
    rows: (rows, of, node) =>
      of === table && node.kind === 'SelectQueryNode'
        ? rows.flatMap((row): Record<string, unknown>[] => [change(row) ?? []].flat())
        : rows,
  });

const forgets = (column: string): Spoil =>
  inStore({
    query: (node, table) => (table === 'calls' && node.kind === 'UpdateQueryNode' ? withoutColumn(node, column) : node),
  });

const always =
  (status: CarrierCallStatus) =>
  async (carrierSid: string): Promise<CarrierCall> => ({
    ...{ carrierSid, status, to: '', from: '', createdAtMs: 0, durationSeconds: 1 },
  });

/** Only the first answer of each kind is ever known. */
function remembering<Args extends unknown[], T>(work: (...args: Args) => Promise<T>): (...args: Args) => Promise<T> {
  let first: Promise<T> | null = null;
  return (...args) => {
    first ??= work(...args).catch((error) => {
      first = null;
      throw error;
    });
    return first;
  };
}

const isUnknown = (error: unknown) => error instanceof CarrierOutcomeUnknown;

export const plantedBugs: Record<string, Spoil> = {
  'dials again after a time-out': askTwice((error) => isUnknown(error) && /no answer|fetch/.test(String(error))),
  'dials again after a server error': askTwice((error) => isUnknown(error) && /HTTP 5/.test(String(error))),
  'dials again after a broken connection': askTwice(
    (error) => isUnknown(error) && !/HTTP|no answer/.test(String(error)),
  ),
  'takes an unclear answer for a refusal': inCarrier(({ placeCall }) => ({
    placeCall: (order) =>
      placeCall(order).catch((error) => {
        throw isUnknown(error) ? new CarrierRefused('no answer', { code: null, httpStatus: null }) : error;
      }),
  })),
  'asks twice for every call': inCarrier(({ placeCall }) => ({
    placeCall: async (order) => {
      const [first] = await Promise.all([placeCall(order), placeCall(order).catch(() => null)]);
      return first;
    },
  })),
  'binds the first SID to every call': inCarrier(({ placeCall }) => ({ placeCall: remembering(placeCall) })),
  'looks for a call without its number': inCarrier((carrier, { store }) => ({
    async findCalls(search) {
      const rows = await store.db.selectFrom('calls').select('to_number').distinct().orderBy('to_number').execute();
      const found = await Promise.all(rows.map(({ to_number: to }) => carrier.findCalls({ ...search, to })));
      return found.flat();
    },
  })),
  'finds no call that it looks for': inCarrier(() => ({ findCalls: async () => [] })),
  'believes that every call is unknown to the carrier': inCarrier(() => ({ fetchCall: async () => null })),
  'believes that every call is completed': inCarrier(() => ({ fetchCall: always('completed') })),
  'believes that every call still rings': inCarrier(() => ({ fetchCall: always('ringing') })),
  'takes busy for completed': inCallbacks((event) =>
    event.status === 'busy' ? { ...event, status: 'completed' } : event,
  ),
  'takes no answer for failed': inCallbacks((event) =>
    event.status === 'no_answer' ? { ...event, status: 'failed' } : event,
  ),
  'takes ringing for the end': inCallbacks((event) =>
    event.status === 'ringing' ? { ...event, status: 'completed' } : event,
  ),
  'binds a callback to another SID': inCallbacks((event) => ({ ...event, carrierSid: `CA${'1'.repeat(32)}` })),
  'steps without the lock of the call': unlocked('calls'),
  'asks no do-not-call list': asked('do_not_call', () => null),
  'takes every client for active': asked('clients', (row) => ({ ...row, status: 'Active' })),
  'takes what is over for ringing': asked('calls', (row) => {
    const state = row.lifecycle as { phase?: string; carrierSid?: string | null } | undefined;
    if (state?.phase !== 'over' || !state.carrierSid) return row;
    const limits = { ringSeconds: 30, maxDurationSeconds: 60 };
    const ringing = {
      phase: 'placed',
      limits,
      carrierSid: state.carrierSid,
      ringing: true,
      placedAtMs: 0,
      ending: null,
    };
    return { ...row, lifecycle: { ...ringing, checkAtMs: 0 } };
  }),
  'forgets the end of a call': forgets('ended_at'),
  'never looks again at a call': inStore({
    rows: (rows, table, node) => {
      const columns = Object.keys(rows[0] ?? {});
      const isSweep =
        table === 'calls' && node.kind === 'SelectQueryNode' && columns.length === 1 && columns[0] === 'id';
      return isSweep ? [] : rows;
    },
  }),
  'forgets the SID': forgets('carrier_sid'),
  'forgets the revision': forgets('revision'),
  'forgets the status': forgets('status'),
  'tells nobody of an end': inStore({
    query: (node, table) => (table === 'events' && node.kind === 'InsertQueryNode' ? toNothing(node) : node),
  }),
  'acts without a transaction': (parts) => ({
    ...parts,
    store: { ...parts.store, transaction: (work) => work(parts.store.db as Parameters<typeof work>[0]) },
  }),
  'answers before the commit': (parts) => ({
    ...parts,
    store: {
      ...parts.store,
      async transaction(work) {
        const early = Promise.withResolvers<Awaited<ReturnType<typeof work>>>();
        parts.store
          .transaction(async (tx) => {
            const made = await work(tx);
            early.resolve(made as Awaited<ReturnType<typeof work>>);
            return made;
          })
          .catch(early.reject);
        return early.promise;
      },
    },
  }),
  'asks the lists once and believes them for ever': (parts) => {
    const known = new Map<string, Record<string, unknown>[]>();
    const rows: Spoiling['rows'] = (found, table, node) => {
      if (table !== 'do_not_call' || node.kind !== 'SelectQueryNode') return found;
      const key = JSON.stringify((node as Node).where);
      const before = known.get(key);
      if (!before) known.set(key, found);
      return before ?? found;
    };
    return inStore({ rows })(parts);
  },
};

/** The same insert of rows that are there already. */
function toNothing(node: RootOperationNode): RootOperationNode {
  const { values } = node as Node as unknown as { values: { kind: string; values: { values: unknown[] }[] } };
  return { ...node, values: { ...values, values: [] } } as unknown as RootOperationNode;
}
