import { beforeAll, expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../tests/setup/describe-on-both.ts';
import { CallwrightError } from '../base/errors.ts';
import { findDoNotCall } from '../store/do-not-call.ts';
import { listTurns } from '../store/turns.ts';
import { openSession } from './answer/open-session.ts';
import { holdRelayConversation } from './hold-relay-conversation.ts';
import { createFakeLine, type FakeLine } from './testing/fake-line.ts';
import { createFakeModel } from './testing/fake-model.ts';
import { openRoom, type Room, until } from './testing/open-room.ts';

describeOnBothDatabases('holding a conversation', (openFresh) => {
  let room: Room;
  beforeAll(async () => {
    room = openRoom(await openFresh());
  });

  type Call = Awaited<ReturnType<Room['place']>>;
  const connect = async (
    call: Call,
    instruction: Awaited<ReturnType<Room['hear']>>,
    { runner }: Pick<Room, 'runner'> = room,
  ) => {
    if (instruction.type !== 'converse-by-relay') throw new Error(`told to ${instruction.type}`);
    const token = instruction.socketPath.split('/').at(-1) ?? '';
    const session = await openSession({ ...room, db: room.store.db }, { callId: call.id, token });
    if (!session) throw new Error('the session was refused');
    const line: FakeLine = createFakeLine();
    const model = createFakeModel();
    const holding = holdRelayConversation({ ...room, runner, model }, { ...session, socket: line.socket });
    await until(async () => (await phaseOf(call)) === 'open' && room.conversations.find(call.id) !== undefined);
    const { carrierSid } = call;
    line.receive({ type: 'setup', carrierSid, from: '', to: '', parameters: {} });
    return { line, model, holding };
  };
  const phaseOf = async (call: Call) => ((await room.find(call.id)).lifecycle as { session?: string }).session;
  const begin = async (to = '+15550101') => {
    const call = await room.place({ to });
    return { call, ...(await connect(call, await room.askInstructions(call))) };
  };

  /**
   * A conversation has two timers of its own, whoever finds out who picked up has one; the fourth is the patience of
   * whoever waits for its last words.
   */
  const passLastWords = async () => {
    await until(() => room.clock.pendingTimers === 4);
    room.clock.advance(2000);
  };

  it('stores what was said and why it ended, and leaves no timer', async () => {
    const { call, line, model, holding } = await begin();
    await model.last().say('Goodbye.');
    await model.last().callTool('hang_up');
    await model.last().end();
    line.receive({ type: 'text-played', text: 'Goodbye.' });
    expect(line.sent().at(-1)).toEqual({ type: 'end', reason: 'assistant_hung_up' });
    line.close(true);
    await holding;
    expect(await room.endSession(call, 'ended')).toEqual({ type: 'hang-up' });
    await room.tell(call, 'completed');
    expect(await room.find(call.id)).toMatchObject({ ended_reason: 'assistant_hung_up', ended_by: 'assistant' });
    expect(await listTurns(room.store.db, call.id)).toMatchObject([
      { heard_text: 'Goodbye.', heard_source: 'confirmed' },
    ]);
    expect(await room.events(call.id)).toEqual([
      'call.queued',
      'call.dialing',
      'call.started',
      'turn.started',
      'tool.called',
      'turn.completed',
      'call.ended',
    ]);
    expect(room.clock.pendingTimers).toBe(0);
  });

  /** As the room's, but that the end of a session is not stored while the database is away. */
  const runnerWithoutStore = (isAway: () => boolean): Room['runner'] => ({
    ...room.runner,
    async apply(callId, happening, more) {
      const isEnd = happening.type === 'conversation-ended' || happening.type === 'session-closed';
      if (isEnd && isAway()) throw new CallwrightError('store/unreachable', 'the database is away');
      return room.runner.apply(callId, happening, more);
    },
  });
  /** In small steps, so that no conversation's silence grows long meanwhile. */
  const passTimeUntil = async (work: Promise<void>) => {
    let isOver = false;
    void work.then(() => {
      isOver = true;
    });
    await until(() => {
      room.clock.advance(1);
      return isOver;
    });
  };

  it('tells the call its end until the store takes it', async () => {
    const call = await room.place();
    let refusals = 3;
    const runner = runnerWithoutStore(() => {
      refusals -= 1;
      return refusals >= 0;
    });
    const { line, holding } = await connect(call, await room.askInstructions(call), { runner });
    line.close(true);
    await passTimeUntil(holding);
    expect(refusals).toBeLessThan(0);
    expect(await phaseOf(call)).toBe('closed');
    await room.tell(call, 'completed');
    expect(await room.find(call.id)).toMatchObject({ ended_reason: 'person_hung_up' });
  });

  it('ends no later session with an end that the store takes late', async () => {
    const call = await room.place();
    let isAway = true;
    const runner = runnerWithoutStore(() => isAway);
    const { line, holding } = await connect(call, await room.askInstructions(call), { runner });
    line.close(true);
    const asking = room.endSession(call, 'failed');
    await until(() => room.conversations.find(call.id) === undefined);
    const again = await connect(call, await asking);
    isAway = false;
    await passTimeUntil(holding);
    expect(await phaseOf(call)).toBe('open');
    expect((await room.find(call.id)).lifecycle).toMatchObject({ ending: null });
    again.line.close(true);
    await again.holding;
    await room.tell(call, 'completed');
  });

  it('takes the person’s own number off the list of those to call', async () => {
    const { call, line, model, holding } = await begin('+15550177');
    await model.last().say('You will not be called again.');
    await model.last().callTool('do_not_call_again', '{"number":"+15559999"}');
    await model.last().end();
    await until(async () => (await findDoNotCall(room.store.db, '+15550177', null)) !== undefined);
    await until(() => line.sent().at(-1)?.type === 'text' && line.sent().length === 2);
    line.receive({ type: 'text-played', text: 'You will not be called again.' });
    line.close(true);
    await holding;
    await room.tell(call, 'completed');
    expect(await room.find(call.id)).toMatchObject({ outcome: 'opted_out' });
    expect(await findDoNotCall(room.store.db, '+15559999', null)).toBeUndefined();
  });

  it('goes on after a broken line with what was heard, and the log in one row', async () => {
    const { call, line, model, holding } = await begin();
    await model.last().say('Hello Sarah, I call about your order.');
    line.receive({ type: 'text-played', text: 'Hello Sarah, ' });
    line.close(false);
    await holding;
    const again = await connect(call, await room.endSession(call, 'failed'));
    expect(again.model.last().request.messages.slice(2)).toEqual([{ role: 'assistant', content: 'Hello Sarah,' }]);
    again.line.close(true);
    await again.holding;
    await room.tell(call, 'completed');
    expect(await room.find(call.id)).toMatchObject({ ended_reason: 'person_hung_up' });
    const log = await room.store.db
      .selectFrom('call_log')
      .select('seq')
      .where('call_id', '=', call.id)
      .where('machine', '=', 'turn')
      .orderBy('seq')
      .execute();
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
    expect(room.clock.pendingTimers).toBe(0);
  });

  it('ends a session that looks alive when the carrier opens the next one', async () => {
    const { call, line, holding } = await begin();
    const asking = room.endSession(call, 'failed');
    await passLastWords();
    const again = await connect(call, await asking);
    await holding;
    expect(line.closedByUs).not.toBeNull();
    expect(await phaseOf(call)).toBe('open');
    again.line.close(true);
    await again.holding;
    await room.tell(call, 'completed');
    expect(await room.find(call.id)).toMatchObject({ ended_reason: 'person_hung_up' });
  });

  it('is over when the carrier says that the call is, although its socket says nothing', async () => {
    const { call, line, holding } = await begin();
    const telling = room.tell(call, 'completed');
    await passLastWords();
    await telling;
    await holding;
    expect(line.closedByUs).not.toBeNull();
    expect(await room.find(call.id)).toMatchObject({ status: 'completed', ended_reason: 'person_hung_up' });
    expect(room.clock.pendingTimers).toBe(0);
  });
});
