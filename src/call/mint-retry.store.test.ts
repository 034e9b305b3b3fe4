import { beforeAll, expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../tests/setup/describe-on-both.ts';
import { createIds } from '../base/ids.ts';
import { createSeededRandom, systemRandom } from '../base/random.ts';
import { addToDoNotCall } from '../store/do-not-call.ts';
import { usualPlaceRules } from './dial/rules/place-rules.ts';
import { mintRetry } from './mint-retry.ts';
import { queueCall } from './place-call.ts';
import { createSweeper } from './sweep.ts';
import { openRoom, type Room, request, until } from './testing/open-room.ts';

const retry = { max_attempts: 2, after_seconds: { busy: 300 } };
const minuteMs = 60_000;

describeOnBothDatabases('calls for later', (openFresh) => {
  let room: Room;
  beforeAll(async () => {
    const newId = createIds({ now: () => 0 } as Parameters<typeof createIds>[0], systemRandom);
    const followUps = [
      mintRetry({ newId, random: createSeededRandom(1), adviceFor: () => null, places: usualPlaceRules }),
    ];
    room = openRoom(await openFresh(), {}, { followUps });
  });
  const whenDialled = async (id: string) => {
    await until(async () => {
      room.dispatcher.wake();
      return (await room.find(id)).carrier_sid !== null;
    });
    const call = await room.find(id);
    return { id, carrierSid: call.carrier_sid ?? '' };
  };
  const schedule = (minutes: number, more: { untilMinutes?: number; window?: object } = {}) => {
    const at = (later: number) => ({ atMs: room.clock.now() + later * minuteMs });
    const notAfter = more.untilMinutes === undefined ? null : at(more.untilMinutes);
    return { notBefore: at(minutes), notAfter, window: more.window ?? null, timezone: 'recipient' };
  };
  const queue = (to: string, changes: object) => queueCall(room, { ...request, to, ...changes });

  it('are tried again after a busy line, as a call of its own, once, and not beyond the last attempt', async () => {
    const first = await queue('+12125550301', {
      retry,
      instructions: (id: string) => ({ path: `/voice?callId=${id}` }),
    });
    const ringing = await whenDialled(first.id);
    await Promise.all([room.tell(ringing, 'busy'), room.tell(ringing, 'busy')]);
    const before = await room.find(first.id);
    const rows = await room.store.db.selectFrom('calls').selectAll().where('retry_of', '=', first.id).execute();
    expect(rows).toHaveLength(1);
    const [next] = rows;
    expect(before).toMatchObject({ status: 'busy', next_attempt_call_id: next?.id });
    expect(next).toMatchObject({ status: 'scheduled', attempt: 2, carrier_sid: null });
    expect(next?.instructions).toEqual({ path: `/voice?callId=${next?.id}` });
    expect(next?.due_at?.getTime()).toBeGreaterThanOrEqual((before.ended_at?.getTime() ?? 0) + 300_000);
    expect(await room.events(first.id)).toContain('call.retry_scheduled');
    room.clock.advance(451_000);
    await room.tell(await whenDialled(next?.id ?? ''), 'busy');
    expect(await room.find(next?.id ?? '')).toMatchObject({ status: 'busy', next_attempt_call_id: null });
    expect(await room.events(next?.id ?? '')).toEqual(['call.scheduled', 'call.queued', 'call.dialing', 'call.ended']);
  });

  it('wait for their time, and can be canceled until then', async () => {
    const [kept, dropped] = [
      await queue('+12125550302', { schedule: schedule(10) }),
      await queue('+12125550303', { schedule: schedule(10) }),
    ];
    expect(kept).toMatchObject({ status: 'scheduled', due_at: new Date(room.clock.now() + 10 * minuteMs) });
    const ending = { reason: 'canceled', by: 'request', fault: null } as const;
    await room.runner.apply(dropped.id, { type: 'cancel', ending });
    room.clock.advance(10 * minuteMs);
    await whenDialled(kept.id);
    expect(await room.find(dropped.id)).toMatchObject({ status: 'canceled', due_at: null });
    expect(room.carrier.orders.filter(({ to }) => to === '+12125550303')).toEqual([]);
  });

  it('are held to the hours of the person, and to what was forbidden meanwhile', async () => {
    // 15:00 UTC and 13 hours: 23:00 in New York, where calls begin at 8.
    const call = await queue('+12125550304', { schedule: schedule(13 * 60) });
    room.clock.advance(13 * 60 * minuteMs);
    await until(async () => {
      room.dispatcher.wake();
      return (await room.find(call.id)).revision > 0;
    });
    const opens = new Date(Date.UTC(2026, 0, 6, 13));
    expect(await room.find(call.id)).toMatchObject({ status: 'scheduled', due_at: opens, policy_decision: null });
    const entry = { client_id: '', reason: 'asked', call_id: null, created_at: new Date(room.clock.now()) };
    await addToDoNotCall(room.store.db, { ...entry, number: '+12125550304' });
    room.clock.advance(opens.getTime() - room.clock.now());
    await until(async () => {
      room.dispatcher.wake();
      return (await room.find(call.id)).status === 'blocked';
    });
  });

  it('end with a reason of their own when their time has passed', async () => {
    const call = await queue('+12125550305', { schedule: schedule(10, { untilMinutes: 20 }) });
    room.clock.advance(20 * minuteMs);
    const sweeper = createSweeper(room);
    await sweeper.start();
    await until(async () => (await room.find(call.id)).status === 'canceled');
    await sweeper.stop();
    expect(await room.find(call.id)).toMatchObject({ ended_reason: 'expired', ended_by: 'server' });
    const impossible = queue('+12125550306', { schedule: schedule(10, { untilMinutes: 5 }) });
    await expect(impossible).rejects.toMatchObject({ code: 'dial/never-open' });
  });
});
