import { expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../../tests/setup/describe-on-both.ts';
import { insertPhoneNumber } from '../../store/phone-numbers.ts';
import { placeCall, queueCall } from '../place-call.ts';
import { openRoom, type Room, request, until } from '../testing/open-room.ts';
import type { PaceLimits } from './pace.ts';

const other = '+15550199';
const minuteMs = 60_000;
const paced = (perNumberPerMinute: number | null): PaceLimits => ({
  ...{ account: 'AC1', callsPerSecond: Number.POSITIVE_INFINITY },
  perNumberPerMinute,
});

describeOnBothDatabases('the limits of a number that calls', (openFresh) => {
  const queue = (room: Room, to: string, from = request.from) => queueCall(room, { ...request, to, from });
  const limit = (room: Room, limits: { calls_per_minute?: number; concurrent_calls?: number }) =>
    insertPhoneNumber(room.store.db, {
      ...{ id: 'number_1', number: request.from, client_id: null, assistant_id: null },
      ...{ calls_per_minute: null, concurrent_calls: null, ...limits },
      ...{ created_at: new Date(0), updated_at: new Date(0) },
    });
  const ordered = (room: Room) => room.carrier.orders.map(({ to }) => to);

  it('space its calls over all nodes, and hold up nobody who calls from another', async () => {
    const store = await openFresh();
    const one = openRoom(store, {}, { pace: paced(2) });
    const two = openRoom(store, {}, { pace: paced(2), beside: one });
    const first = await queue(one, '+15550131');
    await until(async () => (await one.find(first.id)).carrier_sid !== null);
    await Promise.all([queue(two, '+15550132'), queue(one, '+15550133')]);
    await queue(two, '+15550134', other);
    await until(() => one.carrier.orders.length === 2);
    expect(ordered(one)).toEqual(['+15550131', '+15550134']);
    one.clock.advance(minuteMs / 2 - 1);
    for (const node of [one, two]) node.dispatcher.wake();
    await Promise.all([one.runner.idle(), two.runner.idle()]);
    expect(one.carrier.orders).toHaveLength(2);
    // They look by themselves, when the number may call again and now and then.
    for (const node of [one, two]) node.dispatcher.start();
    await until(async () => {
      // Time passes with the work: a claim over which the clock jumps is not acted on.
      one.clock.advance(100);
      await one.find(first.id);
      return one.carrier.orders.length >= 4;
    });
    for (const node of [one, two]) await node.dispatcher.stop();
    expect(new Set(ordered(one)).size).toBe(4);
    const ofNumber = store.db.selectFrom('calls').select('dialing_at').where('from_number', '=', request.from);
    const moments = (await ofNumber.orderBy('dialing_at').execute()).map((row) => row.dialing_at?.getTime() ?? 0);
    const gaps = moments.slice(1).map((moment, index) => moment - (moments[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(minuteMs / 2);
  });

  it('are its own where it has some', async () => {
    const room = openRoom(await openFresh(), {}, { pace: paced(1) });
    await limit(room, { calls_per_minute: 60 });
    await Promise.all([queue(room, '+15550141'), queue(room, '+15550142')]);
    await until(() => room.carrier.orders.length === 1);
    room.clock.advance(1000);
    await until(() => room.carrier.orders.length === 2);
  });

  it('refuse a request at once whose turn would not come while it waits', async () => {
    const room = openRoom(await openFresh(), {}, { pace: paced(2) });
    await placeCall(room, { ...request, to: '+15550151' });
    const late = placeCall(room, { ...request, to: '+15550152' });
    await expect(late).rejects.toMatchObject({ code: 'dial/number-rate-limited', retryAfterSeconds: 30 });
    await placeCall(room, { ...request, to: '+15550153', from: other });
    expect(ordered(room)).toEqual(['+15550151', '+15550153']);
  });

  it('keep calls waiting while its lines are taken, and refuse requests', async () => {
    const room = openRoom(await openFresh());
    await limit(room, { concurrent_calls: 1 });
    const first = await room.place({ to: '+15550161' });
    const waiting = await queue(room, '+15550162');
    const refused = placeCall(room, { ...request, to: '+15550163' });
    await expect(refused).rejects.toMatchObject({ code: 'dial/number-lines-busy' });
    const another = await queue(room, '+15550164', other);
    await until(async () => (await room.find(another.id)).carrier_sid !== null);
    expect((await room.find(waiting.id)).status).toBe('queued');
    await room.tell(first, 'busy');
    room.dispatcher.wake();
    await until(async () => (await room.find(waiting.id)).carrier_sid !== null);
  });
});
