import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freshPostgres, hasPostgres } from '../../../tests/setup/describe-on-both.ts';
import { systemClock } from '../../base/clock.ts';
import { createIds } from '../../base/ids.ts';
import { silentLogger } from '../../base/log.ts';
import { systemRandom } from '../../base/random.ts';
import { noCaps } from '../../spend/spend-caps.ts';
import { openStore } from '../../store/open-store.ts';
import type { Db } from '../../store/schema.ts';
import { addToSums } from '../../store/spend.ts';
import { placeCall } from '../place-call.ts';
import { settleSpend } from '../settle-spend.ts';
import { openRoom, type Room, request } from '../testing/open-room.ts';
import { createReservations } from './reserve-dial.ts';
import { placeOf, type SpendPolicy } from './spend-policy.ts';

const assistant = { ...request.assistant, max_duration_seconds: 90 };
/** 90 s and 30 s of grace: two begun minutes. */
const worst = 2 * 84_000;

describe.runIf(hasPostgres())('reserving while others count', () => {
  let room: Room;
  let remove: () => unknown;
  const policy: SpendPolicy = {
    ...{ currency: 'USD', caps: noCaps, unknownPrices: 'deny', carrier: 'twilio' },
    vendorsOf: () => [{ ears: null, mouth: null, model: 'callwright/scripted', agent: null }],
  };

  beforeAll(async () => {
    const fresh = await freshPostgres();
    remove = fresh.remove;
    const store = await openStore(fresh.options, { clock: systemClock, random: systemRandom, log: silentLogger });
    const newId = createIds(systemClock, systemRandom);
    room = openRoom(store, { spend: policy }, { followUps: [settleSpend({ policy, newId, countedAfterMs: 10_000 })] });
  });
  afterAll(async () => {
    await room.store.close();
    await remove();
  });
  beforeEach(() => {
    policy.caps = noCaps;
  });

  const decideIn = (db: Db, callId: string) => {
    const reservations = createReservations({ db, policy: room.dialPolicy, newId: room.newId }, room.clock.now());
    const wanted = { to: '+12125550299', from: request.from, clientId: null, recipientZone: null, keepsHours: false };
    const more = { campaignId: null, engine: 'relay', metadata: null, instructions: null, longestSeconds: 90 } as const;
    return { reservations, decided: reservations.decide({ callId, wanted, spending: { ...more, assistant } }) };
  };

  /** What others do once it has decided, outside of its transaction. */
  function others(act: () => Promise<unknown>) {
    const start = Promise.withResolvers<void>();
    const done = start.promise.then(act);
    return async () => {
      start.resolve();
      await done;
    };
  }

  it('keeps no call from ending while it decides', async () => {
    const other = await placeCall(room, { ...request, assistant, to: '+12125551001' });
    const end = others(() => room.tell({ id: other.id, carrierSid: other.carrier_sid ?? '' }, 'busy'));
    await room.store.transaction(async (db) => {
      const { decided } = decideIn(db, other.id);
      expect(await decided).toMatchObject({ allowed: true });
      await end();
    });
    expect((await room.find(other.id)).status).toBe('busy');
  });

  it('decides again when the room that it found is taken before it counts', async () => {
    const call = await placeCall(room, { ...request, assistant, to: '+12125551002' });
    await room.tell({ id: call.id, carrierSid: call.carrier_sid ?? '' }, 'busy');
    policy.caps = { ...noCaps, perDay: worst };
    await room.store.db.deleteFrom('call_costs').execute();
    await room.store.db.deleteFrom('spend_totals').execute();
    const place = placeOf({ clientId: null, campaignId: null }, 'USD', room.clock.now());
    const spend = others(() => addToSums(room.store.db, [{ place, reserved: 0, settled: 1 }]));
    const seen: (string | null)[] = [];
    await room.store.transaction(async (db) => {
      const { reservations, decided } = decideIn(db, call.id);
      seen.push((await decided).code);
      await spend();
      await reservations.count();
    });
    expect(seen).toEqual([null, 'dial/spend-cap']);
    const sums = await room.store.db.selectFrom('spend_totals').selectAll().execute();
    expect(sums.map(({ reserved_micros, settled_micros }) => [reserved_micros, settled_micros])).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });
});
