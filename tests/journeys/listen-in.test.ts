/** An operator who hears a live call, takes it over from the assistant, and hands it back. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { EventResource } from '../../src/api/contract/calls.ts';
import { bytesPerMs, silentSound } from '../../src/audio/mulaw.ts';
import { writeWords } from '../../src/audio/word-bits.ts';
import type { LanguageModel } from '../../src/ports/language-model.ts';
import { createSketchVoice } from '../../src/simulator/voices/sketch-voice.ts';
import { type CallListener, listenToCall, orderTicket } from '../setup/call-listener.ts';
import type { RunningServer } from '../setup/running-server.ts';
import { spokenIn, startSpokenServer } from '../setup/spoken-calls.ts';

/** Says whether it knows that a colleague has spoken, and keeps what it was told. */
const told: { role: string; content: string }[][] = [];
const model: LanguageModel = {
  name: 'aware',
  async *reply({ messages }) {
    told.push(messages.map(({ role, content }) => ({ role, content })));
    const knows = messages.some(({ role, content }) => role === 'system' && /human colleague/.test(content));
    yield { type: 'text', text: knows ? 'I am back.' : 'Good day to you.' };
  },
};

let server: RunningServer;
beforeAll(async () => {
  server = await startSpokenServer({ overrides: { languageModel: model } });
});
afterAll(() => server.stop());

let numbers = 0;
async function place(engine: string, script: string[]): Promise<string> {
  numbers += 1;
  const to = `+1212559${1000 + numbers}`;
  server.person(to, ['answers after 1s', 'patience 300s', ...script].join('\n'));
  const made = await server.post('/v1/assistants', {
    ...{ name: 'Desk', prompt: 'Answer.', engine },
    limits: { silence_ms: 60_000 },
  });
  const { id } = (await made.json()) as { id: number };
  const placed = await server.post('/v1/calls', { to, assistant_id: id });
  return ((await placed.json()) as { id: string }).id;
}

const isTalking = ({ type }: EventResource) => type === 'turn.started' || type === 'turn.completed';
const eventsOf = async (call: string) =>
  (await server.get<{ data: EventResource[] }>(`/v1/calls/${call}/events?limit=100`)).data;
const saysOf = async (text: string) => writeWords(await createSketchVoice()(text, 'operator')).sound;
/** As an open microphone sends it: with the quiet that follows. */
const sendsOf = async (text: string) => Buffer.concat([await saysOf(text), silentSound(1500 * bytesPerMs)]);

describe.each(['cascade', 'speech-to-speech', 'agent-bridge'])('in a call held by %s', (engine) => {
  it('both sides are heard, and who heard them is kept', async () => {
    const call = await place(engine, ['listens', 'waits 5s', 'says "How are you?"', 'listens', 'hangs up']);
    await server.eventsUntil(call, isTalking);
    const listener = listenToCall(server, call, await orderTicket(server, call));
    await listener.until(() => listener.words.person.join(' ') === 'How are you?');
    await listener.until(() => listener.words.played.join(' ').endsWith('Good day to you.'));
    expect(listener.told[0]).toEqual({ type: 'ready', call_id: call, may_speak: false });
    expect(await listener.closed).toEqual({ code: 1000, reason: 'the conversation is over' });
    const listened = (await eventsOf(call)).filter(({ type }) => type === 'call.listened_to');
    expect(listened.map(({ data }) => data)).toEqual([{ by: 'playground:playground', may_speak: false }]);
  });

  it('an operator speaks in the place of the assistant, which goes on when it has the call back', async () => {
    const script = ['listens to "that to you."', 'says "Thank you, colleague."', 'listens', 'hangs up'];
    const call = await place(engine, script);
    await server.eventsUntil(call, ({ type, data }) => type === 'turn.completed' && data.index === 0);
    const listener = listenToCall(server, call, await orderTicket(server, call, { speak: true }));
    await listener.until(() => listener.told.length > 0);
    listener.send({ type: 'take-over' });
    await listener.until(() => listener.told.some(({ type }) => type === 'taken-over'));
    expect((await server.post(`/v1/calls/${call}/say`, { text: 'Not now.' })).status).toBe(409);
    await listener.speak(await sendsOf('Let me explain that to you.'));
    await listener.until(() => listener.words.person.join(' ') === 'Thank you, colleague.');
    // Only a recognizer of ours knows what the person says meanwhile.
    if (engine === 'cascade') await server.eventsUntil(call, ({ data }) => data.text === 'Thank you, colleague.');
    listener.send({ type: 'hand-back' });
    await listener.until(() => listener.told.some(({ type }) => type === 'handed-back'));
    // An agent at ElevenLabs cannot be told to speak: it does when it is its turn.
    if (engine === 'agent-bridge') await server.post(`/v1/calls/${call}/hangup`, {});
    const over = await server.whenOver(call);
    const truth = await server.simulator.whenCallEnds(over.carrier_sid ?? '');
    const heard = truth.heard.map(({ text }) => text).join(' ');
    expect(heard).toContain('Let me explain that to you.');
    if (engine !== 'agent-bridge') expect(heard).toMatch(/to you\..*I am back\.$/);
    const turns = spokenIn(over);
    if (engine === 'cascade')
      expect(turns.slice(1)).toEqual([
        ...['operator: Let me explain that to you.', 'person: Thank you, colleague.', 'assistant: I am back.'],
      ]);
    else expect(turns).toContain('operator: Let me explain that to you.');
    const types = (await eventsOf(call)).map(({ type }) => type);
    expect(types.filter((type) => /taken_over|handed_back/.test(type))).toEqual([
      'call.taken_over',
      'call.handed_back',
    ]);
    const audit = await server.get<{ data: { action: string }[] }>(`/v1/audit-log?subject_id=${call}`);
    const actions = audit.data.map(({ action }) => action);
    expect(actions).toEqual(expect.arrayContaining(['call.listened_to', 'call.taken_over', 'call.handed_back']));
  });
});

