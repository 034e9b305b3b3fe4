import { beforeAll, expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../tests/setup/describe-on-both.ts';
import { addToDoNotCall } from '../store/do-not-call.ts';
import { DialRefused } from './dial/dial-refused.ts';
import { takeAPlace } from './dial/take-a-place.ts';
import { placeCall } from './place-call.ts';
import { openRoom, type Room, request, until, wideOpen } from './testing/open-room.ts';

const codeOf = (error: unknown) => (error instanceof DialRefused ? error.code : String(error));

describeOnBothDatabases('placing a call', (openFresh) => {
  let room: Room;
  beforeAll(async () => {
    room = openRoom(await openFresh());
  });

  const forbid = (number: string, clientId: string) =>
    addToDoNotCall(room.store.db, {
      client_id: clientId,
      number,
      reason: 'asked on the phone',
      call_id: null,
      created_at: new Date(room.clock.now()),
    });
  const try50 = async (limits: { callsPerSecond: number; maxConcurrentCalls: number; account: string }) => {
    const asked = Array.from({ length: 50 }, () => takeAPlace(room, limits, async () => null));
    const answers = await Promise.allSettled(asked);
    const waits = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value.waitMs] : []));
    const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [codeOf(answer.reason)] : []));
    return { waits: waits.toSorted((one, other) => one - other), refused };
  };

  it('keeps a refusal as a blocked call with its one event, and asks the carrier nothing', async () => {
    await forbid('+15550190', '');
    const heard: string[] = [];
    const leave = room.live.subscribe((event) => heard.push(event.type));
    const placing = placeCall({ ...room, pace: wideOpen }, { ...request, to: '+15550190' });
    await expect(placing).rejects.toMatchObject({ code: 'dial/do-not-call', retryAfterSeconds: null });
    leave();
    const rows = await room.store.db.selectFrom('calls').selectAll().where('to_number', '=', '+15550190').execute();
    expect(rows).toHaveLength(1);
    const [blocked] = rows;
    expect(blocked).toMatchObject({
      status: 'blocked',
      outcome: 'blocked',
      ended_reason: 'forbidden',
      error_code: 'dial/do-not-call',
      check_at: null,
      carrier_sid: null,
    });
    expect(await room.events(blocked?.id ?? '')).toEqual(['call.blocked']);
    expect(heard).toEqual(['call.blocked']);
    expect(room.carrier.orders).toEqual([]);
  });

  it('is forbidden by a client’s own list to that client alone', async () => {
    const at = new Date(room.clock.now());
    const client = { name: 'x', status: 'Active', profile: '{}', limits: '{}', created_at: at, updated_at: at };
    await room.store.db
      .insertInto('clients')
      .values(['client_a', 'client_b'].map((id) => ({ id, ...client })))
      .execute();
    await forbid('+15550191', 'client_a');
    const order = { ...request, to: '+15550191' };
    const ownPlacing = placeCall({ ...room, pace: wideOpen }, { ...order, clientId: 'client_a' });
    await expect(ownPlacing).rejects.toMatchObject({ code: 'dial/do-not-call' });
    expect((await placeCall({ ...room, pace: wideOpen }, { ...order, clientId: 'client_b' })).status).toBe('dialing');
  });

  it('gives each of 50 requests at once its own moment, and refuses those that would wait too long', async () => {
    const { waits, refused } = await try50({ account: 'pace', callsPerSecond: 4, maxConcurrentCalls: 1000 });
    expect(waits).toEqual(Array.from({ length: 41 }, (_, place) => place * 250));
    expect(refused).toEqual(Array.from({ length: 9 }, () => 'dial/rate-limited'));
  });

  it('takes no more calls than there are lines, however many ask at once', async () => {
    const own = openRoom(await openFresh());
    const pace = { account: 'lines', callsPerSecond: Number.POSITIVE_INFINITY, maxConcurrentCalls: 7 };
    const placing = Array.from({ length: 50 }, () => placeCall({ ...own, pace }, request));
    const answers = await Promise.allSettled(placing);
    const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [codeOf(answer.reason)] : []));
    expect(refused).toEqual(Array.from({ length: 43 }, () => 'dial/too-many-calls'));
    expect(own.carrier.orders).toHaveLength(7);
    const stored = await own.store.db.selectFrom('calls').select('id').execute();
    expect(stored).toHaveLength(7);
  });

  it('does not use up the pace with calls that found no line', async () => {
    const full = { account: 'full', callsPerSecond: 1, maxConcurrentCalls: 0 };
    expect((await try50(full)).refused).toEqual(Array.from({ length: 50 }, () => 'dial/too-many-calls'));
    const { waitMs } = await takeAPlace(room, { ...full, maxConcurrentCalls: 1000 }, async () => null);
    expect(waitMs).toBe(0);
  });

  it('shows a call that waits for its turn, and dials it only then', async () => {
    const pace = { account: 'turn', callsPerSecond: 1, maxConcurrentCalls: 1000 };
    await placeCall({ ...room, pace }, request);
    const before = room.carrier.orders.length;
    const placing = placeCall({ ...room, pace }, { ...request, to: '+15550192' });
    await until(() => room.clock.pendingTimers === 1);
    const [row] = await room.store.db.selectFrom('calls').selectAll().where('to_number', '=', '+15550192').execute();
    expect(row?.status).toBe('queued');
    room.clock.advance(999);
    expect(room.carrier.orders).toHaveLength(before);
    room.clock.advance(1);
    expect((await placing).status).toBe('dialing');
    expect(room.carrier.orders).toHaveLength(before + 1);
  });
});
