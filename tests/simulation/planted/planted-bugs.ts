/** Bugs that are planted only here, by handing spoiled parts to the product: each must be found by a law. */
import { type CarrierCallStatus, CarrierRefused } from '../../../src/ports/carrier.ts';
import {
  always,
  asked,
  askTwice,
  believesOnce,
  forgets,
  inCallbacks,
  inCarrier,
  inStore,
  isUnknown,
  remembering,
  rollsBackEach,
  type Spoil,
  unlocked,
  writesNo,
} from './ways-to-spoil.ts';

const reportsAs = (status: CarrierCallStatus, as: CarrierCallStatus): Spoil =>
  inCallbacks((event) => (event.status === status ? { ...event, status: as } : event));

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
  'looks for a call without its number': inCarrier(({ findCalls }) => ({
    findCalls: (search) => findCalls({ ...search, to: '' }),
  })),
  'finds no call that it looks for': inCarrier(() => ({ findCalls: async () => [] })),
  'believes that every call is unknown to the carrier': inCarrier(() => ({ fetchCall: async () => null })),
  'believes that every call is completed': inCarrier(() => ({ fetchCall: always('completed') })),
  'believes that every call still rings': inCarrier(() => ({ fetchCall: always('ringing') })),
  'takes busy for completed': reportsAs('busy', 'completed'),
  'takes no answer for failed': reportsAs('no_answer', 'failed'),
  'thanks for busy and goes on ringing': reportsAs('busy', 'ringing'),
  'takes ringing for the end': reportsAs('ringing', 'completed'),
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
  'tells nobody of an end': writesNo('events'),
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
  'asks the lists once and believes them for ever': believesOnce('do_not_call'),
  'asks for each client once and believes it for ever': believesOnce('clients'),
  'reads each call once': believesOnce('calls', (rows) => rows.length === 1 && rows[0]?.lifecycle !== undefined),
  'takes canceled for completed': reportsAs('canceled', 'completed'),
  'takes failed for no answer': reportsAs('failed', 'no_answer'),
  'takes completed for busy': reportsAs('completed', 'busy'),
  'takes an answer for the end': reportsAs('in_progress', 'completed'),
  'believes that every call has failed': inCarrier(() => ({ fetchCall: always('failed') })),
  'believes that every call was busy': inCarrier(() => ({ fetchCall: always('busy') })),
  'rings the number of the call before': inCarrier(({ placeCall }) => {
    let before: string | null = null;
    return {
      placeCall(order) {
        const to = before ?? order.to;
        before = order.to;
        return placeCall({ ...order, to });
      },
    };
  }),
  'counts no lines': asked('calls', (row) => ('calls' in row && 'from_number' in row ? null : row)),
  'claims without the lock of the pace': unlocked('pace'),
  'believes every cap to be empty': inStore({
    rows: (rows, table) =>
      table === 'spend_totals' ? rows.map((row) => ({ ...row, reserved_micros: 0, settled_micros: 0 })) : rows,
  }),
  'forgets the state of a call': forgets('lifecycle'),
  'forgets when to look again': forgets('check_at'),
  'tells nobody that a call is blocked': writesNo('events', 'call.blocked'),
  'rolls back each fifth transaction that it has told of': rollsBackEach(5),
};
