import { beforeAll, expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../tests/setup/describe-on-both.ts';
import { beatNode, stopNode } from '../store/nodes.ts';
import { saveTurns } from '../store/turns.ts';
import type { FollowUp } from './follow-ups.ts';
import type { Lifecycle, Place } from './lifecycle-state.ts';
import { CallNotConfirmed, CallNotPlaced, placeCall } from './place-call.ts';
import { createSweeper } from './sweep.ts';
import { openRoom, type Room, request, until } from './testing/open-room.ts';

describeOnBothDatabases('the life of a call', (openFresh) => {
  let room: Room;
  beforeAll(async () => {
    room = openRoom(await openFresh());
    // For whoever sweeps, this process is gone.
    const now = new Date(room.clock.now());
    await beatNode(room.store.db, { id: room.nodeId, host: 'here', startedAt: now, now });
    await stopNode(room.store.db, room.nodeId, now);
  });

  /** Restarts as after a kill: the sweeper of a new process finds what is there; looks until the call is over. */
  const sweepUntilOver = async (callId: string) => {
    const sweeper = createSweeper(room);
    await sweeper.start();
    for (let looks = 0; looks < 400; looks += 1) {
      await until(() => room.clock.pendingTimers === 1);
      if ((await room.find(callId)).check_at === null) break;
      room.clock.advance(2000);
    }
    await sweeper.stop();
    await room.runner.idle();
    expect(room.clock.pendingTimers).toBe(0);
    return room.find(callId);
  };
  const setLifecycle = (callId: string, state: Lifecycle) =>
    room.store.db
      .updateTable('calls')
      .set({ lifecycle: JSON.stringify(state), check_at: new Date(room.clock.now() + 3_600_000) })
      .where('id', '=', callId)
      .execute();

  it('goes from request to end with each event told once, whatever is repeated', async () => {
    const call = await room.place();
    expect(room.carrier.orders.at(-1)).toMatchObject({
      instructions: { path: '/instructions?x=1' },
      statusPath: `/status?callId=${call.id}`,
      maxDurationSeconds: request.assistant.max_duration_seconds + 30,
    });
    for (const status of ['ringing', 'in_progress', 'ringing', 'completed', 'in_progress', 'completed'] as const) {
      room.clock.advance(1000);
      await room.tell(call, status, status === 'completed' ? 2 : undefined);
    }
    const row = await room.find(call.id);
    expect(row).toMatchObject({
      status: 'completed',
      outcome: 'no_conversation',
      ended_reason: 'person_hung_up',
      ended_by: 'person',
      fault: null,
      duration_seconds: 2,
      check_at: null,
    });
    expect(row.answered_at?.getTime()).toBeGreaterThan(row.ringing_at?.getTime() ?? Infinity);
    expect(await room.events(call.id)).toEqual([
      'call.queued',
      'call.dialing',
      'call.ringing',
      'call.started',
      'call.ended',
    ]);
  });

  it('has what follows from its end done in the same transaction, once, or neither', async () => {
    let isBroken = true;
    const followed: string[] = [];
    const followUp: FollowUp = async (_db, call, atMs) => {
      if (isBroken) throw new Error('the follow-up failed');
      followed.push(`${call.outcome} ${call.status}`);
      const at = new Date(atMs);
      const about = { call_id: call.id, client_id: null, type: 'test.followed', key: 'test.followed' };
      return [{ id: `evt_${call.id}`, ...about, at, data: '{}' }];
    };
    const otherRoom = openRoom(await openFresh(), {}, { followUps: [followUp] });
    const call = await otherRoom.place();
    await expect(otherRoom.tell(call, 'busy')).rejects.toThrow('the follow-up failed');
    expect((await otherRoom.find(call.id)).status).toBe('dialing');
    isBroken = false;
    for (let times = 0; times < 2; times += 1) await otherRoom.tell(call, 'busy');
    expect(followed).toEqual(['busy busy']);
    expect(await otherRoom.events(call.id)).toEqual(['call.queued', 'call.dialing', 'call.ended', 'test.followed']);
  });

  it('ends once when everything arrives at the same time', async () => {
    const call = await room.place();
    const told: string[] = [];
    const leave = room.live.subscribe((event) => event.call_id === call.id && told.push(event.type));
    const statuses = ['ringing', 'in_progress', 'completed', 'completed', 'busy', 'failed'] as const;
    await Promise.all(statuses.map((status) => room.tell(call, status)));
    leave();
    const events = await room.events(call.id);
    expect(events.filter((type) => type === 'call.ended')).toHaveLength(1);
    expect(told.filter((type) => type === 'call.ended')).toHaveLength(1);
  });

  it('has talked when the person said something, and ends turns that were left open', async () => {
    const call = await room.place();
    await room.tell(call, 'in_progress');
    const turn = { call_id: call.id, heard_text: null, interrupted: false, reply_ms: null };
    const started_at = new Date(room.clock.now());
    await saveTurns(room.store.db, [
      { ...turn, index: 0, speaker: 'person', text: 'Hello?', heard_source: 'said', started_at, ended_at: started_at },
      { ...turn, index: 1, speaker: 'assistant', text: 'Hel', heard_source: 'unknown', started_at, ended_at: null },
    ]);
    await room.tell(call, 'completed');
    expect(await room.find(call.id)).toMatchObject({ outcome: 'talked' });
    const open = await room.store.db.selectFrom('turns').selectAll().where('call_id', '=', call.id).execute();
    expect(open.every((row) => row.ended_at !== null)).toBe(true);
  });

  it('fails with the carrier’s own code when it refuses', async () => {
    room.carrier.placing = 'refuses';
    const refused = await placeCall(room, request).catch((error: unknown) => error);
    room.carrier.placing = 'accepts';
    expect(refused).toBeInstanceOf(CallNotPlaced);
    expect(await room.find((refused as CallNotPlaced).callId)).toMatchObject({
      status: 'failed',
      outcome: 'failed',
      ended_reason: 'carrier_refused',
      error_code: 'carrier/21211',
      error_message: 'The number is not valid.',
    });
  });

  const place = async (placing: typeof room.carrier.placing, to: string) => {
    room.carrier.placing = placing;
    const failed = await placeCall(room, { ...request, to }).catch((error: unknown) => error);
    room.carrier.placing = 'accepts';
    expect(failed).toBeInstanceOf(CallNotConfirmed);
    return (failed as CallNotConfirmed).callId;
  };

  it.each(['lost-request', 'crashes'] as const)(
    'looks for a call whose request %s, never dials it again',
    async (how) => {
      const before = room.carrier.orders.length;
      const id = await place(how, `+1555020${how.length}`);
      expect(await sweepUntilOver(id)).toMatchObject({ status: 'failed', ended_reason: 'never_placed' });
      expect(room.carrier.orders).toHaveLength(before + 1);
    },
  );

  it('finds a call whose confirmation was lost and follows it to its end', async () => {
    const id = await place('lost-answer', '+15550301');
    const [found] = await room.carrier.findCalls({ to: '+15550301', from: request.from, sinceMs: 0 });
    Object.assign(found ?? {}, { status: 'completed', durationSeconds: 41 });
    expect(await sweepUntilOver(id)).toMatchObject({
      status: 'completed',
      carrier_sid: found?.carrierSid,
      duration_seconds: 41,
    });
  });

  it.each([
    ['an hour earlier', -3600_000, 'carrier_unclear'],
    ['an hour later', 3600_000, 'carrier_unclear'],
    ['days before', -3 * 24 * 3600_000, 'never_placed'],
  ])('is not sure of a call that is nobody’s and was made %s', async (_when, byMs, reason) => {
    const to = `+155503${Math.abs(byMs % 89)}${byMs < 0 ? 1 : 2}`;
    const orders = room.carrier.orders.length;
    const id = await place('lost-answer', to);
    const [found] = await room.carrier.findCalls({ to, from: request.from, sinceMs: 0 });
    if (found) found.createdAtMs += byMs;
    expect(await sweepUntilOver(id)).toMatchObject({ status: 'failed', ended_reason: reason, carrier_sid: null });
    expect(room.carrier.orders).toHaveLength(orders + 1);
  });

  it('does not take another call of ours to the same number for the one it looks for', async () => {
    const to = '+15550302';
    const other = await room.place({ to });
    await room.tell(other, 'busy');
    const id = await place('lost-request', to);
    expect(await sweepUntilOver(id)).toMatchObject({
      status: 'failed',
      ended_reason: 'never_placed',
      carrier_sid: null,
    });
    expect((await room.find(other.id)).carrier_sid).toBe(other.carrierSid);
  });

  const limits = { ringSeconds: 30, maxDurationSeconds: 60 };
  type Leftover = [phase: string, make: (sid: string) => Lifecycle, status: string, reason: string];
  const live = (sid: string) => ({ limits, checkAtMs: room.clock.now() + 3_600_000, carrierSid: sid, ending: null });
  const waitedFor = (): Place => ({ kind: 'request', dueAtMs: room.clock.now(), notAfterMs: null });
  const sent = () => ({ place: waitedFor(), tries: 1, sentAtMs: room.clock.now(), cancelWanted: false });
  it.each<Leftover>([
    [
      'accepted',
      () => ({ phase: 'accepted', limits, checkAtMs: 0, place: waitedFor(), tries: 0 }),
      'failed',
      'server_lost',
    ],
    ['sending', () => ({ phase: 'sending', limits, checkAtMs: 0, ...sent() }), 'failed', 'never_placed'],
    ['unknown', () => ({ phase: 'unknown', limits, checkAtMs: 0, ...sent(), lookUps: 0 }), 'failed', 'never_placed'],
    [
      'placed',
      (sid) => ({ phase: 'placed', ...live(sid), ringing: true, placedAtMs: room.clock.now() }),
      'failed',
      'carrier_lost',
    ],
    [
      'answered',
      (sid) => ({ phase: 'answered', ...live(sid), session: 'open', answeredAtMs: room.clock.now() }),
      'completed',
      'carrier_lost',
    ],
  ])('killed while %s and forgotten by the carrier, ends after the restart', async (...[, make, status, reason]) => {
    const call = await room.place({ to: '+15550400' });
    room.carrier.calls.delete(call.carrierSid);
    await setLifecycle(call.id, make(call.carrierSid));
    expect(await sweepUntilOver(call.id)).toMatchObject({ status, ended_reason: reason });
    expect((await room.events(call.id)).filter((type) => type === 'call.ended')).toHaveLength(1);
  });

  it('killed while they talk, takes what the carrier says: over meanwhile, with its own duration', async () => {
    const call = await room.place();
    await room.tell(call, 'in_progress');
    await room.runner.apply(call.id, { type: 'session-opened' });
    Object.assign(room.carrier.calls.get(call.carrierSid) ?? {}, { status: 'completed', durationSeconds: 30 });
    room.clock.advance(7_200_000);
    expect(await sweepUntilOver(call.id)).toMatchObject({
      status: 'completed',
      ended_reason: 'server_lost',
      fault: 'server',
      duration_seconds: 30,
    });
  });

  it('killed while they talk and still live at the carrier, is ended there when its time is up', async () => {
    const call = await room.place({ assistant: { ...request.assistant, max_duration_seconds: 60 } });
    await room.tell(call, 'in_progress');
    await room.runner.apply(call.id, { type: 'session-opened' });
    const row = await sweepUntilOver(call.id);
    expect(row).toMatchObject({ status: 'completed', ended_reason: 'server_lost' });
    expect(room.carrier.ended).toContain(call.carrierSid);
    expect(row.duration_seconds).toBeLessThan(60 + 60 + 70);
  });

  it('comes to its end although the carrier is away for a while', async () => {
    const call = await room.place();
    room.carrier.isDown = true;
    const sweeper = createSweeper(room);
    await sweeper.start();
    await until(() => room.clock.pendingTimers === 1);
    expect((await room.find(call.id)).check_at).not.toBeNull();
    await sweeper.stop();
    room.carrier.isDown = false;
    room.carrier.calls.delete(call.carrierSid);
    expect(await sweepUntilOver(call.id)).toMatchObject({ status: 'failed', ended_reason: 'carrier_lost' });
  });

  it('is looked after although another call cannot be', async () => {
    const [broken, call] = [await room.place(), await room.place()];
    const sweeper = createSweeper({
      ...room,
      runner: {
        ...room.runner,
        apply: (id, happening) =>
          id === broken.id ? Promise.reject(new Error('unreadable')) : room.runner.apply(id, happening),
      },
    });
    room.carrier.calls.delete(call.carrierSid);
    await sweeper.start();
    await until(async () => (await room.find(call.id)).check_at === null);
    await sweeper.stop();
    room.carrier.calls.delete(broken.carrierSid);
    await sweepUntilOver(broken.id);
  });

  it('hangs up a stray call that names one of ours, but never another of ours', async () => {
    const [call, other] = [await room.place(), await room.place()];
    const before = room.carrier.ended.length;
    await room.tell({ id: call.id, carrierSid: other.carrierSid }, 'ringing');
    await room.runner.idle();
    expect(room.carrier.ended).toHaveLength(before);
    await room.tell({ id: call.id, carrierSid: 'CA-stray' }, 'ringing');
    await room.runner.idle();
    expect(room.carrier.ended.slice(before)).toEqual(['CA-stray']);
  });

  it('answers for a call that is not ours without touching anything', async () => {
    const stranger = { id: 'call_unknown', carrierSid: 'CA-unknown' };
    expect(await room.tell(stranger, 'completed')).toEqual({ type: 'acknowledge' });
    expect(await room.askInstructions(stranger)).toEqual({ type: 'hang-up' });
  });
});