/** Takes the call over as soon as its assistant has said something. */
async function takeOver(call: string): Promise<CallListener> {
  await server.eventsUntil(call, ({ type, data }) => type === 'turn.completed' && data.index === 0);
  const listener = listenToCall(server, call, await orderTicket(server, call, { speak: true }));
  await listener.until(() => listener.told.length > 0);
  listener.send({ type: 'take-over' });
  await listener.until(() => listener.told.some(({ type }) => type === 'taken-over'));
  return listener;
}

async function handBack(listener: CallListener): Promise<void> {
  listener.send({ type: 'hand-back' });
  await listener.until(() => listener.told.some(({ type }) => type === 'handed-back'));
}

describe('what an operator says', () => {
  it('stands in the transcript among what the person says, and is told to the model', async () => {
    const first = ['listens to "at nine."', 'says "And on Sundays?"', 'listens to "on Sundays."', 'says "Thank you."'];
    const call = await place('cascade', [...first, 'listens to "I am back."', 'hangs up']);
    const listener = await takeOver(call);
    await listener.speak(await sendsOf('We open at nine.'));
    await server.eventsUntil(call, ({ data }) => data.text === 'And on Sundays?');
    await listener.speak(await sendsOf('Never on Sundays.'));
    await server.eventsUntil(call, ({ data }) => data.text === 'Thank you.');
    // Its last words are on their way to the recognizer when the call is handed back.
    await listener.speak(await saysOf('My assistant goes on.'));
    await handBack(listener);
    const over = await server.whenOver(call);
    expect(spokenIn(over).slice(1)).toEqual([
      ...['operator: We open at nine.', 'person: And on Sundays?', 'operator: Never on Sundays.', 'person: Thank you.'],
      ...['operator: My assistant goes on.', 'assistant: I am back.'],
    ]);
    const said = (text: string) => ({
      role: 'system',
      content: `A human colleague said to the person in your place: “${text}”`,
    });
    const messages = told.findLast((one) => one.some(({ content }) => content.includes('My assistant goes on.'))) ?? [];
    expect(messages.slice(messages.findIndex(({ content }) => content.includes('We open at nine.')))).toEqual([
      ...[said('We open at nine.'), { role: 'user', content: 'And on Sundays?' }, said('Never on Sundays.')],
      ...[{ role: 'user', content: 'Thank you.' }, said('My assistant goes on.')],
      { role: 'system', content: expect.stringContaining('gives the call back to you') },
    ]);
    const text = await (await fetch(`${server.url}/v1/calls/${call}/transcript?format=text`)).text();
    expect(text).toContain('\nOperator: Never on Sundays.\nPerson: Thank you.\n');
  });

  it('is counted at the vendor who hears it, where the assistant itself needs no recognizer', async () => {
    const call = await place('speech-to-speech', ['listens to "We open at"', 'hangs up']);
    const listener = await takeOver(call);
    await listener.speak(await saysOf('We open at nine.'));
    // The person hangs up while the last words are on their way to the recognizer.
    const over = await server.whenOver(call);
    expect(spokenIn(over)).toContain('operator: We open at nine.');
    const { db } = server.callwright.store;
    const used = await db.selectFrom('call_usage').select('item').where('call_id', '=', call).execute();
    expect(used.map(({ item }) => item)).toContain('speech_to_text_minute');
  });

  it('is noted as said where every recognizer refuses, and the call goes on', async () => {
    const faults = server.callwright.vendors?.faults;
    faults?.set('stt', '401');
    const call = await place('speech-to-speech', [
      ...['listens to "at nine."', 'says "Thank you."', 'listens', 'hangs up'],
    ]);
    const listener = await takeOver(call);
    await listener.speak(await sendsOf('We open at nine.'));
    await listener.until(() => listener.words.person.join(' ') === 'Thank you.');
    await handBack(listener);
    const over = await server.whenOver(call);
    faults?.set('stt', 'none');
    expect(spokenIn(over)).toContain('operator: [spoke; the words are not known]');
    expect(spokenIn(over).at(-1)).toBe('assistant: I am back.');
    expect(over).toMatchObject({ status: 'completed', ended_by: 'person' });
  });
});

