/** What every vendor that holds conversations itself must do; run by each provider's own tests. */
import { setImmediate as nextTick } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../base/clock.ts';
import type { AgentEvent, AgentRequest, AgentSession, VoiceAgent } from '../voice-agent.ts';

/** A vendor's agent at the other end of the wire, played by the provider's test. One is made for each test. */
export interface AgentVendor {
  /** Takes the connection and everything asked of it, until it is ready to hear and speak. */
  accept(): void;
  refuse(status: number, said: string): void;
  /** Sound that reached the agent. */
  readonly heard: number[];
  /** Begins a reply, with all of its words; sound and `finish` follow. */
  reply(text: string): void;
  sound(sound: Uint8Array): void;
  /** The reply is whole. */
  finish(): void;
  /** The person speaks over the reply, as the vendor hears it; it may send some of it yet. */
  interrupt(): void;
  personSaid(text: string): void;
  callTool(call: { id: string; name: string; argumentsJson: string }): void;
  /** What came back of tools. */
  readonly toolResults: { id: string; content: string }[];
  /** Keys and instructions, as text that the agent was given. */
  readonly told: string[];
  sendNonsense(): void;
  sendTooMuch(): void;
  cut(): void;
  readonly live: number;
}

export interface VoiceAgentContract {
  create(parts: { clock: FakeClock; apiKey: string }): { agent: VoiceAgent; vendor: AgentVendor };
}

const apiKey = 'key-that-nobody-may-see';
const tone = (length: number, from = 0) => Uint8Array.from({ length }, (_, at) => (from + at) % 120);
const request: Omit<AgentRequest, 'on'> = {
  messages: [{ role: 'system', content: 'You are polite.' }],
  tools: [{ name: 'find_slot', description: 'Finds a free slot.', parameters: { type: 'object', properties: {} } }],
  greeting: null,
  personSpeaksFirst: false,
  language: 'en-US',
  voice: null,
  agentId: 'agent_1',
  dynamicVariables: { name: 'Sarah' },
};

export function describeVoiceAgentContract(name: string, open: () => VoiceAgentContract): void {
  describe(`${name} keeps the contract of a voice agent`, () => {
    let bench: Bench;
    beforeEach(() => {
      bench = createBench(open());
    });
    afterEach(() => bench.session.close());
    talkingContract(() => bench);
    interruptionContract(() => bench);
    endingContract(() => bench);
  });
}

type Bench = ReturnType<typeof createBench>;

/** Lets transports over promises and streams come to rest. */
async function settled(): Promise<void> {
  for (let round = 0; round < 10; round += 1) await nextTick();
}

function createBench(contract: VoiceAgentContract) {
  const clock = createFakeClock();
  const { agent, vendor } = contract.create({ clock, apiKey });
  const told: AgentEvent[] = [];
  const session: AgentSession = agent.join({ ...request, on: (event) => void told.push(event) });
  return {
    ...{ clock, vendor, told, session },
    types: () => told.map(({ type }) => type).filter((type) => type !== 'alive'),
    soundOf: (reply: number) =>
      told.flatMap((event) => (event.type === 'sound' && event.reply === reply ? [...event.sound] : [])),
    textOf: (reply: number) =>
      told.flatMap((event) => (event.type === 'text' && event.reply === reply ? [event.text] : [])).join(''),
    failures: () => told.flatMap((event) => (event.type === 'failed' ? [event.error] : [])),
    async expectNothingLeft() {
      await settled();
      expect(vendor.live).toBe(0);
      expect(clock.pendingTimers).toBe(0);
    },
  };
}

function talkingContract(bench: () => Bench): void {
  it('tells that it is ready once, and then hears every sound, those before included', async () => {
    const { session, vendor, types } = bench();
    session.hear(tone(160));
    vendor.accept();
    await settled();
    session.hear(tone(160, 7));
    expect(types()).toEqual(['ready']);
    expect(vendor.heard).toEqual([...tone(160), ...tone(160, 7)]);
  });

  it('tells a reply with its sound, its words and its end, in order', async () => {
    const { vendor, told, clock, soundOf, textOf } = bench();
    vendor.accept();
    await settled();
    vendor.reply('Good morning Sarah.');
    vendor.sound(tone(800));
    vendor.sound(tone(800, 3));
    vendor.finish();
    clock.advance(2000);
    await settled();
    expect(soundOf(1)).toEqual([...tone(800), ...tone(800, 3)]);
    expect(textOf(1)).toBe('Good morning Sarah.');
    const ends = told.filter((event) => event.type === 'reply-over');
    expect(ends).toEqual([{ type: 'reply-over', reply: 1 }]);
    const lastSound = told.findLastIndex((event) => event.type === 'sound');
    expect(told.findIndex((event) => event.type === 'reply-over')).toBeGreaterThan(lastSound);
  });

  it('tells each word once, in order and inside the sound', async () => {
    const { vendor, told, clock } = bench();
    vendor.accept();
    await settled();
    vendor.reply('Good morning Sarah.');
    vendor.sound(tone(8000));
    vendor.finish();
    clock.advance(2000);
    const words = told.flatMap((event) => (event.type === 'words' ? event.words : []));
    expect(words.map(({ word }) => word)).toEqual(['Good', 'morning', 'Sarah.']);
    for (const [at, { startMs, endMs }] of words.entries()) {
      expect(startMs).toBeGreaterThanOrEqual(words[at - 1]?.endMs ?? 0);
      expect(endMs).toBeGreaterThan(startMs);
      expect(endMs).toBeLessThanOrEqual(1000);
    }
  });

  it('numbers its replies, rising', async () => {
    const { vendor, clock, soundOf } = bench();
    vendor.accept();
    await settled();
    for (const text of ['One.', 'Two.', 'Three.']) {
      vendor.reply(text);
      vendor.sound(tone(160, text.length));
      vendor.finish();
      clock.advance(2000);
    }
    for (const [at, text] of ['One.', 'Two.', 'Three.'].entries()) {
      expect(soundOf(at + 1)).toEqual([...tone(160, text.length)]);
    }
  });

  it('tells what the person said', async () => {
    const { vendor, told } = bench();
    vendor.accept();
    await settled();
    vendor.personSaid('Hello?');
    expect(told).toContainEqual({ type: 'person-said', text: 'Hello?' });
  });

  it('passes a tool call on, and its result back', async () => {
    const { session, vendor, told } = bench();
    vendor.accept();
    await settled();
    const call = { id: 'call-1', name: 'find_slot', argumentsJson: '{"day":"Monday"}' };
    vendor.callTool(call);
    expect(told).toContainEqual({ type: 'tool-called', call });
    session.toolResult({ id: 'call-1', content: 'Monday at ten.', failed: false });
    expect(vendor.toolResults).toEqual([{ id: 'call-1', content: 'Monday at ten.' }]);
  });

  it('tells the agent about pressed keys and what else it should know', async () => {
    const { session, vendor } = bench();
    vendor.accept();
    await settled();
    session.hearKeys('12');
    expect(session.instruct('The shop closes at six.', false)).toBe(false);
    expect(vendor.told).toEqual(['[pressed 12]', 'The shop closes at six.']);
  });
}

