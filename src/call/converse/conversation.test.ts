import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../base/clock.ts';
import { settled } from '../testing/fake-model.ts';
import { type Conversation, createConversations } from './conversation.ts';
import type { TurnEnding } from './turn/turn-state.ts';

function createTalk() {
  const over = Promise.withResolvers<TurnEnding>();
  const conversation: Conversation = {
    say: () => true,
    instruct: () => true,
    hold: () => true,
    goOn() {},
    pressKeys: () => true,
    audio: null,
    end() {},
    disconnected() {},
    over: over.promise,
  };
  return { conversation, finish: () => over.resolve({ reason: 'silence', by: 'assistant' }) };
}

describe('the conversations of this process', () => {
  it('are listed until they are over', async () => {
    const conversations = createConversations(createFakeClock());
    const talk = createTalk();
    conversations.add('call_1', talk.conversation);
    expect(conversations.find('call_1')).toBe(talk.conversation);
    talk.finish();
    await settled();
    expect(conversations.all()).toEqual([]);
  });

  it('keep the newer one of a call when the older is over', async () => {
    const conversations = createConversations(createFakeClock());
    const [older, newer] = [createTalk(), createTalk()];
    conversations.add('call_1', older.conversation);
    conversations.add('call_1', newer.conversation);
    older.finish();
    await settled();
    expect(conversations.find('call_1')).toBe(newer.conversation);
  });

  it('are waited for, but not longer than asked, and leave no timer', async () => {
    const clock = createFakeClock();
    const conversations = createConversations(clock);
    const talk = createTalk();
    conversations.add('call_1', talk.conversation);
    const impatient = conversations.settled('call_1', 2000);
    clock.advance(2000);
    await impatient;
    const patient = conversations.settled('call_1', 2000);
    talk.finish();
    await patient;
    expect(clock.pendingTimers).toBe(0);
  });

  it('are not waited for when there is none', async () => {
    const clock = createFakeClock();
    await createConversations(clock).settled('call_1', 2000);
    expect(clock.pendingTimers).toBe(0);
  });
});
