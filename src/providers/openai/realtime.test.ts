import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../base/clock.ts';
import { createFakeSockets } from '../../ports/contracts/fake-sockets.ts';
import { type AgentVendor, describeVoiceAgentContract } from '../../ports/contracts/voice-agent.contract.ts';
import type { AgentEvent, AgentRequest } from '../../ports/voice-agent.ts';
import { createRealtimeAgent } from './realtime.ts';
import { createRealtimeReply } from './realtime-reply.ts';

const base64 = (sound: Uint8Array) => Buffer.from(sound).toString('base64');
const nonsense = ['', 'null', '[]', '{"type":7}', '{"type":"response.done"}', '{"type":"error","error":3}', '{{{{'];

/** A Realtime session in frames as the reference writes them. */
function createFakeRealtime() {
  const sockets = createFakeSockets();
  let responses = 0;
  let text = '';
  const say = (frame: Record<string, unknown>) => sockets.all.at(-1)?.say({ event_id: 'event_1', ...frame });
  const about = () => ({
    response_id: `resp_${responses}`,
    item_id: `item_${responses}`,
    output_index: 0,
    content_index: 0,
  });
  const begin = () => {
    responses += 1;
    const { response_id, item_id } = about();
    say({ type: 'response.created', response: { id: response_id, status: 'in_progress' } });
    say({ type: 'response.output_item.added', response_id, output_index: 0, item: { id: item_id, type: 'message' } });
  };
  const done = (status: string, more: Record<string, unknown> = {}) =>
    say({ type: 'response.done', response: { id: `resp_${responses}`, status, output: [], ...more } });
  const sent = (type: string) => sockets.last.sentJson.filter((frame) => frame.type === type);
  const items = () => sent('conversation.item.create').map((frame) => frame.item as Record<string, unknown>);
  const vendor: AgentVendor = {
    accept() {
      sockets.last.accept();
      say({ type: 'session.created', session: {} });
      say({ type: 'session.updated', session: {} });
    },
    refuse: (status, said) => sockets.last.refuse(status, said),
    get heard() {
      return sent('input_audio_buffer.append').flatMap((frame) => [...Buffer.from(String(frame.audio), 'base64')]);
    },
    reply(words) {
      begin();
      text = words;
      say({ type: 'response.output_audio_transcript.delta', ...about(), delta: text });
    },
    sound: (sound) => say({ type: 'response.output_audio.delta', ...about(), delta: base64(sound) }),
    finish() {
      say({ type: 'response.output_audio.done', ...about() });
      say({ type: 'response.output_audio_transcript.done', ...about(), transcript: text });
      done('completed');
    },
    interrupt() {
      say({ type: 'input_audio_buffer.speech_started', audio_start_ms: 100, item_id: 'item_p' });
      done('cancelled', { status_details: { type: 'cancelled', reason: 'turn_detected' } });
    },
    personSaid: (transcript) =>
      say({
        type: 'conversation.item.input_audio_transcription.completed',
        item_id: 'item_p',
        content_index: 0,
        transcript,
      }),
    callTool(call) {
      begin();
      const item = { type: 'function_call', call_id: call.id, name: call.name, arguments: call.argumentsJson };
      done('completed', { output: [item] });
    },
    get toolResults() {
      return items()
        .filter((item) => item.type === 'function_call_output')
        .map((item) => ({ id: String(item.call_id), content: String(item.output) }));
    },
    get told() {
      return items().flatMap((item) => {
        const content = item.content as { text: string }[] | undefined;
        return item.type === 'message' ? [content?.[0]?.text ?? ''] : [];
      });
    },
    sendNonsense() {
      for (const frame of nonsense.slice(0, 4)) sockets.last.say(frame);
    },
    sendTooMuch: () => sockets.last.say('x'.repeat(5_000_000)),
    cut: () => sockets.last.end(1006),
    get live() {
      return sockets.live;
    },
  };
  return { sockets, vendor, say, begin, done, sent, items };
}

const baseUrl = 'https://api.openai.com/v1';

describeVoiceAgentContract('OpenAI Realtime', () => ({
  create({ clock, apiKey }) {
    const { sockets, vendor } = createFakeRealtime();
    return { agent: createRealtimeAgent({ apiKey, baseUrl, clock, openSocket: sockets.openSocket }), vendor };
  },
}));

function join(changes: Partial<AgentRequest> = {}) {
  const fake = createFakeRealtime();
  const clock = createFakeClock();
  const told: AgentEvent[] = [];
  const agent = createRealtimeAgent({ apiKey: 'k', baseUrl, clock, openSocket: fake.sockets.openSocket });
  const session = agent.join({
    messages: [
      { role: 'system', content: 'Be polite.' },
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hello?' },
      { role: 'assistant', content: 'Hello.' },
    ],
    tools: [{ name: 'find_slot', description: 'Finds.', parameters: { type: 'object', properties: {} } }],
    greeting: null,
    personSpeaksFirst: false,
    language: 'en-US',
    voice: null,
    agentId: null,
    dynamicVariables: {},
    on: (event) => void told.push(event),
    ...changes,
  });
  const orders = () => fake.sent('response.create');
  return { ...fake, clock, told, session, orders, failures: () => told.filter(({ type }) => type === 'failed') };
}