function interruptionContract(bench: () => Bench): void {
  it('tells nothing more of a reply that was interrupted, and the next one under a number of its own', async () => {
    const { vendor, told, clock, soundOf } = bench();
    vendor.accept();
    await settled();
    vendor.reply('I was going to say something long.');
    vendor.sound(tone(1600));
    vendor.interrupt();
    const cutAt = told.findIndex((event) => event.type === 'interrupted');
    expect(cutAt).toBeGreaterThan(-1);
    vendor.sound(tone(160, 9));
    clock.advance(2000);
    expect(told.slice(cutAt).filter((event) => 'reply' in event)).toEqual([]);
    vendor.personSaid('Stop.');
    vendor.reply('Fine.');
    vendor.sound(tone(320, 50));
    vendor.finish();
    clock.advance(2000);
    expect(soundOf(1)).toEqual([...tone(1600)]);
    expect(soundOf(2)).toEqual([...tone(320, 50)]);
  });

  it('may be told what was heard of a reply, of which nothing came, and of one that never was', async () => {
    const { session, vendor, failures } = bench();
    vendor.accept();
    await settled();
    vendor.reply('Good morning.');
    vendor.sound(tone(1600));
    vendor.interrupt();
    session.heard(1, 100);
    session.heard(1, 1_000_000);
    session.heard(7, 0);
    expect(failures()).toEqual([]);
  });
}

function endingContract(bench: () => Bench): void {
  it.each([
    [401, 'vendor/refused'],
    [403, 'vendor/refused'],
    [404, 'vendor/refused'],
    [429, 'vendor/busy'],
    [500, 'vendor/unavailable'],
  ])('fails once when it is answered with %i: %s', async (status, code) => {
    const { vendor, failures, types, expectNothingLeft } = bench();
    vendor.refuse(status, `the key ${apiKey} will not do`);
    await settled();
    expect(failures()).toMatchObject([{ code }]);
    expect(failures()[0]?.message).not.toContain(apiKey);
    expect(types()).toEqual(['failed']);
    await expectNothingLeft();
  });

  it('fails when nobody answers in time', async () => {
    const { clock, failures, expectNothingLeft } = bench();
    clock.advance(5000);
    await settled();
    expect(failures()).toMatchObject([{ code: 'vendor/timeout' }]);
    await expectNothingLeft();
  });

  it('fails once, as the last it tells, when the connection is cut in the middle of a reply', async () => {
    const { session, vendor, told, failures, expectNothingLeft } = bench();
    vendor.accept();
    await settled();
    vendor.reply('Good');
    vendor.sound(tone(160));
    vendor.cut();
    await settled();
    session.hear(tone(160));
    expect(session.instruct('Hello?', true)).toBe(false);
    session.hearKeys('1');
    session.say('Hello?');
    expect(failures()).toHaveLength(1);
    expect(failures()[0]?.retryable).toBe(true);
    expect(told.at(-1)?.type).toBe('failed');
    await expectNothingLeft();
  });

  it('survives what makes no sense, or fails in order', async () => {
    const { vendor, failures, soundOf } = bench();
    vendor.accept();
    await settled();
    vendor.sendNonsense();
    vendor.reply('Good morning.');
    vendor.sound(tone(160));
    if (failures().length > 0) expect(failures()).toMatchObject([{ code: 'vendor/broken-stream' }]);
    else expect(soundOf(1)).toEqual([...tone(160)]);
  });

  it('fails at one message that is far too large', async () => {
    const { vendor, failures, expectNothingLeft } = bench();
    vendor.accept();
    await settled();
    vendor.sendTooMuch();
    expect(failures()).toMatchObject([{ code: 'vendor/broken-stream' }]);
    await expectNothingLeft();
  });

  it.each(['before it is there', 'in the middle of a reply'])('leaves nothing when it is closed %s', async (when) => {
    const { session, vendor, told, expectNothingLeft } = bench();
    if (when !== 'before it is there') {
      vendor.accept();
      await settled();
      vendor.reply('Good');
      vendor.sound(tone(160));
    }
    const before = told.length;
    session.close();
    vendor.sound(tone(160));
    session.hear(tone(160));
    session.close();
    await expectNothingLeft();
    expect(told).toHaveLength(before);
  });
}
