import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../../tests/setup/describe-on-both.ts';
import { createIds } from '../../base/ids.ts';
import { systemRandom } from '../../base/random.ts';
import { CarrierRefused } from '../../ports/carrier.ts';
import { noCaps } from '../../spend/spend-caps.ts';
import { insertCall } from '../../store/calls.ts';
import { insertCampaign } from '../../store/campaigns.ts';
import { addToSums, findCallCost } from '../../store/spend.ts';
import { addUsage } from '../../store/usage.ts';
import { createCostCounter } from '../count-costs.ts';
import { placeCall, queueCall } from '../place-call.ts';
import { settleSpend } from '../settle-spend.ts';
import { openRoom, type Room, request, until } from '../testing/open-room.ts';
import { DialRefused } from './dial-refused.ts';
import { createReservations } from './reserve-dial.ts';
import { findSpendFacts, type SpendPolicy } from './spend-policy.ts';

const perMinute = 84_000;
const assistant = { ...request.assistant, max_duration_seconds: 90 };
/** 90 s and 30 s of grace: two begun minutes. */
const worst = 2 * perMinute;

describeOnBothDatabases('reserving what a call may cost', (openFresh) => {
  let room: Room;
  let policy: SpendPolicy;

  beforeAll(async () => {
    const store = await openFresh();
    policy = {
      currency: 'USD',
      caps: noCaps,
      unknownPrices: 'deny',
      carrier: 'twilio',
      vendorsOf: () => [{ ears: null, mouth: null, model: 'callwright/scripted', agent: null }],
    };
    const newId = createIds({ now: () => 0 } as Parameters<typeof createIds>[0], systemRandom);
    room = openRoom(store, { spend: policy }, { followUps: [settleSpend({ policy, newId, countedAfterMs: 10_000 })] });
    const at = new Date(room.clock.now());
    const client = { id: 'client_a', name: 'A', status: 'Active', profile: '{}', created_at: at, updated_at: at };
    const limits = JSON.stringify({ spend_per_day_micros: 3 * worst });
    await store.db
      .insertInto('clients')
      .values({ ...client, limits })
      .execute();
  });

  beforeEach(async () => {
    for (const table of ['spend_totals', 'spend_entries', 'call_costs'] as const) {
      await room.store.db.deleteFrom(table).execute();
    }
    policy.caps = noCaps;
  });

  let numbers = 0;
  /** Each to a number of its own. */
  const place = (changes: object = {}) => {
    numbers += 1;
    return placeCall(room, { ...request, assistant, to: `+1212556${1000 + numbers}`, ...changes });
  };
  const sums = async (scope = 'operator') => {
    const rows = await room.store.db
      .selectFrom('spend_totals')
      .selectAll()
      .where('scope', '=', scope)
      .orderBy('period')
      .execute();
    return rows.map(({ period, reserved_micros, settled_micros }) => [period, reserved_micros, settled_micros]);
  };
  const spendEvents = async () => {
    const rows = await room.store.db
      .selectFrom('events')
      .selectAll()
      .where('type', '=', 'spend.threshold')
      .orderBy('position')
      .execute();
    return rows.map(({ data, client_id, call_id }) => ({
      ...(data as { percent: number; of: string }),
      client_id,
      call_id,
    }));
  };
  const ledgerAddsUp = async () => {
    const { db } = room.store;
    const entries = await db.selectFrom('spend_entries').selectAll().execute();
    const add = (key: 'reserved_micros' | 'settled_micros') => entries.reduce((sum, entry) => sum + entry[key], 0);
    expect((await sums())[0]?.slice(1)).toEqual([add('reserved_micros'), add('settled_micros')]);
  };

  it('takes the worst case from the day and the month, and frees what was not used once the call is over', async () => {
    const call = await place();
    const day = new Date(room.clock.now()).toISOString().slice(0, 10);
    expect(await sums()).toEqual([
      [day.slice(0, 7), worst, 0],
      [day, worst, 0],
    ]);
    const sid = { id: call.id, carrierSid: call.carrier_sid ?? '' };
    await room.tell(sid, 'in_progress');
    await room.tell(sid, 'completed', 20);
    expect(await sums()).toEqual([
      [day.slice(0, 7), 0, perMinute],
      [day, 0, perMinute],
    ]);
    await ledgerAddsUp();
  });

  it('counts what was used once the call is over, and takes the carrier’s own price when that comes', async () => {
    const call = await place();
    const sid = { id: call.id, carrierSid: call.carrier_sid ?? '' };
    await room.tell(sid, 'in_progress');
    const used = { call_id: call.id, vendor: 'openai', item: 'model_input_token', model: 'gpt-4.1-mini' };
    await addUsage(room.store.db, [{ ...used, quantity: 500 }]);
    await addUsage(room.store.db, [{ ...used, quantity: 500 }]);
    await room.tell(sid, 'completed', 20);
    const counter = createCostCounter({ ...room, policy });
    await counter.look();
    expect(await findCallCost(room.store.db, call.id)).toMatchObject({ status: 'bounded', total_micros: null });
    room.clock.advance(10_000);
    await counter.look();
    expect(await findCallCost(room.store.db, call.id)).toMatchObject({
      ...{ status: 'counted', total_micros: perMinute + 400, settled_micros: perMinute + 400, reserved_micros: 0 },
    });
    const carrierCall = room.carrier.calls.get(sid.carrierSid);
    if (carrierCall) carrierCall.charge = { micros: 20_000, currency: 'USD' };
    await counter.look();
    expect(await findCallCost(room.store.db, call.id)).toMatchObject({ status: 'counted' });
    room.clock.advance(60_000);
    await counter.look();
    const total = perMinute - 14_000 + 20_000 + 400;
    expect(await findCallCost(room.store.db, call.id)).toMatchObject({
      ...{ status: 'charged', total_micros: total, settled_micros: total, check_at: null },
    });
    expect((await sums())[0]?.slice(1)).toEqual([0, total]);
    await ledgerAddsUp();
  });

  it('asks the carrier again later and later, and then lets the table’s price stand', async () => {
    const call = await place();
    const sid = { id: call.id, carrierSid: call.carrier_sid ?? '' };
    await room.tell(sid, 'in_progress');
    await room.tell(sid, 'completed', 20);
    const counter = createCostCounter({ ...room, policy });
    room.carrier.isDown = true;
    for (let hours = 0; hours < 40; hours += 1) {
      room.clock.advance(3_600_000);
      await counter.look();
    }
    room.carrier.isDown = false;
    const cost = await findCallCost(room.store.db, call.id);
    expect(cost).toMatchObject({ status: 'counted', total_micros: perMinute, check_at: null, tries: 6 });
  });

  it.each(['no_answer', 'busy', 'failed', 'canceled'] as const)(
    'frees all of it when the call ends %s',
    async (status) => {
      const call = await place();
      await room.tell({ id: call.id, carrierSid: call.carrier_sid ?? '' }, status);
      expect((await sums()).map(([, reserved, settled]) => [reserved, settled])).toEqual([
        [0, 0],
        [0, 0],
      ]);
      const cost = await room.store.db.selectFrom('call_costs').selectAll().executeTakeFirstOrThrow();
      expect(cost).toMatchObject({ status: 'charged', total_micros: 0, check_at: null });
    },
  );

  it('frees all of it when the carrier refuses', async () => {
    room.carrier.placing = 'refuses';
    await expect(place()).rejects.toMatchObject({ code: 'dial/carrier-refused' });
    room.carrier.placing = 'accepts';
    expect((await sums()).every(([, reserved, settled]) => reserved === 0 && settled === 0)).toBe(true);
    await ledgerAddsUp();
  });

  it('frees it while a call that the carrier had no room for waits again, and reserves it anew', async () => {
    const { placeCall: accept } = room.carrier;
    room.carrier.placeCall = async () => {
      throw new CarrierRefused('too many', { code: 20429, httpStatus: 429, kind: 'throttled' });
    };
    const call = await queueCall(room, { ...request, assistant, to: '+12125550178' });
    await until(async () => (await room.find(call.id)).revision === 2);
    room.carrier.placeCall = accept;
    expect((await sums())[0]?.[1]).toBe(0);
    room.clock.advance(60_000);
    room.dispatcher.wake();
    await until(async () => (await room.find(call.id)).carrier_sid !== null);
    expect((await sums())[0]?.[1]).toBe(worst);
    await ledgerAddsUp();
  });

  it('keeps it reserved while nobody knows whether the phone rings', async () => {
    room.carrier.placing = 'lost-answer';
    await expect(place({ to: '+12125550177' })).rejects.toMatchObject({ code: 'dial/not-confirmed' });
    room.carrier.placing = 'accepts';
    expect((await sums())[0]?.[1]).toBe(worst);
  });

  it('never goes beyond a cap, however many calls of however many clients are decided at once', async () => {
    policy.caps = { ...noCaps, perDay: 7 * worst + worst - 1 };
    const { db } = room.store;
    const at = new Date(room.clock.now());
    const crowd = Array.from({ length: 50 }, (_, index) => `crowd_${index}`);
    const client = { status: 'Active', profile: '{}', limits: '{}', created_at: at, updated_at: at };
    await db
      .insertInto('clients')
      .values(crowd.map((id) => ({ ...client, id, name: id })))
      .execute();
    for (const id of crowd) {
      await insertCall(db, {
        ...{ id: `call_${id}`, client_id: id, dialect: 'v1', direction: 'outbound', status: 'queued', lifecycle: '{}' },
        ...{ to_number: '+12125550299', from_number: request.from, revision: 0, carrier: 'fake', carrier_sid: null },
        ...{ assistant: '{"name":"a"}', parameters: '{}', request_id: null, instructions: null, sessions_offered: 0 },
        ...{ sessions_opened: 0, created_at: at, check_at: null },
      });
    }
    const parts = { policy: room.dialPolicy, newId: room.newId };
    const more = { campaignId: null, engine: 'relay', metadata: null, instructions: null, longestSeconds: 90 } as const;
    const decide = (id: string) =>
      room.store.transaction(async (inside) => {
        const wanted = { to: '+12125550299', from: request.from, clientId: id, recipientZone: null, keepsHours: false };
        const asked = { callId: `call_${id}`, wanted, spending: { ...more, assistant } };
        const reservations = createReservations({ db: inside, ...parts }, room.clock.now());
        const decision = await reservations.decide(asked);
        await reservations.count();
        return decision;
      });
    const decided = await Promise.all(crowd.map(decide));
    expect(decided.filter(({ allowed }) => allowed)).toHaveLength(7);
    expect(decided.filter(({ code }) => code === 'dial/spend-cap')).toHaveLength(43);
    expect((await sums())[1]?.[1]).toBe(7 * worst);
    await ledgerAddsUp();
  });

  it('has room again for what a call did not use', async () => {
    policy.caps = { ...noCaps, perDay: worst + perMinute };
    const call = await place();
    await expect(place()).rejects.toMatchObject({ code: 'dial/spend-cap' });
    const sid = { id: call.id, carrierSid: call.carrier_sid ?? '' };
    await room.tell(sid, 'in_progress');
    await room.tell(sid, 'completed', 20);
    expect((await place()).status).toBe('dialing');
  });

  describe('a client’s own cap', () => {
    it('holds for its calls only, and the refusal says so', async () => {
      const ours = { clientId: 'client_a' };
      for (let calls = 0; calls < 3; calls += 1) await place(ours);
      const refused = await place(ours).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(DialRefused);
      expect(refused).toMatchObject({
        code: 'dial/spend-cap',
        message: expect.stringContaining('the client may spend'),
      });
      expect((refused as DialRefused).retryAfterSeconds).toBeGreaterThan(0);
      expect((await place()).status).toBe('dialing');
    });
  });

  it('holds a campaign to its own cap over all of its days', async () => {
    const at = new Date(room.clock.now());
    await insertCampaign(room.store.db, {
      ...{ id: 'campaign_1', client_id: null, name: 'May', status: 'running', pace: '{}', caller_ids_used: '{}' },
      ...{ settings: JSON.stringify({ spend_caps: { in_all_micros: 2 * worst } }), revision: 0 },
      ...{ assistant_id: null, assistant_version: null, created_at: at, updated_at: at },
    });
    const call = { to: '+12125550301', clientId: null, campaignId: 'campaign_1', assistant, engine: 'relay' as const };
    const more = { metadata: null, instructions: null, longestSeconds: 90 };
    const facts = (atMs: number) => findSpendFacts({ db: room.store.db, policy }, { ...call, ...more }, atMs);
    const place = { clientId: null, campaignId: 'campaign_1', day: '2020-01-01', currency: 'USD' };
    expect((await facts(room.clock.now())).caps).toMatchObject([
      { whose: 'campaign', period: 'ever', capMicros: 2 * worst, usedMicros: 0, endsAtMs: null },
    ]);
    await addToSums(room.store.db, [{ place, reserved: worst, settled: 1 }]);
    expect((await facts(room.clock.now())).caps).toMatchObject([{ usedMicros: worst + 1 }]);
  });

  it('does not dial a number that has no price while a cap is set, unless the operator allows it', async () => {
    const abroad = { to: '+442071838750', from: '+442079460000' };
    policy.caps = { ...noCaps, perDay: 1_000_000_000 };
    await expect(place(abroad)).rejects.toMatchObject({ code: 'dial/price-unknown', retryAfterSeconds: null });
    policy.unknownPrices = 'allow';
    expect((await place(abroad)).status).toBe('dialing');
    policy.unknownPrices = 'deny';
    policy.caps = noCaps;
    expect((await place({ ...abroad, to: '+442071838751' })).status).toBe('dialing');
  });

  it('refuses a call that can cost more than one call may', async () => {
    policy.caps = { ...noCaps, perCall: worst - 1 };
    await expect(place()).rejects.toMatchObject({ code: 'dial/spend-cap', retryAfterSeconds: null });
    policy.caps = { ...noCaps, perCall: worst };
    expect((await place()).status).toBe('dialing');
  });

  it('tells at 50, 80 and 100 % of a cap, once, and of the operator’s to the operator alone', async () => {
    policy.caps = { ...noCaps, perDay: 10 * worst + 1 };
    const seen = (await spendEvents()).length;
    for (let calls = 0; calls < 10; calls += 1) await place();
    await expect(place()).rejects.toMatchObject({ code: 'dial/spend-cap' });
    expect((await spendEvents()).slice(seen)).toMatchObject([
      { percent: 50, of: 'operator', client_id: null, call_id: null },
      { percent: 80, of: 'operator', client_id: null, call_id: null },
    ]);
    // Refused in the very moment of its turn: the cap is full.
    const waiting = await queueCall(
      { ...room, dialPolicy: { ...room.dialPolicy, spend: { ...policy, caps: noCaps } } },
      { ...request, assistant, to: '+12125550188' },
    );
    room.clock.advance(1);
    await until(async () => (await room.find(waiting.id)).status === 'blocked');
    await room.runner.idle();
    expect((await spendEvents()).slice(seen).map(({ percent }) => percent)).toEqual([50, 80, 100]);
  });
});
