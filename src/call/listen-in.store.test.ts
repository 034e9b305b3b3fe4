import { expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../tests/setup/describe-on-both.ts';
import { operatorKeyHolder } from '../account/principal.ts';
import { createFakeClock } from '../base/clock.ts';
import { silentLogger } from '../base/log.ts';
import { systemRandom } from '../base/random.ts';
import { listAudit } from '../store/audit-log.ts';
import { updateCall } from '../store/calls.ts';
import type { Store } from '../store/open-store.ts';
import { everyone } from '../store/reach.ts';
import { issueAudioTicket, ticketMs } from './audio-tickets.ts';
import { type Conversation, createConversations } from './converse/conversation.ts';
import { createCallAudio } from './converse/media/call-audio.ts';
import { type ListenerSocket, listenerCloses, listenIn } from './listen-in.ts';
import { openRoom } from './testing/open-room.ts';

function fakeSocket() {
  const sent: (string | Uint8Array)[] = [];
  const state = { waitingBytes: 0, closedWith: null as number | null };
  let hear: (message: string | Uint8Array) => void = () => {};
  const socket: ListenerSocket = {
    get waitingBytes() {
      return state.waitingBytes;
    },
    send: (message) => void sent.push(message),
    close(code) {
      state.closedWith = code;
    },
    onMessage(listener) {
      hear = listener;
    },
    onClose() {},
  };
  const told = () => sent.flatMap((message) => (typeof message === 'string' ? [JSON.parse(message).type] : []));
  const frames = () => sent.filter((message) => typeof message !== 'string').length;
  return { socket, state, told, frames, say: (message: object) => hear(JSON.stringify(message)) };
}

async function openCall(store: Store) {
  const room = openRoom(store, {}, { nodeId: 'node_first' });
  const clock = createFakeClock(room.clock.now());
  const call = await room.place();
  await updateCall(store.db, call.id, { node_id: 'node_first' });
  const audio = createCallAudio({
    ...{ clock, recorder: null, line: () => ({ playAside() {}, clearAside() {} }) },
    ...{ silence: () => true, hearOperator() {}, noteTakenOver() {}, resume() {} },
  });
  const partsOf = (nodeId: string) => {
    const { newId, live } = room;
    return { store, clock, newId, log: silentLogger, live, nodeId, conversations: createConversations(clock) };
  };
  const here = partsOf('node_first');
  const over = Promise.withResolvers<never>();
  here.conversations.add(call.id, { audio, over: over.promise } as unknown as Conversation);
  const order = async (maySpeak = false) => {
    const wanted = { callId: call.id, principal: operatorKeyHolder, maySpeak };
    return (await issueAudioTicket({ db: store.db, clock, random: systemRandom }, wanted)).ticket;
  };
  const join = async (ticket: string, parts = here) => {
    const listener = fakeSocket();
    await listenIn(parts, { callId: call.id, ticket }, listener.socket);
    return listener;
  };
  const actions = async () =>
    (await listAudit(store.db, { reach: everyone }, { limit: 50, beforePosition: null })).map(({ action }) => action);
  return { clock, audio, order, join, elsewhere: partsOf('node_second'), actions };
}

describeOnBothDatabases('a ticket to listen in', (openFresh) => {
  it('is good once, however many use it at the same moment, and for a minute', async () => {
    const { clock, order, join, actions } = await openCall(await openFresh());
    const ticket = await order();
    const listeners = await Promise.all([1, 2, 3, 4].map(() => join(ticket)));
    const codes = listeners.map(({ state }) => state.closedWith);
    expect(codes.filter((code) => code === null)).toHaveLength(1);
    expect(codes.filter((code) => code === listenerCloses.badTicket.code)).toHaveLength(3);
    expect((await actions()).filter((action) => action === 'call.listened_to')).toHaveLength(1);
    const late = await order();
    clock.advance(ticketMs);
    expect((await join(late)).state.closedWith).toBe(listenerCloses.badTicket.code);
  });

  it('is not used up by a server that does not hold the call', async () => {
    const { order, join, elsewhere } = await openCall(await openFresh());
    const ticket = await order();
    expect((await join(ticket, elsewhere)).state.closedWith).toBe(listenerCloses.elsewhere.code);
    expect((await join(ticket)).told()).toEqual(['ready']);
  });
});

describeOnBothDatabases('who listens in', (openFresh) => {
  it('misses sound when they are behind, and never what happens', async () => {
    const { audio, order, join } = await openCall(await openFresh());
    const listener = await join(await order(true));
    audio.tap.heard(new Uint8Array(160), 0);
    listener.state.waitingBytes = 1_000_000;
    audio.tap.heard(new Uint8Array(160), 20);
    listener.say({ type: 'take-over' });
    expect(listener.frames()).toBe(1);
    expect(listener.told()).toEqual(['ready', 'taken-over']);
  });

  it('does not take over what cannot be written down', async () => {
    const store = await openFresh();
    const { audio, order, join } = await openCall(store);
    const listener = await join(await order(true));
    await store.db.schema.alterTable('audit_log').renameTo('audit_log_gone').execute();
    listener.say({ type: 'take-over' });
    await expect.poll(() => listener.told().at(-1)).toBe('refused');
    expect([listener.told(), audio.isTakenOver]).toEqual([['ready', 'taken-over', 'handed-back', 'refused'], false]);
  });
});
