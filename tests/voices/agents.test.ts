/** Our bridges to vendors that hold the conversation, joined to those vendors simulated, in virtual time. */
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { bytesPerMs, mulawSilence } from '../../src/audio/mulaw.ts';
import { createWordEar, writeWords } from '../../src/audio/word-bits.ts';
import { createFakeClock } from '../../src/base/clock.ts';
import { createSeededRandom } from '../../src/base/random.ts';
import type { AgentEvent, AgentRequest, VoiceAgent } from '../../src/ports/voice-agent.ts';
import { createElevenLabsAgent } from '../../src/providers/elevenlabs/agent.ts';
import { createRealtimeAgent } from '../../src/providers/openai/realtime.ts';
import { createAgentEndpoints } from '../../src/simulator/vendors/agents/agent-endpoints.ts';
import { createInProcessFetch, createInProcessSockets } from '../../src/simulator/vendors/in-process-vendors.ts';
import type { Brain, VendorParts } from '../../src/simulator/vendors/vendor.ts';
import { createVendorFaults } from '../../src/simulator/vendors/vendor-faults.ts';
import { createSwitchboard } from '../../src/simulator/vendors/vendor-switchboard.ts';
import { sketchSpeech } from '../../src/simulator/voices/sketch-voice.ts';

const frameMs = 20;
const frameBytes = frameMs * bytesPerMs;
const greeting = 'Good morning Sarah, this is the clinic, and we call about your visit on Monday.';
const agent = {
  ...{
    id: 'clinic',
    firstMessage: 'Good morning {{name}}, this is the clinic, and we call about your visit on Monday.',
  },
  ...{ prompt: 'You speak to {{name}}.', tools: ['look_up'] },
};

const brain: Brain = async function* think(talk) {
  const last = talk.said.at(-1);
  const text = last?.text ?? '';
  if (last?.by === 'tool') yield { type: 'text', text: `Then ${text} is free.` };
  else if (text.includes('free')) yield { type: 'tool', name: 'look_up', argumentsJson: '{"day":"Monday"}' };
  else if (text.includes('bye')) {
    yield { type: 'text', text: 'Thank you and goodbye.' };
    yield { type: 'tool', name: 'hang_up', argumentsJson: '{}' };
  } else yield { type: 'text', text: `You said ${text}` };
};

interface Vendor {
  clock: ReturnType<typeof createFakeClock>;
  openSocket: ReturnType<typeof createInProcessSockets>;
  fetch: typeof fetch;
}

function createVendor(): Vendor {
  const clock = createFakeClock();
  const parts: VendorParts = {
    ...{ clock, brain, random: createSeededRandom(3), faults: createVendorFaults() },
    synthesize: async (text, voice) => sketchSpeech(text, voice),
    delays: { firstSoundMs: 80, soundSpeed: 10 },
  };
  const endpoints = createAgentEndpoints({ agents: [agent] });
  const switchboard = createSwitchboard(parts, { endpoints, rightKey: () => 'sk-right' });
  return { clock, openSocket: createInProcessSockets(switchboard), fetch: createInProcessFetch(switchboard, parts) };
}

const engines: [string, (vendor: Vendor, apiKey: string) => VoiceAgent][] = [
  [
    'OpenAI Realtime',
    (vendor, apiKey) => createRealtimeAgent({ ...vendor, apiKey, baseUrl: 'http://box.test/openai/v1' }),
  ],
  [
    'an ElevenLabs agent',
    (vendor, apiKey) => createElevenLabsAgent({ ...vendor, apiKey, baseUrl: 'http://box.test/elevenlabs' }),
  ],
  [
    'an ElevenLabs agent by a signed address',
    (vendor, apiKey) =>
      createElevenLabsAgent({ ...vendor, apiKey, baseUrl: 'http://box.test/elevenlabs', signedUrl: true }),
  ],
];

/** A telephone that plays the agent's sound at its pace, and drops what is left when the agent is interrupted. */
function call(vendor: Vendor, voiceAgent: VoiceAgent) {
  const events: AgentEvent[] = [];
  const heard: string[] = [];
  const playing: { reply: number; sound: Buffer }[] = [];
  const playedMs = new Map<number, number>();
  const mouth: Uint8Array[] = [];
  const ear = createWordEar(({ type, text }) => {
    if (type === 'word-heard') heard.push(text);
  });
  const request: AgentRequest = {
    messages: [{ role: 'system', content: 'You speak for a clinic.' }],
    tools: [
      { name: 'look_up', description: 'Free times.', parameters: { type: 'object', properties: {} } },
      { name: 'hang_up', description: 'Ends the call.', parameters: { type: 'object', properties: {} } },
    ],
    ...{ greeting, personSpeaksFirst: false, language: 'en-US', voice: null, agentId: 'clinic' },
    dynamicVariables: { name: 'Sarah' },
    on(event) {
      events.push(event);
      if (event.type === 'sound') playing.push({ reply: event.reply, sound: Buffer.from(event.sound) });
      if (event.type !== 'interrupted') return;
      const cut = playing.at(-1);
      playing.length = 0;
      ear.breakOff();
      if (cut) session.heard(cut.reply, playedMs.get(cut.reply) ?? 0);
    },
  };
  const session = voiceAgent.join(request);
  const playFrame = () => {
    const first = playing[0];
    const sound = first?.sound.subarray(0, frameBytes) ?? new Uint8Array(frameBytes).fill(mulawSilence);
    ear.hear(sound);
    if (!first) return;
    playedMs.set(first.reply, (playedMs.get(first.reply) ?? 0) + sound.length / bytesPerMs);
    first.sound = first.sound.subarray(sound.length);
    if (first.sound.length === 0) playing.shift();
  };
  return {
    ...{ events, session },
    of: <T extends AgentEvent['type']>(type: T) =>
      events.filter((event): event is Extract<AgentEvent, { type: T }> => event.type === type),
    /** All words that were heard to their end since it was last asked. */
    takeHeard: () => heard.splice(0).join(' '),
    say(text: string) {
      const { sound } = writeWords(sketchSpeech(text, 'person'));
      for (let at = 0; at < sound.length; at += frameBytes) mouth.push(sound.subarray(at, at + frameBytes));
    },
    async pass(ms: number) {
      for (let left = ms; left > 0; left -= frameMs) {
        session.hear(mouth.shift() ?? new Uint8Array(frameBytes).fill(mulawSilence));
        vendor.clock.advance(frameMs);
        await setImmediate();
        playFrame();
      }
    },
  };
}

