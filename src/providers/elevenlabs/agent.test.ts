import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../base/clock.ts';
import { createFakeSockets } from '../../ports/contracts/fake-sockets.ts';
import { type AgentVendor, describeVoiceAgentContract } from '../../ports/contracts/voice-agent.contract.ts';
import type { AgentEvent, AgentRequest } from '../../ports/voice-agent.ts';
import { createElevenLabsAgent, type ElevenLabsAgentParts } from './agent.ts';

const base64 = (sound: Uint8Array) => Buffer.from(sound).toString('base64');
const nonsense = ['', 'null', '[]', '{"type":7}', '{"type":"ping"}', '{"type":"audio","audio_event":{}}', '{{{{'];
const metadata = (formats: Record<string, string> = {}) => ({
  type: 'conversation_initiation_metadata',
  conversation_initiation_metadata_event: {
    conversation_id: 'conv_1',
    agent_output_audio_format: 'ulaw_8000',
    user_input_audio_format: 'ulaw_8000',
    ...formats,
  },
});

/** An agent in frames as the reference writes them. */
function createFakeAgent() {
  const sockets = createFakeSockets();
  let event = 0;
  let text = '';
  const say = (...frames: Record<string, unknown>[]) => sockets.all.at(-1)?.say(...frames);
  const spell = (words: string, ms: number) => {
    const chars = Array.from(words);
    const step = ms / Math.max(chars.length, 1);
    return {
      chars,
      char_start_times_ms: chars.map((_, at) => at * step),
      char_durations_ms: chars.map(() => step),
    };
  };
  const audio = (sound: Uint8Array, words = '', eventId = event) =>
    say({
      type: 'audio',
      audio_event: { audio_base_64: base64(sound), event_id: eventId, alignment: spell(words, sound.length / 8) },
    });
  const sent = (type: string) => sockets.last.sentJson.filter((frame) => frame.type === type);
  const vendor: AgentVendor = {
    accept() {
      sockets.last.accept();
      say(metadata());
    },
    refuse: (status, said) => sockets.last.refuse(status, said),
    get heard() {
      return sockets.last.sentJson.flatMap((frame) =>
        'user_audio_chunk' in frame ? [...Buffer.from(String(frame.user_audio_chunk), 'base64')] : [],
      );
    },
    reply(words) {
      event += 1;
      text = words;
      say({ type: 'agent_response', agent_response_event: { agent_response: words, event_id: event } });
    },
    sound(sound) {
      audio(sound, text);
      text = '';
    },
    finish() {},
    interrupt: () => say({ type: 'interruption', interruption_event: { event_id: event } }),
    personSaid: (words) =>
      say({ type: 'user_transcript', user_transcription_event: { user_transcript: words, event_id: event } }),
    callTool: ({ id, name, argumentsJson }) =>
      say({
        type: 'client_tool_call',
        client_tool_call: { tool_name: name, tool_call_id: id, parameters: JSON.parse(argumentsJson), event_id: event },
      }),
    get toolResults() {
      return sent('client_tool_result').map((frame) => ({
        id: String(frame.tool_call_id),
        content: String(frame.result),
      }));
    },
    get told() {
      return sockets.last.sentJson
        .filter(({ type }) => type === 'user_message' || type === 'contextual_update')
        .map((frame) => String(frame.text));
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
  return { sockets, vendor, say, audio, sent };
}

const baseUrl = 'https://api.elevenlabs.io';
const noFetch = () => Promise.reject(new Error('nobody is asked'));

describeVoiceAgentContract('An ElevenLabs agent', () => ({
  create({ clock, apiKey }) {
    const { sockets, vendor } = createFakeAgent();
    const { openSocket } = sockets;
    return { agent: createElevenLabsAgent({ apiKey, baseUrl, clock, openSocket, fetch: noFetch }), vendor };
  },
}));

function join(changes: Partial<AgentRequest> = {}, parts: Partial<ElevenLabsAgentParts> = {}) {
  const fake = createFakeAgent();
  const clock = createFakeClock();
  const told: AgentEvent[] = [];
  const { openSocket } = fake.sockets;
  const agent = createElevenLabsAgent({ apiKey: 'k', baseUrl, clock, openSocket, fetch: noFetch, ...parts });
  const session = agent.join({
    messages: [{ role: 'system', content: 'Be polite.' }],
    tools: [],
    greeting: 'Hello.',
    personSpeaksFirst: false,
    language: 'en-US',
    voice: 'voice_1',
    agentId: 'agent 1',
    dynamicVariables: { name: 'Sarah', age: 7 },
    on: (event) => void told.push(event),
    ...changes,
  });
  const kinds = () => told.map(({ type }) => type).filter((type) => type !== 'alive');
  return { ...fake, clock, told, session, kinds, failures: () => told.filter(({ type }) => type === 'failed') };
}

/** Lets what waits for a promise happen. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('a conversation with an ElevenLabs agent', () => {
  it('begins with the values for the agent’s templates, and replaces nothing of it unless told to', () => {
    const { sockets, vendor } = join();
    vendor.accept();
    expect(sockets.last.target).toEqual({
      url: 'wss://api.elevenlabs.io/v1/convai/conversation?agent_id=agent+1',
      headers: { 'xi-api-key': 'k' },
    });
    expect(sockets.last.sentJson[0]).toEqual({
      type: 'conversation_initiation_client_data',
      dynamic_variables: { name: 'Sarah', age: 7 },
    });
  });

  it('replaces what it is told to', () => {
    const { sockets, vendor } = join({}, { overrides: ['prompt', 'first_message', 'language', 'voice'] });
    vendor.accept();
    expect(sockets.last.sentJson[0]).toMatchObject({
      conversation_config_override: {
        agent: { prompt: { prompt: 'Be polite.' }, first_message: 'Hello.', language: 'en' },
        tts: { voice_id: 'voice_1' },
      },
    });
  });

  it('tells an agent that takes over what was said before', () => {
    const { vendor } = join({ messages: [{ role: 'user', content: 'I want to cancel.' }] });
    vendor.accept();
    expect(vendor.told).toEqual([expect.stringContaining('Person: I want to cancel.')]);
  });

  it('holds the sound of the person until the agent is there, the newest eighteen seconds of it', () => {
    const { sockets, session, vendor, say } = join();
    sockets.last.accept();
    for (let at = 0; at < 910; at += 1) session.hear(new Uint8Array(1).fill(at % 250));
    expect(vendor.heard).toEqual([]);
    say(metadata());
    expect(vendor.heard).toHaveLength(900);
    expect(vendor.heard[0]).toBe(10);
  });

  it.each([
    [{ agent_output_audio_format: 'pcm_16000' }, /speaks pcm_16000: set its TTS output format to "ulaw_8000"/],
    [{ user_input_audio_format: 'pcm_16000' }, /hears pcm_16000: set its user input audio format to "ulaw_8000"/],
  ])('is refused in another format: %o', (formats, message) => {
    const { sockets, say, failures, clock } = join();
    sockets.last.accept();
    say(metadata(formats as Record<string, string>));
    expect(failures()).toMatchObject([{ error: { code: 'vendor/refused', message: expect.stringMatching(message) } }]);
    expect(sockets.live + clock.pendingTimers).toBe(0);
  });

  it('answers each ping as late as it was asked to', () => {
    const { vendor, say, sent, clock } = join();
    vendor.accept();
    say({ type: 'ping', ping_event: { event_id: 3, ping_ms: 50 } }, { type: 'ping', ping_event: { event_id: '4' } });
    clock.advance(49);
    expect(sent('pong')).toEqual([{ type: 'pong', event_id: 4 }]);
    clock.advance(1);
    expect(sent('pong')).toHaveLength(2);
  });

  it('knows a reply as over soon after all of its letters have sounded', () => {
    const { vendor, told, audio, clock } = join();
    vendor.accept();
    vendor.reply('Good morning.');
    audio(new Uint8Array(8000), 'Good mor');
    expect(told.at(-1)?.type).toBe('words');
    audio(new Uint8Array(8000), 'ning.');
    audio(new Uint8Array(160));
    clock.advance(200);
    expect(told.at(-1)).toEqual({ type: 'reply-over', reply: 1 });
    const words = told.flatMap((event) => (event.type === 'words' ? event.words : []));
    expect(words.map(({ word }) => word)).toEqual(['Good', 'morning.']);
    expect(words[1]?.endMs).toBe(2000);
  });

  it('knows a reply without letters as over once it must have been heard', () => {
    const { vendor, told, say, clock } = join();
    vendor.accept();
    vendor.reply('Good morning.');
    say({ type: 'audio', audio_event: { audio_base_64: base64(new Uint8Array(8000)), event_id: 1 } });
    clock.advance(1599);
    expect(told.at(-1)?.type).toBe('sound');
    clock.advance(1);
    expect(told.at(-1)).toEqual({ type: 'reply-over', reply: 1 });
  });

  it('drops sound up to the event that was interrupted, and none after it', () => {
    const { vendor, told, say, audio } = join();
    vendor.accept();
    audio(new Uint8Array(160), '', 5);
    say({ type: 'interruption', interruption_event: { event_id: 7 } });
    audio(new Uint8Array(160), '', 7);
    audio(new Uint8Array(320), '', 8);
    const sounds = told.flatMap((event) => (event.type === 'sound' ? [[event.reply, event.sound.length]] : []));
    expect(sounds).toEqual([
      [1, 160],
      [2, 320],
    ]);
  });

  it('tells that the agent skipped its turn', () => {
    const { vendor, say, kinds } = join();
    vendor.accept();
    say({ type: 'agent_tool_response', agent_tool_response: { tool_name: 'skip_turn', tool_call_id: 'x' } });
    expect(kinds()).toEqual(['ready', 'reply-over']);
  });

  it('tells the end of the conversation after the last of what was said', () => {
    const { vendor, sockets, kinds, clock } = join();
    vendor.accept();
    vendor.reply('Goodbye.');
    sockets.last.say({ type: 'audio', audio_event: { audio_base_64: base64(new Uint8Array(160)), event_id: 1 } });
    sockets.last.end(1000);
    expect(kinds()).toEqual(['ready', 'text', 'sound', 'reply-over', 'ended']);
    expect(sockets.live + clock.pendingTimers).toBe(0);
  });

  it('fails when it is closed before it began', () => {
    const { sockets, kinds } = join();
    sockets.last.accept();
    sockets.last.end(1000);
    expect(kinds()).toEqual(['failed']);
  });

  it.each([
    ['missing_dynamic_variable', 'vendor/refused'],
    ['override_error', 'vendor/refused'],
    ['llm_timeout', 'vendor/unavailable'],
  ])('fails at %s: %s', (error_type, code) => {
    const { vendor, say, failures } = join();
    vendor.accept();
    say({ type: 'error', error_event: { code: 1008, error_type, message: 'no' } });
    expect(failures()).toMatchObject([{ error: { code, message: expect.stringContaining(error_type) } }]);
  });

  it('goes on when a tool of the agent’s own has failed', () => {
    const { vendor, say, failures } = join();
    vendor.accept();
    say({ type: 'error', error_event: { code: 1011, error_type: 'mcp_tool_error', message: 'no' } });
    expect(failures()).toEqual([]);
  });

  it('says what is missing where no agent is named', async () => {
    const { failures, sockets } = join({ agentId: null });
    await settled();
    expect(failures()).toMatchObject([{ error: { code: 'vendor/refused', message: /ELEVENLABS_AGENT_ID/ } }]);
    expect(sockets.all).toEqual([]);
  });
});

describe('a signed address', () => {
  const answer = (status: number, body: unknown) => async () => new Response(JSON.stringify(body), { status });

  it('is asked for with the key, which the socket does not see then', async () => {
    const asked: unknown[] = [];
    const fetch = async (url: unknown, init?: RequestInit) => {
      asked.push(url, init?.headers);
      return new Response(JSON.stringify({ signed_url: 'wss://x.test/v1?conversation_signature=s' }));
    };
    const { sockets, clock } = join({}, { signedUrl: true, fetch });
    for (let round = 0; round < 5; round += 1) await settled();
    expect(asked).toEqual([
      'https://api.elevenlabs.io/v1/convai/conversation/get-signed-url?agent_id=agent+1',
      { 'xi-api-key': 'k' },
    ]);
    expect(sockets.last.target).toEqual({ url: 'wss://x.test/v1?conversation_signature=s', headers: {} });
    sockets.last.end(1006);
    expect(clock.pendingTimers).toBe(0);
  });

  it.each([
    [answer(401, {}), 'vendor/refused'],
    [answer(500, {}), 'vendor/unavailable'],
    [answer(200, { signed_url: 'http://x.test' }), 'vendor/broken-stream'],
    [noFetch, 'vendor/unavailable'],
  ])('that is not given is a failure', async (fetch, code) => {
    const { failures, clock } = join({}, { signedUrl: true, fetch });
    for (let round = 0; round < 5; round += 1) await settled();
    expect(failures()).toMatchObject([{ error: { code } }]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('that nobody gives is waited for two seconds, or until the call is over', async () => {
    const never = () => new Promise<Response>(() => {});
    const late = join({}, { signedUrl: true, fetch: never });
    late.clock.advance(2000);
    for (let round = 0; round < 5; round += 1) await settled();
    expect(late.failures()).toMatchObject([{ error: { code: 'vendor/timeout' } }]);
    const closed = join({}, { signedUrl: true, fetch: never });
    closed.session.close();
    for (let round = 0; round < 5; round += 1) await settled();
    expect(closed.told).toEqual([]);
    expect(closed.clock.pendingTimers).toBe(0);
  });
});

it('an ElevenLabs agent never makes us throw, whatever it sends', () => {
  const kinds = fc.constantFrom('audio', 'agent_response', 'interruption', 'ping', 'client_tool_call', 'error', 'x');
  const fields = [
    'audio_event',
    'agent_response_event',
    'interruption_event',
    'ping_event',
    'client_tool_call',
  ] as const;
  const frame = fc.oneof(
    fc.string(),
    fc.uint8Array(),
    fc
      .tuple(kinds, fc.dictionary(fc.constantFrom(...fields, 'error_event'), fc.jsonValue()))
      .map(([type, more]) => JSON.stringify({ ...more, type })),
    fc.tuple(fc.array(fc.string()), fc.array(fc.float()), fc.integer()).map(([chars, times, event_id]) =>
      JSON.stringify({
        type: 'audio',
        audio_event: {
          ...{ audio_base_64: 'AAAA', event_id },
          alignment: { chars, char_start_times_ms: times, char_durations_ms: times },
        },
      }),
    ),
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
