import { beforeAll, expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../../tests/setup/describe-on-both.ts';
import { openRoom, type Room } from '../testing/open-room.ts';
import { openSession } from './open-session.ts';
import { sessionOfferMs } from './session-token.ts';

describeOnBothDatabases('the sessions of a call', (openFresh) => {
  let room: Room;
  beforeAll(async () => {
    room = openRoom(await openFresh());
  });

  type Call = Awaited<ReturnType<Room['place']>>;
  /** The token that the carrier was given. */
  const tokenOf = (instruction: Awaited<ReturnType<Room['hear']>>) => {
    if (instruction.type !== 'converse-by-relay') throw new Error(`told to ${instruction.type}`);
    return instruction.socketPath.split('/').at(-1) ?? '';
  };
  const open = (call: Call, token: string) => openSession({ ...room, db: room.store.db }, { callId: call.id, token });
  const answer = async () => {
    const call = await room.place();
    return { call, token: tokenOf(await room.askInstructions(call)) };
  };

  it('begin with the assistant’s voice, the call’s parameters as text and a path of its own', async () => {
    const call = await room.place();
    expect(await room.askInstructions(call)).toEqual({
      type: 'converse-by-relay',
      socketPath: `/relay/${call.id}/${room.tokens.tokenFor(call.id, 1)}`,
      parameters: { customerName: 'Sarah', amount: '12.5' },
      afterPath: `/after?callId=${call.id}`,
      language: 'en-US',
      voice: null,
    });
    expect(await room.find(call.id)).toMatchObject({ status: 'in_progress' });
  });

  it('are opened by their token once, even when twenty try at the same moment', async () => {
    const { call, token } = await answer();
    const tries = await Promise.all(Array.from({ length: 20 }, () => open(call, token)));
    expect(tries.filter((session) => session !== null).map((session) => session?.number)).toEqual([1]);
    expect(await open(call, token)).toBeNull();
  });

  it('are not opened by a token of another call or offer, nor by the carrier’s id', async () => {
    const [one, other] = [await answer(), await answer()];
    expect(await open(one.call, other.token)).toBeNull();
    expect(await open(one.call, room.tokens.tokenFor(one.call.id, 2))).toBeNull();
    expect(await open(one.call, '')).toBeNull();
    const bySid = { callId: one.call.carrierSid, token: one.token };
    expect(await openSession({ ...room, db: room.store.db }, bySid)).toBeNull();
    expect((await open(one.call, one.token))?.number).toBe(1);
  });

  it('are not opened late, nor on a call that is over', async () => {
    const [late, over] = [await answer(), await answer()];
    room.clock.advance(sessionOfferMs);
    expect(await open(late.call, late.token)).toBeNull();
    const inTime = tokenOf(await room.askInstructions(over.call));
    await room.tell(over.call, 'completed');
    expect(await open(over.call, inTime)).toBeNull();
    expect(await room.askInstructions(over.call)).toEqual({ type: 'hang-up' });
  });

  it('are offered under the same token when the carrier asks again, with no more time', async () => {
    const [inTime, late] = [await answer(), await answer()];
    room.clock.advance(sessionOfferMs - 1);
    for (const { call, token } of [inTime, late]) expect(tokenOf(await room.askInstructions(call))).toBe(token);
    expect((await open(inTime.call, inTime.token))?.number).toBe(1);
    room.clock.advance(1);
    expect(await open(late.call, late.token)).toBeNull();
  });

  it('are not offered again for ever to a carrier that does not reach our sockets', async () => {
    const { call, token } = await answer();
    room.clock.advance(sessionOfferMs - 1);
    expect(tokenOf(await room.endSession(call, 'failed'))).toBe(token);
    room.clock.advance(1);
    expect(await room.endSession(call, 'failed')).toEqual({ type: 'hang-up' });
  });

  it('go on after a broken line three times in all, however often the carrier repeats itself', async () => {
    const { call, token } = await answer();
    let next = token;
    for (const number of [1, 2, 3]) {
      expect((await open(call, next))?.number).toBe(number);
      // A late repetition of the first question must not spoil what comes after the break.
      if (number < 3) await room.askInstructions(call);
      room.clock.advance(sessionOfferMs * 2);
      const after = await room.endSession(call, 'failed');
      if (number === 3) expect(after).toEqual({ type: 'hang-up' });
      else {
        next = tokenOf(after);
        expect(tokenOf(await room.endSession(call, 'failed'))).toBe(next);
      }
    }
  });

  it('end the call when we ended them, and are left alone when the person did', async () => {
    const { call, token } = await answer();
    await open(call, token);
    expect(await room.endSession(call, 'ended')).toEqual({ type: 'hang-up' });
    expect(await room.endSession(call, 'completed')).toEqual({ type: 'acknowledge' });
  });
});
