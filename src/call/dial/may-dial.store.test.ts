import { beforeAll, describe, expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../../tests/setup/describe-on-both.ts';
import { defaultAssistant } from '../../assistant/assistant.ts';
import { addToDoNotCall } from '../../store/do-not-call.ts';
import { insertPhoneNumber } from '../../store/phone-numbers.ts';
import { placeCall, queueCall } from '../place-call.ts';
import { createSweeper } from '../sweep.ts';
import { openRoom, type Room, request, until } from '../testing/open-room.ts';
import type { DialDecision } from './decide-dial.ts';
import { DialRefused } from './dial-refused.ts';
import { mayDial } from './may-dial.ts';

const codeOf = (error: unknown) => (error instanceof DialRefused ? error.code : String(error));
const dayMs = 24 * 3600 * 1000;

describeOnBothDatabases('asking before a dial', (openFresh) => {
  let room: Room;
  const client = (id: string, limits: object) => {
    const at = new Date(room.clock.now());
    const row = { id, name: id, status: 'Active', profile: '{}', created_at: at, updated_at: at };
    return room.store.db
      .insertInto('clients')
      .values({ ...row, limits: JSON.stringify(limits) })
      .execute();
  };
  const place = (changes: object) => placeCall(room, { ...request, ...changes });
  const decide = (changes: object) => {
    const wanted = {
      to: '+12125550101',
      from: request.from,
      clientId: null,
      recipientZone: null,
      keepsHours: false,
      spend: null,
      ...changes,
    };
    return mayDial({ db: room.store.db, policy: room.dialPolicy }, wanted, room.clock.now());
  };
  const policyOf = async (to: string) => {
    const rows = await room.store.db.selectFrom('calls').selectAll().where('to_number', '=', to).execute();
    return rows.map(({ status, policy_decision }) => ({ status, policy: policy_decision as DialDecision }));
  };

  beforeAll(async () => {
    room = openRoom(await openFresh(), { callsPerNumberPerDay: 3, callsPerNumberPerWeek: 10 });
    await client('client_a', { calls_per_number_per_day: 1 });
    await client('client_b', {});
    await client('client_broken', { calling_hours: 'always' });
  });

  it('keeps the decision with the call that was dialled', async () => {
    await place({ to: '+12125550100' });
    const [stored] = await policyOf('+12125550100');
    expect(stored?.status).toBe('dialing');
    expect(stored?.policy).toMatchObject({
      allowed: true,
      code: null,
      destination: { countries: ['US'], region: 'NY' },
    });
    expect(stored?.policy.decided_at).toBe(new Date(room.clock.now()).toISOString());
    expect(stored?.policy.reasons).toHaveLength(9);
  });

  it('rings a number no more often than allowed, however many come to their turn at once', async () => {
    const to = '+12125550102';
    const queueing = Array.from({ length: 5 }, () => queueCall(room, { ...request, to }));
    const calls = await Promise.all(queueing);
    await until(async () => {
      await room.runner.idle();
      const [ringing] = [...room.carrier.calls.values()].filter((call) => call.to === to && call.status === 'queued');
      const row = ringing && (await room.findBySid(ringing.carrierSid));
      if (row) await room.tell({ id: row.id, carrierSid: ringing.carrierSid }, 'busy');
      room.dispatcher.wake();
      return (await policyOf(to)).every(({ status }) => status !== 'queued');
    });
    expect(room.carrier.orders.filter((order) => order.to === to)).toHaveLength(3);
    const stored = await policyOf(to);
    expect(
      stored.filter(({ status, policy }) => status === 'blocked' && policy.code === 'dial/too-often'),
    ).toHaveLength(2);
    expect(calls).toHaveLength(5);
    const next = place({ to }).catch(codeOf);
    expect(await next).toBe('dial/too-often');
  });

  it('counts for each client by itself, by its own limit, and calls that rang only', async () => {
    const to = '+12125550103';
    await place({ to, clientId: 'client_a' });
    expect(await decide({ to, clientId: 'client_a' })).toMatchObject({
      code: 'dial/too-often',
      retry_after_seconds: dayMs / 1000,
    });
    expect(await decide({ to, clientId: 'client_b' })).toMatchObject({ allowed: true });
    expect(await decide({ to })).toMatchObject({ allowed: true });
    room.carrier.placing = 'refuses';
    await expect(place({ to: '+12125550104', clientId: 'client_a' })).rejects.toMatchObject({
      code: 'dial/carrier-refused',
    });
    room.carrier.placing = 'accepts';
    expect((await place({ to: '+12125550104', clientId: 'client_a' })).status).toBe('dialing');
  });

  it('stops a burst of calls to one block of numbers, and of a client that is new', async () => {
    const limited = { ...room.dialPolicy, burst: { perBlockPerHour: 3, newClientPerDay: 2 } };
    const ask = (to: string, clientId: string | null, atMs = room.clock.now()) =>
      mayDial(
        { db: room.store.db, policy: limited },
        { to, from: request.from, clientId, recipientZone: null, keepsHours: false, spend: null },
        atMs,
      );
    for (const last of ['1000', '2000', '3000']) await place({ to: `+1212557${last}` });
    expect(await ask('+12125574000', null)).toMatchObject({ code: 'dial/too-many-alike', retry_after_seconds: 3600 });
    expect(await ask('+12125584000', null)).toMatchObject({ allowed: true });
    expect(await ask('+12125574000', null, room.clock.now() + 3_600_001)).toMatchObject({ allowed: true });
    await client('client_new', {});
    for (const to of ['+13125551000', '+13135551000']) await place({ to, clientId: 'client_new' });
    expect(await ask('+13145551000', 'client_new')).toMatchObject({ code: 'dial/new-client-calls-per-day' });
    expect(await ask('+13145551000', 'client_new', room.clock.now() + 8 * dayMs)).toMatchObject({ allowed: true });
    await room.store.db
      .updateTable('clients')
      .set({ limits: '{"calls_per_day":9}' })
      .where('id', '=', 'client_new')
      .execute();
    expect(await ask('+13145551000', 'client_new')).toMatchObject({ allowed: true });
  });

  it('forbids every call of a client whose limits cannot be read', async () => {
    expect(await decide({ clientId: 'client_broken' })).toMatchObject({ code: 'dial/client-limits-unreadable' });
    expect(await decide({ clientId: 'client_gone' })).toMatchObject({ code: 'dial/client-not-active' });
  });

  it('allows the countries of the operator’s own numbers, and those of the settings instead', async () => {
    const british = { to: '+442071838750' };
    expect(await decide(british)).toMatchObject({ code: 'dial/country-not-allowed' });
    expect(await decide({ ...british, from: '+442079460000' })).toMatchObject({ allowed: true });
    const at = new Date(room.clock.now());
    const row = { id: 'number_1', number: '+442079460001', client_id: null, assistant_id: null };
    await insertPhoneNumber(room.store.db, { ...row, created_at: at, updated_at: at });
    expect(await decide(british)).toMatchObject({ allowed: true });
    const only = { ...room, dialPolicy: { ...room.dialPolicy, allowedCountries: ['CA'] } };
    const placing = placeCall(only, { ...request, to: '+12125550105' });
    await expect(placing).rejects.toMatchObject({ code: 'dial/country-not-allowed', retryAfterSeconds: null });
  });

  describe('a call that waits', () => {
    it('is forbidden by what was committed last, and keeps that decision', async () => {
      // The number is being rung by another call.
      const other = await room.place({ to: '+12125550107' });
      const call = await queueCall(room, { ...request, to: '+12125550107', assistant: defaultAssistant });
      expect(call.policy_decision).toBeNull();
      const entry = { client_id: '', number: '+12125550107', reason: 'asked by mail', call_id: null };
      await addToDoNotCall(room.store.db, { ...entry, created_at: new Date(room.clock.now()) });
      await room.tell(other, 'busy');
      room.dispatcher.wake();
      await until(async () => (await room.find(call.id)).status === 'blocked');
      await room.runner.idle();
      const policy = (await room.find(call.id)).policy_decision as DialDecision;
      expect(policy).toMatchObject({ allowed: false, code: 'dial/do-not-call' });
      const events = await room.store.db
        .selectFrom('events')
        .selectAll()
        .where('call_id', '=', call.id)
        .orderBy('position')
        .execute();
      expect(events.at(-1)).toMatchObject({ type: 'call.blocked', data: { code: 'dial/do-not-call', policy } });
      expect(room.carrier.orders.filter(({ to }) => to === '+12125550107')).toHaveLength(1);
    });
  });

  describe('a call that rings while its number comes onto a list', () => {
    it('is ended when it was answered, too, where the client or the operator wants that, but not by its own wish', async () => {
      const number = '+12125550119';
      await client('client_ends', { on_do_not_call: 'end' });
      const talk = async (clientId: string | null, to = number) => {
        const call = await room.place({ to, clientId });
        await room.tell(call, 'in_progress');
        return call;
      };
      const [ends, finishes, ownWish] = [
        await talk('client_ends'),
        await talk(null, '+12125550121'),
        await talk('client_ends', '+12125550120'),
      ];
      const sweeper = createSweeper(room);
      await sweeper.start();
      const entry = { client_id: '', reason: 'asked', created_at: new Date(room.clock.now()) };
      await addToDoNotCall(room.store.db, { ...entry, number, call_id: null });
      await addToDoNotCall(room.store.db, { ...entry, number: '+12125550121', call_id: null });
      await addToDoNotCall(room.store.db, { ...entry, number: '+12125550120', call_id: ownWish.id });
      await until(() => room.clock.pendingTimers > 0);
      room.clock.advance(2000);
      await until(() => room.carrier.ended.includes(ends.carrierSid));
      await sweeper.stop();
      await room.runner.idle();
      expect(room.carrier.ended).not.toContain(finishes.carrierSid);
      expect(room.carrier.ended).not.toContain(ownWish.carrierSid);
      await room.tell(ends, 'completed', 5);
      expect(await room.find(ends.id)).toMatchObject({ ended_reason: 'forbidden', ended_by: 'server' });
      const byOperator = createSweeper({ ...room, dialPolicy: { ...room.dialPolicy, onDoNotCall: 'end' } });
      await byOperator.start();
      await until(() => room.carrier.ended.includes(finishes.carrierSid));
      await byOperator.stop();
      await room.runner.idle();
    });

    it('is ended within 2 seconds, and one that was answered goes on', async () => {
      const number = '+12125550108';
      const spoken = '+12125550109';
      const [ringing, talking, others] = [
        await room.place({ to: number }),
        await room.place({ to: spoken }),
        await room.place(),
      ];
      await room.tell(talking, 'in_progress');
      const sweeper = createSweeper(room);
      await sweeper.start();
      const entry = { client_id: '', reason: 'asked by mail', call_id: null, created_at: new Date(room.clock.now()) };
      for (const each of [number, spoken]) await addToDoNotCall(room.store.db, { ...entry, number: each });
      await until(() => room.clock.pendingTimers > 0);
      room.clock.advance(2000);
      await until(() => room.carrier.ended.includes(ringing.carrierSid));
      await sweeper.stop();
      await room.runner.idle();
      expect(room.carrier.ended).not.toContain(talking.carrierSid);
      expect(room.carrier.ended).not.toContain(others.carrierSid);
      expect(room.carrier.ended.filter((sid) => sid === ringing.carrierSid)).toHaveLength(1);
      await room.tell(ringing, 'canceled');
      expect(await room.find(ringing.id)).toMatchObject({
        status: 'canceled',
        ended_reason: 'forbidden',
        ended_by: 'server',
      });
    });
  });
});
