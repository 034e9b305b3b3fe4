import type { KyselyPlugin } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshPostgres, hasPostgres } from '../../tests/setup/describe-on-both.ts';
import { systemClock } from '../base/clock.ts';
import { silentLogger } from '../base/log.ts';
import { systemRandom } from '../base/random.ts';
import type { CarrierEvent } from '../ports/carrier.ts';
import { openStore } from '../store/open-store.ts';
import { hearCarrier } from './hear-carrier.ts';
import { queueCall } from './place-call.ts';
import { openRoom, type Room, request, until } from './testing/open-room.ts';

/** Does something once, after the first query was answered and before whoever asked goes on. */
function afterFirstQuery(act: () => Promise<unknown>): KyselyPlugin {
  let acted: Promise<unknown> | null = null;
  return {
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      acted ??= act();
      await acted;
      return result;
    },
  };
}

describe.runIf(hasPostgres())('a callback that comes as the answer to the request is stored', () => {
  let room: Room;
  let remove: () => unknown;

  beforeAll(async () => {
    const fresh = await freshPostgres();
    remove = fresh.remove;
    room = openRoom(await openStore(fresh.options, { clock: systemClock, random: systemRandom, log: silentLogger }));
  });
  afterAll(async () => {
    await room.store.close();
    await remove();
  });

  /** A call that is asked of the carrier, whose answer is stored when `accept` is called. */
  async function openCall(to: string) {
    const asked = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<void>();
    const { placeCall } = room.carrier;
    let carrierSid = '';
    room.carrier.placeCall = async (order) => {
      const answer = await placeCall(order);
      carrierSid = answer.carrierSid;
      asked.resolve();
      await answered.promise;
      return answer;
    };
    const queued = queueCall(room, { ...request, to });
    await asked.promise;
    room.carrier.placeCall = placeCall;
    const accept = async () => {
      answered.resolve();
      await until(async () => (await room.findBySid(carrierSid)) !== undefined);
    };
    const db = room.store.db.withPlugin(afterFirstQuery(accept));
    return {
      queued,
      carrierSid,
      hear: (event: CarrierEvent) => hearCarrier({ ...room, store: { ...room.store, db } }, event),
    };
  }

  it('is heard, and the call ends', async () => {
    const { queued, carrierSid, hear } = await openCall('+12125551001');
    const { id } = await room.find((await room.store.db.selectFrom('calls').select('id').executeTakeFirstOrThrow()).id);
    const nothing = { sequence: null, durationSeconds: null, sipCode: null, errorCode: null, errorMessage: null };
    const query = new URLSearchParams({ callId: id });
    await hear({ ...nothing, type: 'status-changed', carrierSid, status: 'busy', query });
    expect((await room.find(id)).status).toBe('busy');
    await queued;
  });

  it('is given its instructions, even when its address names no call', async () => {
    const { queued, carrierSid, hear } = await openCall('+12125551002');
    const asked = { carrierSid, to: '+12125551002', from: request.from, query: new URLSearchParams() };
    const instruction = await hear({ ...asked, type: 'instructions-wanted', direction: 'outbound' });
    expect(instruction.type).not.toBe('hang-up');
    await queued;
  });
});
