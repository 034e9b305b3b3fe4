import { beforeAll, expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../tests/setup/describe-on-both.ts';
import { recordAudit } from '../store/audit-log.ts';
import { addToDoNotCall } from '../store/do-not-call.ts';
import type { Db } from '../store/schema.ts';
import { DialRefused } from './dial/dial-refused.ts';
import { placeCall, queueCall } from './place-call.ts';
import { openRoom, type Room, request, until } from './testing/open-room.ts';

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
  it('keeps a refusal as a blocked call with its one event, and asks the carrier nothing', async () => {
    await forbid('+15550190', '');
    const heard: string[] = [];
    const leave = room.live.subscribe((event) => heard.push(event.type));
    const placing = placeCall(room, { ...request, to: '+15550190' });
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

  it('stores a call and what goes with it both, or neither', async () => {
    const order = { ...request, to: '+15550197' };
    const entries = () => room.store.db.selectFrom('audit_log').selectAll().where('action', '=', 'tried').execute();
    const note = (db: Db, subjectId: string) =>
      recordAudit(db, {
        ...{ action: 'tried', subjectKind: 'call', subjectId, requestId: null, at: new Date(room.clock.now()) },
        principal: { kind: 'user', id: 'user_1', clientId: null },
      });
    const broken = queueCall(room, order, async (db, id) => {
      await note(db, id);
      throw new Error('no room');
    });
    await expect(broken).rejects.toThrow('no room');
    const rows = () => room.store.db.selectFrom('calls').select('id').where('to_number', '=', '+15550197').execute();
    expect([await rows(), await entries()]).toEqual([[], []]);
    const { id } = await queueCall(room, order, note);
    expect(await rows()).toEqual([{ id }]);
    expect(await entries()).toMatchObject([{ subject_id: id }]);
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
    const ownPlacing = placeCall(room, { ...order, clientId: 'client_a' });
    await expect(ownPlacing).rejects.toMatchObject({ code: 'dial/do-not-call' });
    expect((await placeCall(room, { ...order, clientId: 'client_b' })).status).toBe('dialing');
  });

  const placeMany = (own: Room, count: number) => {
    const numbers = Array.from({ length: count }, (_, index) => `+1555${3_000_000 + index}`);
    const placing = numbers.map((to) => placeCall(own, { ...request, to }));
    const refusedOf = (answers: PromiseSettledResult<unknown>[]) =>
      answers.flatMap((answer) => (answer.status === 'rejected' ? [codeOf(answer.reason)] : []));
    return { placing: Promise.allSettled(placing), refusedOf };
  };

  it('keeps the pace, and refuses at once who would wait longer than 10 s', async () => {
    const own = openRoom(
      await openFresh(),
      {},
      { pace: { account: 'pace', callsPerSecond: 0.1, perNumberPerMinute: null } },
    );
    await own.place();
    const waiting = placeCall(own, { ...request, to: '+15550194' });
    // The first request's timers must not pass for its patience and the queue's next turn.
    const isStored = async () =>
      (await own.store.db.selectFrom('calls').select('id').where('status', '=', 'queued').execute()).length === 1;
    await until(isStored);
    await until(() => own.clock.pendingTimers === 2);
    const tooMany = await placeCall(own, { ...request, to: '+15550195' }).catch(codeOf);
    expect(tooMany).toBe('dial/rate-limited');
    own.clock.advance(9999);
    expect(own.carrier.orders).toHaveLength(1);
    own.clock.advance(1);
    expect((await waiting).status).toBe('dialing');
    expect(own.carrier.orders).toHaveLength(2);
  });

  it('takes no more calls than there are lines, however many ask at once', async () => {
    const own = openRoom(await openFresh(), {}, { maxCallsOnLines: 3 });
    const { placing, refusedOf } = placeMany(own, 10);
    expect(refusedOf(await placing)).toEqual(Array.from({ length: 7 }, () => 'dial/too-many-calls'));
    expect(own.carrier.orders).toHaveLength(3);
    // Who was refused only when its turn came is on record, and over.
    const stored = await own.store.db.selectFrom('calls').select(['status', 'error_code', 'fence']).execute();
    const [dialed, refused] = [3, 7].map((_, index) =>
      stored.filter(({ status }) => (status === 'dialing') === (index === 0)),
    );
    expect(dialed).toHaveLength(3);
    for (const row of refused ?? []) {
      expect(row).toEqual({ status: 'blocked', error_code: 'dial/too-many-calls', fence: null });
    }
  });

  it('rings nobody twice at once: of ten requests for one number one is dialled, and later another may be', async () => {
    const to = '+15550193';
    const answers = await Promise.allSettled(Array.from({ length: 10 }, () => placeCall(room, { ...request, to })));
    const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
    expect(refused.map(codeOf)).toEqual(Array.from({ length: 9 }, () => 'dial/already-on-the-line'));
    expect(refused[0]).toMatchObject({ retryAfterSeconds: 5 });
    expect(room.carrier.orders.filter((order) => order.to === to)).toHaveLength(1);
    const [ringing] = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    await room.tell({ id: ringing?.id ?? '', carrierSid: ringing?.carrier_sid ?? '' }, 'busy');
    expect((await placeCall(room, { ...request, to })).status).toBe('dialing');
  });
});