describe('who has no right to it', () => {
  it('hears nothing: a ticket is good once, for its own call, and for what it was asked for', async () => {
    const [call, other] = await Promise.all([
      place('cascade', ['listens', 'stays silent']),
      place('cascade', ['listens', 'stays silent']),
    ]);
    await Promise.all([server.eventsUntil(call, isTalking), server.eventsUntil(other, isTalking)]);
    const ticket = await orderTicket(server, call);
    expect((await listenToCall(server, other, ticket).closed).code).toBe(4403);
    expect(
      (await listenToCall(server, call, `${ticket.startsWith('A') ? 'B' : 'A'}${ticket.slice(1)}`).closed).code,
    ).toBe(4403);
    const listener = listenToCall(server, call, ticket);
    await listener.until(() => listener.told.length > 0);
    expect((await listenToCall(server, call, ticket).closed).code).toBe(4403);
    listener.send({ type: 'take-over' });
    await listener.until(() => listener.told.some(({ type }) => type === 'refused'));
    listener.send({ type: 'shout' });
    await listener.until(() => listener.told.filter(({ type }) => type === 'refused').length === 2);
    await Promise.all([call, other].map((id) => server.post(`/v1/calls/${id}/hangup`, {})));
    expect((await listener.closed).code).toBe(1000);
  });

  it('is not a page of somebody else, which has a visitor of its own open the socket', async () => {
    const origin = 'https://elsewhere.example';
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/v1/calls/call_1/audio`, { origin });
    const status = await new Promise((resolve, reject) => {
      socket.on('unexpected-response', (_request, { statusCode }) => resolve(statusCode));
      socket.on('open', () => reject(new Error('it was opened')));
      socket.on('error', () => {});
    });
    expect(status).toBe(403);
  });

  it('does not crowd a call, and an operator who leaves gives the call back', async () => {
    const call = await place('cascade', ['listens', 'stays silent']);
    await server.eventsUntil(call, isTalking);
    const join = async () => listenToCall(server, call, await orderTicket(server, call, { speak: true }));
    const listeners = [await join(), await join(), await join(), await join()];
    for (const listener of listeners) await listener.until(() => listener.told.length > 0);
    expect((await (await join()).closed).code).toBe(4429);
    const [one, two] = listeners;
    one?.send({ type: 'take-over' });
    await two?.until(() => two.told.some(({ type }) => type === 'taken-over'));
    two?.send({ type: 'take-over' });
    await two?.until(() => two.told.some(({ type }) => type === 'refused'));
    one?.close();
    await two?.until(() => two.told.some(({ type }) => type === 'handed-back'));
    await server.post(`/v1/calls/${call}/hangup`, {});
    await server.whenOver(call);
  });

  it('is told so where the carrier keeps the sound to itself, and after the call', async () => {
    const call = await place('relay', ['listens', 'stays silent']);
    await server.eventsUntil(call, isTalking);
    const order = async () => {
      const answer = await server.post(`/v1/calls/${call}/audio-ticket`, {});
      return [answer.status, ((await answer.json()) as { code: string }).code];
    };
    expect(await order()).toEqual([409, 'call/no-audio']);
    const spoken = await place('cascade', ['listens', 'hangs up']);
    await server.whenOver(spoken);
    expect((await server.post(`/v1/calls/${spoken}/audio-ticket`, {})).status).toBe(409);
    await server.post(`/v1/calls/${call}/hangup`, {});
  });
});
