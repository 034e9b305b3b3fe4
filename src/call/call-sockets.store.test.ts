import { beforeAll, describe, expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../tests/setup/describe-on-both.ts';
import { onLine } from '../assistant/assistant.ts';
import { openOnlySession } from './answer/open-session.ts';
import { createCallSockets, mediaStreamPathOf } from './call-sockets.ts';
import type { Lifecycle, Place } from './lifecycle-state.ts';
import { CallNotConfirmed, type CallRequest, placeCall } from './place-call.ts';
import { createFakeLine, type FakeLine } from './testing/fake-line.ts';
import { openRoom, type Room, request, until } from './testing/open-room.ts';

const asStream: Partial<CallRequest> = {
  ...{ engine: 'media', verification: 98765, assistant: onLine(request.assistant, 'cascade') },
  welcomeMessage: 'Hello there.',
};

describeOnBothDatabases('the sockets of calls', (openFresh) => {
  let room: Room;
  beforeAll(async () => {
    room = openRoom(await openFresh());
  });

  const begin = async (path: string, line: FakeLine) => {
    const sockets = createCallSockets({ ...room, relayPath: '/relay', streamPath: '/streams' });
    for (const { pattern, admit } of sockets.routes) {
      const match = pattern.exec(path);
      const session = match && (await admit({ ...match.groups }));
      if (session) return { sockets, identified: session(line.socket) };
    }
    return null;
  };
  const start = (carrierSid: string) => JSON.stringify({ type: 'start', carrierSid, streamSid: 'MZ1', parameters: {} });

  it('hold the line of a call until its person hangs up, and leave nothing behind', async () => {
    const call = await room.place(asStream);
    const line = createFakeLine();
    const opened = await begin(mediaStreamPathOf(98765, call.id), line);
    line.receiveFrame(start(call.carrierSid));
    await opened?.identified;
    await until(() => line.sent().length > 0);
    line.receiveFrame(JSON.stringify({ type: 'stop' }));
    await opened?.sockets.idle();
    await room.tell(call, 'completed', 9);
    expect(await room.find(call.id)).toMatchObject({ status: 'completed', ended_reason: 'person_hung_up' });
    expect(room.clock.pendingTimers).toBe(0);
  });

  it('end when we end the call, which then knows why', async () => {
    const call = await room.place(asStream);
    const line = createFakeLine();
    const opened = await begin(mediaStreamPathOf(98765, call.id), line);
    line.receiveFrame(start(call.carrierSid));
    await opened?.identified;
    await until(() => line.sent().length > 0);
    room.conversations.find(call.id)?.end({ reason: 'server_stopped', by: 'server' }, null);
    await until(() => line.closedByUs !== null);
    expect(((await room.find(call.id)).lifecycle as { ending: unknown }).ending).toMatchObject({ by: 'server' });
    await opened?.sockets.idle();
    await room.tell(call, 'completed', 9);
    expect(await room.find(call.id)).toMatchObject({ ended_reason: 'server_stopped', ended_by: 'server' });
  });

  it('tell which call the carrier made when its answer to our request was lost', async () => {
    room.carrier.placing = 'lost-answer';
    const failed = await placeCall(room, { ...request, ...asStream, to: '+15550177' }).catch((error: unknown) => error);
    room.carrier.placing = 'accepts';
    const { callId } = failed as CallNotConfirmed;
    expect(failed).toBeInstanceOf(CallNotConfirmed);
    const [made] = await room.carrier.findCalls({ to: '+15550177', from: request.from, sinceMs: 0 });
    const line = createFakeLine();
    const opened = await begin(mediaStreamPathOf(98765, callId), line);
    line.receiveFrame(start(made!.carrierSid));
    await opened?.identified;
    await until(() => line.sent().length > 0);
    expect(await room.find(callId)).toMatchObject({ carrier_sid: made?.carrierSid, status: 'in_progress' });
    line.close(true);
    await opened?.sockets.idle();
  });

  it.each(['CA-stray', 'of another call of ours'])('refuse the line %s, and hang nobody up', async (whose) => {
    const [call, other] = [await room.place(asStream), await room.place(asStream)];
    const before = room.carrier.ended.length;
    const line = createFakeLine();
    const opened = await begin(mediaStreamPathOf(98765, call.id), line);
    line.receiveFrame(start(whose === 'CA-stray' ? whose : other.carrierSid));
    await opened?.identified;
    await room.runner.idle();
    expect(line.closedByUs).toEqual({ code: 1008, reason: 'not the stream of this call' });
    expect(room.carrier.ended).toHaveLength(before);
    await room.tell(call, 'completed', 1);
    expect(await room.find(call.id)).toMatchObject({ ended_reason: 'connection_failed', fault: 'carrier' });
    expect((await room.find(other.id)).sessions_opened).toBe(0);
  });

  it('close a line on which nothing is said for five seconds', async () => {
    const call = await room.place(asStream);
    const line = createFakeLine();
    const opened = await begin(mediaStreamPathOf(98765, call.id), line);
    room.clock.advance(5000);
    await opened?.identified;
    expect(line.closedByUs).toMatchObject({ code: 1008 });
    expect(room.clock.pendingTimers).toBe(0);
  });

  describe('named when their call was dialled', () => {
    const limits = { ringSeconds: 30, maxDurationSeconds: 60 };
    const ending = { reason: 'canceled', by: 'request', fault: null } as const;
    const live = { limits, checkAtMs: 0, carrierSid: 'CA1', ending: null };
    const place: Place = { kind: 'queue', dueAtMs: 0, notAfterMs: null };
    const dialled = { limits, checkAtMs: 0, place, tries: 1, sentAtMs: 0, cancelWanted: false };
    it.each<[string, Lifecycle, boolean]>([
      ['waits for its turn', { phase: 'accepted', limits, checkAtMs: 0, place, tries: 0 }, false],
      ['is being asked for', { phase: 'sending', ...dialled }, true],
      ['may or may not ring', { phase: 'unknown', ...dialled, lookUps: 1 }, true],
      ['was canceled while it was asked for', { phase: 'sending', ...dialled, cancelWanted: true }, false],
      ['rings', { phase: 'placed', ...live, ringing: true, placedAtMs: 0 }, true],
      ['is being canceled', { phase: 'placed', ...live, ringing: true, placedAtMs: 0, ending }, false],
      ['was answered', { phase: 'answered', ...live, session: 'awaited', answeredAtMs: 0 }, true],
      ['is being ended', { phase: 'answered', ...live, session: 'closed', answeredAtMs: 0, ending }, false],
      ['is over', { phase: 'over', carrierSid: 'CA1', status: 'completed', ending }, false],
    ])('open or not as the call %s', async (_what, lifecycle, opens) => {
      const call = await room.place(asStream);
      const changes = { lifecycle: JSON.stringify(lifecycle) };
      await room.store.db.updateTable('calls').set(changes).where('id', '=', call.id).execute();
      const claim = { callId: call.id, verification: '98765' };
      expect((await openOnlySession(room.store.db, claim)) !== null).toBe(opens);
      expect((await room.find(call.id)).sessions_opened).toBe(opens ? 1 : 0);
    });

    it('open for one of fifty at once', async () => {
      const call = await room.place(asStream);
      const claim = { callId: call.id, verification: '98765' };
      const tries = await Promise.all(Array.from({ length: 50 }, () => openOnlySession(room.store.db, claim)));
      expect(tries.filter((session) => session !== null)).toHaveLength(1);
    });

    it('never open for a call that speaks by relay, or has no number of its own', async () => {
      for (const changes of [
        { ...asStream, engine: 'relay' as const },
        { ...asStream, verification: null },
      ]) {
        const call = await room.place(changes);
        for (const verification of ['98765', 'null', 'NaN', '0', '']) {
          expect(await openOnlySession(room.store.db, { callId: call.id, verification })).toBeNull();
        }
      }
    });
  });
});