describe('a Realtime session', () => {
  it('is configured for the telephone before anything else, with the conversation so far', () => {
    const { sockets, vendor } = join();
    vendor.accept();
    expect(sockets.last.target).toEqual({
      url: 'wss://api.openai.com/v1/realtime?model=gpt-realtime-2.1',
      headers: { Authorization: 'Bearer k' },
    });
    const [update, ...items] = sockets.last.sentJson;
    expect(update).toMatchObject({
      type: 'session.update',
      session: {
        type: 'realtime',
        instructions: 'Be polite.\n\nBe brief.',
        audio: {
          input: {
            format: { type: 'audio/pcmu' },
            turn_detection: { type: 'server_vad', create_response: true, interrupt_response: true },
            transcription: { language: 'en' },
          },
          output: { format: { type: 'audio/pcmu' }, voice: 'marin' },
        },
        tools: [{ type: 'function', name: 'find_slot' }],
      },
    });
    expect(items.slice(0, 2)).toMatchObject([
      { item: { role: 'user', content: [{ type: 'input_text', text: 'Hello?' }] } },
      { item: { role: 'assistant', content: [{ type: 'output_text', text: 'Hello.' }] } },
    ]);
  });

  it('says its greeting word for word', () => {
    const { vendor, orders } = join({ greeting: 'Good day, "Sarah".' });
    vendor.accept();
    expect(orders()).toHaveLength(1);
    expect(orders()[0]).toMatchObject({
      response: { instructions: expect.stringContaining('Good day, \\"Sarah\\".') },
    });
  });

  it('waits for the person where the person speaks first', () => {
    const { vendor, orders } = join({ personSpeaksFirst: true });
    vendor.accept();
    expect(orders()).toEqual([]);
  });

  it('asks for no response while one runs, and then for the newest that was wanted', () => {
    const { vendor, orders, session, begin, done, sent } = join({ personSpeaksFirst: true });
    vendor.accept();
    begin();
    expect(session.say('First.')).toBe(true);
    expect(session.say('Second.')).toBe(true);
    expect(orders()).toEqual([]);
    expect(sent('response.cancel').length).toBeGreaterThan(0);
    done('cancelled');
    expect(orders()).toMatchObject([{ response: { instructions: expect.stringContaining('Second.') } }]);
  });

  it('cancels a response that begins after something else was wanted', () => {
    const { vendor, orders, session, begin, done, sent, told } = join();
    vendor.accept();
    expect(orders()).toHaveLength(1);
    session.say('Goodbye.');
    begin();
    vendor.sound(new Uint8Array(160));
    expect(sent('response.cancel')).toHaveLength(1);
    done('cancelled');
    expect(told.some(({ type }) => type === 'sound')).toBe(false);
    expect(orders().at(-1)).toMatchObject({ response: { instructions: expect.stringContaining('Goodbye.') } });
  });

  it('asks again when its request met a response of the vendor’s own', () => {
    const { vendor, orders, session, begin, done, say } = join({ personSpeaksFirst: true });
    vendor.accept();
    session.say('Are you there?');
    const eventId = orders()[0]?.event_id;
    begin();
    say({ type: 'error', error: { code: 'conversation_already_has_active_response', event_id: eventId } });
    done('completed');
    expect(orders()).toHaveLength(2);
    expect(orders()[1]).toMatchObject({ response: { instructions: expect.stringContaining('Are you there?') } });
  });

  it('goes on after the results of all tools of a response, once', () => {
    const { vendor, orders, session, begin, done } = join({ personSpeaksFirst: true });
    vendor.accept();
    begin();
    const call = (id: string) => ({ type: 'function_call', call_id: id, name: 'find_slot', arguments: '{}' });
    done('completed', { output: [call('a'), call('b')] });
    session.toolResult({ id: 'a', content: 'one', failed: false });
    expect(orders()).toEqual([]);
    session.toolResult({ id: 'b', content: 'two', failed: false });
    expect(orders()).toHaveLength(1);
    expect(vendor.toolResults).toEqual([
      { id: 'a', content: 'one' },
      { id: 'b', content: 'two' },
    ]);
  });

  it('cuts what was not heard out of the conversation, never beyond the sound that came', () => {
    const { vendor, session, sent } = join({ personSpeaksFirst: true });
    vendor.accept();
    vendor.reply('Good morning to you.');
    vendor.sound(new Uint8Array(8000));
    vendor.interrupt();
    session.heard(1, 400);
    session.heard(1, 2000);
    expect(sent('conversation.item.truncate')).toMatchObject([
      { item_id: 'item_1', content_index: 0, audio_end_ms: 400 },
    ]);
  });

  it('asks once more for a response that failed in silence, then gives up', () => {
    const { vendor, orders, begin, done, failures } = join({ greeting: 'Hello.' });
    vendor.accept();
    const failed = {
      status_details: { type: 'failed', error: { type: 'server_error', code: 'oops', message: 'Oops.' } },
    };
    begin();
    done('failed', failed);
    expect(orders()).toHaveLength(2);
    expect(orders()[1]).toMatchObject({ response: { instructions: expect.stringContaining('Hello.') } });
    begin();
    done('failed', failed);
    expect(failures()).toMatchObject([{ error: { code: 'vendor/unavailable' } }]);
  });

  it.each([
    [
      { code: 'session_expired', message: 'Your session hit the maximum duration of 60 minutes.' },
      'vendor/unavailable',
    ],
    [{ code: 'insufficient_quota' }, 'vendor/refused'],
    [{ code: 'rate_limit_exceeded' }, 'vendor/busy'],
  ])('fails at %o', (error, code) => {
    const { vendor, say, failures, clock, sockets } = join();
    vendor.accept();
    say({ type: 'error', error });
    expect(failures()).toMatchObject([{ error: { code } }]);
    expect(sockets.live + clock.pendingTimers).toBe(0);
  });

  it('is refused when the vendor does not take its settings, and lives on after a later complaint', () => {
    const early = join();
    early.sockets.last.accept();
    early.say({ type: 'error', error: { type: 'invalid_request_error', message: 'No such voice.' } });
    expect(early.failures()).toMatchObject([{ error: { code: 'vendor/refused' } }]);
    const late = join();
    late.vendor.accept();
    late.say({ type: 'error', error: { type: 'invalid_request_error', message: 'Nothing to cut.' } });
    expect(late.failures()).toEqual([]);
  });

  it('gives up on a vendor that sends nothing but nonsense', () => {
    const { vendor, sockets, failures } = join();
    vendor.accept();
    for (const frame of nonsense) sockets.last.say(frame);
    expect(failures()).toMatchObject([{ error: { code: 'vendor/broken-stream' } }]);
  });

  it('fails when the vendor closes in good order, for it never hangs up', () => {
    const { vendor, sockets, failures } = join();
    vendor.accept();
    sockets.last.end(1000);
    expect(failures()).toMatchObject([{ error: { code: 'vendor/unavailable' } }]);
  });

  it('never throws, whatever comes', () => {
    const kinds = fc.constantFrom(
      ...['response.created', 'response.done', 'response.output_item.added', 'response.output_audio.delta', 'error'],
      ...['response.output_audio_transcript.delta', 'input_audio_buffer.speech_started', 'session.updated'],
    );
    const frame = fc.oneof(
      fc.string(),
      fc.uint8Array(),
      fc
        .tuple(
          kinds,
          fc.dictionary(fc.constantFrom('response', 'item', 'delta', 'error', 'response_id'), fc.jsonValue()),
        )
        .map(([type, fields]) => JSON.stringify({ ...fields, type })),
    );
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 30 }), (frames) => {
        const { vendor, sockets, session, clock } = join();
        vendor.accept();
        for (const data of frames) sockets.last.say(data);
        session.close();
        expect(sockets.live + clock.pendingTimers).toBe(0);
      }),
    );
  });
});

