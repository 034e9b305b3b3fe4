import { expect, it, vi } from 'vitest';
import { describeOnBothDatabases } from '../../tests/setup/describe-on-both.ts';
import { createFakeClock, type FakeClock } from '../base/clock.ts';
import { createIds } from '../base/ids.ts';
import { silentLogger } from '../base/log.ts';
import { systemRandom } from '../base/random.ts';
import { beatNode, stopNode } from '../store/nodes.ts';
import type { Store } from '../store/open-store.ts';
import { type Conversation, createConversations } from './converse/conversation.ts';
import type { Instruction } from './converse/told-meanwhile.ts';
import { createLiveCommands } from './live-commands.ts';
import { openRoom } from './testing/open-room.ts';

function openNode(store: Store, clock: FakeClock, nodeId: string) {
  const conversations = createConversations(clock);
  const newId = createIds(clock, systemRandom);
  return {
    conversations,
    commands: createLiveCommands({ store, clock, newId, log: silentLogger, nodeId, conversations }),
  };
}

function fakeConversation() {
  const told: unknown[] = [];
  const over = Promise.withResolvers<{ reason: 'connection_failed'; by: 'carrier' }>();
  const conversation = {
    say: (text: string) => told.push(text) > 0,
    instruct: ({ text, by, respond }: Instruction) => told.push({ text, by, respond }) > 0,
    disconnected: (clean: boolean) => {
      told.push(clean ? 'disconnected' : 'broken');
      over.resolve({ reason: 'connection_failed', by: 'carrier' });
    },
    over: over.promise,
  } as unknown as Conversation;
  return { conversation, told };
}

/** A call whose conversation the first of two nodes holds. */
async function openNodes(store: Store) {
  const clock = createFakeClock();
  const room = openRoom(store, {}, { nodeId: 'node_first' });
  const call = await room.place();
  const { conversation, told } = fakeConversation();
  const [first, second] = [openNode(store, clock, 'node_first'), openNode(store, clock, 'node_second')];
  first.conversations.add(call.id, conversation);
  const now = new Date(clock.now());
  for (const id of ['node_first', 'node_second']) await beatNode(store.db, { id, host: 'h', startedAt: now, now });
  await Promise.all([first.commands.start(), second.commands.start()]);
  const close = () => Promise.all([first.commands.stop(), second.commands.stop()]);
  return { clock, call, told, first, second, close };
}

describeOnBothDatabases('a command to a conversation', (openFresh) => {
  it('is done at once where the conversation is, and refused where there is none', async () => {
    const { call, told, first, close } = await openNodes(await openFresh());
    expect(await first.commands.send(call.id, { type: 'say', text: 'Hello.' })).toBe('done');
    expect(await first.commands.send('call_nowhere', { type: 'say', text: 'Hello.' })).toBe('refused');
    expect(told).toEqual(['Hello.']);
    await close();
  });

  it('that any node is asked for reaches the node that holds it, and its answer comes back', async () => {
    const store = await openFresh();
    if (store.kind !== 'postgres') return;
    const { clock, call, told, second, close } = await openNodes(store);
    const text = '¿Qué? “Sí” 🙂 '.repeat(130);
    expect(await second.commands.send(call.id, { type: 'say', text })).toBe('done');
    const instruction = { text: 'Be brief.', by: 'user:user_1', respond: true };
    expect(await second.commands.send(call.id, { type: 'instruct', ...instruction })).toBe('done');
    expect(await second.commands.send(call.id, { type: 'give-way' })).toBe('done');
    expect(await second.commands.send(call.id, { type: 'say', text: 'Too late.' })).toBe('refused');
    expect(told).toEqual([text, expect.objectContaining(instruction), 'broken']);
    expect(clock.pendingTimers).toBe(0);
    await close();
  });

  it('has the last words of a conversation stored on the node that holds it', async () => {
    const store = await openFresh();
    if (store.kind !== 'postgres') return;
    const { clock, call, told, second, close } = await openNodes(store);
    const sent = second.commands.send(call.id, { type: 'hear-last-words', clean: true });
    // Two of the one who asks, for being heard and for what comes of it; one of the one who holds the conversation.
    await vi.waitFor(() => expect(clock.pendingTimers).toBe(3));
    clock.advance(2000);
    expect(await sent).toBe('done');
    expect(told).toEqual(['disconnected']);
    await close();
  });

  it('is refused at once when the node is gone, and given up when it does not answer', async () => {
    const store = await openFresh();
    if (store.kind !== 'postgres') return;
    const { clock, call, first, second, close } = await openNodes(store);
    await first.commands.stop();
    const sent = second.commands.send(call.id, { type: 'say', text: 'Hello.' });
    await vi.waitFor(() => expect(clock.pendingTimers).toBe(1));
    clock.advance(1500);
    expect(await sent).toBe('unreachable');
    await stopNode(store.db, 'node_first', new Date(clock.now()));
    expect(await second.commands.send(call.id, { type: 'say', text: 'Hello.' })).toBe('refused');
    await close();
  });
});