describe.each(engines)('a conversation held by %s', (name, create) => {
  const start = async () => {
    const vendor = createVendor();
    const line = call(vendor, create(vendor, 'sk-right'));
    await setImmediate();
    return { vendor, line };
  };

  it('is greeted word for word, answers, and tells both sides’ words', async () => {
    const { line, vendor } = await start();
    await line.pass(7000);
    expect(line.takeHeard()).toBe(greeting);
    line.say('Monday is fine.');
    await line.pass(6000);
    expect(line.takeHeard()).toBe('You said Monday is fine.');
    expect(line.of('person-said')).toEqual([{ type: 'person-said', text: 'Monday is fine.' }]);
    const replies = line.of('text');
    const textOf = (reply: number) => replies.flatMap((told) => (told.reply === reply ? [told.text] : [])).join('');
    expect([textOf(1), textOf(replies.at(-1)?.reply ?? 0)]).toEqual([greeting, 'You said Monday is fine.']);
    const words = line.of('words').flatMap(({ reply, words: told }) => (reply === 1 ? told : []));
    expect(words.map(({ word }) => word.trim()).join(' ')).toBe(greeting);
    expect(line.of('failed')).toEqual([]);
    line.session.close();
    await setImmediate();
    expect(vendor.clock.pendingTimers).toBe(0);
  });

  it('yields when the person speaks, and never plays on what was cut', async () => {
    const { line } = await start();
    await line.pass(2500);
    line.say('Sorry, who is there?');
    await line.pass(8000);
    expect(line.of('interrupted').length).toBeGreaterThanOrEqual(1);
    const heard = line.takeHeard();
    const end = 'You said Sorry, who is there?';
    expect(heard.endsWith(end)).toBe(true);
    const before = heard.slice(0, -end.length).trim();
    expect(before.length).toBeGreaterThan(5);
    expect(before.length).toBeLessThan(greeting.length);
    expect(greeting.startsWith(before)).toBe(true);
    line.session.close();
  });

  it('is heard in order, each word once, wherever the person interrupts', async () => {
    const random = createSeededRandom(11);
    for (let round = 0; round < 25; round += 1) {
      const { line, vendor } = await start();
      const momentMs = Math.round((500 + random.fraction() * 6000) / frameMs) * frameMs;
      await line.pass(momentMs);
      line.say('Sorry, who is there?');
      await line.pass(6000);
      const heard = line.takeHeard();
      const end = 'You said Sorry, who is there?';
      expect(heard.endsWith(end), `${momentMs} ms: ${heard}`).toBe(true);
      expect(greeting.startsWith(heard.slice(0, -end.length).trim()), `${momentMs} ms: ${heard}`).toBe(true);
      line.session.close();
      await setImmediate();
      expect(vendor.clock.pendingTimers).toBe(0);
    }
  });

  it('has us run a tool, and goes on with what it gave', async () => {
    const { line } = await start();
    await line.pass(7000);
    line.takeHeard();
    line.say('When are you free?');
    await line.pass(3000);
    const [called] = line.of('tool-called');
    expect(called?.call).toMatchObject({ name: 'look_up' });
    expect(JSON.parse(called?.call.argumentsJson ?? '')).toEqual({ day: 'Monday' });
    line.session.toolResult({ id: called?.call.id ?? '', content: 'noon', failed: false });
    await line.pass(4000);
    expect(line.takeHeard()).toBe('Then noon is free.');
    line.session.close();
  });

  it('comes to an end after the goodbye', async () => {
    const { line, vendor } = await start();
    await line.pass(7000);
    line.takeHeard();
    line.say('Well bye');
    await line.pass(8000);
    expect(line.takeHeard()).toBe('Thank you and goodbye.');
    if (name.startsWith('OpenAI')) expect(line.of('tool-called')).toMatchObject([{ call: { name: 'hang_up' } }]);
    else expect(line.of('ended')).toHaveLength(1);
    line.session.close();
    await setImmediate();
    expect(vendor.clock.pendingTimers).toBe(0);
  });

  it('fails at once with a wrong key', async () => {
    const vendor = createVendor();
    const line = call(vendor, create(vendor, 'sk-wrong'));
    await line.pass(200);
    expect(line.of('failed')).toMatchObject([{ error: { code: 'vendor/refused' } }]);
    line.session.close();
    expect(vendor.clock.pendingTimers).toBe(0);
  });
});