describe('the words of a Realtime reply', () => {
  it('lie in the sound that comes between their texts', () => {
    const reply = createRealtimeReply(1);
    const soundThen = (ms: number, text: string) => {
      reply.sound(ms * 8);
      return reply.text(text);
    };
    const words = [...soundThen(0, 'Hel'), ...soundThen(0, 'lo'), ...soundThen(500, ' Sarah'), ...soundThen(1000, '.')];
    reply.sound(800);
    words.push(...reply.rest());
    expect(words).toEqual([
      { word: 'Hello', startMs: 0, endMs: 500 },
      { word: 'Sarah.', startMs: expect.any(Number), endMs: 1600 },
    ]);
    expect(words[1]?.startMs).toBeGreaterThanOrEqual(500);
  });

  it('are cut in the item in which they were said', () => {
    const reply = createRealtimeReply(1);
    reply.item('a');
    reply.sound(8000);
    reply.item('b');
    reply.sound(8000);
    expect(reply.cutsAt(1500)).toEqual([{ item: 'b', audioEndMs: 500 }]);
    expect(reply.cutsAt(300)).toEqual([
      { item: 'a', audioEndMs: 300 },
      { item: 'b', audioEndMs: 0 },
    ]);
    expect(reply.cutsAt(2000)).toEqual([]);
  });
});
