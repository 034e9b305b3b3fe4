import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hangUp } from '../../assistant/tools/hang-up.ts';
import type { Tool } from '../../assistant/tools/tool.ts';
import { mulawSilence } from '../../audio/mulaw.ts';
import { createIds } from '../../base/ids.ts';
import { silentLogger } from '../../base/log.ts';
import { createSeededRandom } from '../../base/random.ts';
import { noTelemetry } from '../../ports/telemetry.ts';
import { VendorFailed } from '../../ports/vendor-failed.ts';
import { createFakeAgent } from '../testing/fake-agent.ts';
import { settled } from '../testing/fake-model.ts';
import { createFakeMouths } from '../testing/fake-speech.ts';
import { createMemoryRecord } from '../testing/memory-record.ts';
import { createTestLedger } from '../testing/test-ledger.ts';
import type { BridgeParts } from './bridge/bridge-parts.ts';
import { defaultBridgePolicy } from './bridge/bridge-state.ts';
import { conductBridge } from './bridge.ts';
import { createHistory } from './history.ts';
import { startLine } from './media/testing/start-line.ts';
import { handedBackWords, instructedEvent, toModelWords } from './told-meanwhile.ts';
import type { TurnEnding } from './turn/turn-state.ts';

const policy = defaultBridgePolicy;
const findSlot: Tool = {
  definition: { name: 'find_slot', description: '', parameters: {} },
  run: async (context, values) => ({ content: `${context.callId} ${JSON.stringify(values)}`, endsCall: null }),
};
const neverDone: Tool = {
  definition: { name: 'never_done', description: '', parameters: {} },
  run: () => new Promise(() => {}),
};

function start(options: Partial<BridgeParts> & { canSay?: boolean; takenOver?: boolean } = {}) {
  const { clock, carrier, line, hooks } = startLine({ latencyMs: 20 });
  const agent = createFakeAgent({ canSay: options.canSay ?? true });
  const record = createMemoryRecord();
  const about = { callId: 'call_1', clientId: null };
  const newId = createIds(clock, createSeededRandom(1));
  const history = createHistory({ ...about, record, clock, newId, earlier: [], charactersPerSecond: 15 });
  const endings: TurnEnding[] = [];
  const failures: { code: string; personWaits: boolean }[] = [];
  const engine = conductBridge({
    ...{ callId: 'call_1', line, agent, clock, log: silentLogger, telemetry: noTelemetry, policy, history, record },
    request: {
      ...{ greeting: null, personSpeaksFirst: false, language: 'en-US', voice: null, agentId: null },
      dynamicVariables: {},
    },
    ...{ hearsAgain: false, personSpeaks: false },
    instructions: [{ role: 'system', content: 'Be polite.' }],
    tools: {
      ...{ tools: [hangUp, findSlot, neverDone], context: { ...about, personNumber: '+15550101' } },
      ledger: createTestLedger(clock, { record, history }),
    },
    ...{ fillerVoice: null, logSeq: 0, firstUtterance: 1, maxDurationMs: 600_000, spareApology: null },
    onEnding: async (ending) => void endings.push(ending),
    onFailed(error, personWaits) {
      failures.push({ code: error.code, personWaits });
      return options.takenOver ?? false;
    },
    ...options,
  });
  hooks.on = engine.hear;
  let ended: TurnEnding | null = null;
  void engine.conversation.over.then((ending) => {
    ended = ending;
  });
  const turns = () => record.turns().map((turn) => `${turn.speaker}: ${turn.heard_text}`);
  const { conversation } = engine;
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= 100) {
      clock.advance(Math.min(left, 100));
      await settled();
    }
  };
  return {
    ...{ clock, carrier, line, agent, engine, record, history, endings, failures, conversation, turns, pass },
    over: () => ended,
  };
}

const greeted = async (options: Parameters<typeof start>[0] = {}) => {
  const talk = start(options);
  talk.agent.tell({ type: 'ready' });
  talk.agent.reply(1, 'Good morning Sarah.');
  await talk.pass(1000);
  return talk;
};

describe('a bridged conversation', () => {
  it('asks the agent in with what it should know and may do, and passes the sound of both through', async () => {
    const { agent, carrier } = await greeted();
    expect(agent.request.messages).toEqual([{ role: 'system', content: 'Be polite.' }]);
    expect(agent.request.tools.map(({ name }) => name)).toEqual(['hang_up', 'find_slot', 'never_done']);
    carrier.hear(new Uint8Array(160).fill(0xff));
    expect(agent.heardBytes).toBe(160);
    expect(Buffer.concat(carrier.played.map(({ sound }) => sound)).every((byte) => byte === 0x41)).toBe(true);
    expect(carrier.played.reduce((ms, { sound }) => ms + sound.length / 8, 0)).toBe(600);
  });

  it('writes down what was heard, and what the person said before the reply to it, even if told later', async () => {
    const { agent, turns, pass, record } = await greeted();
    agent.tell({ type: 'person-speaking', speaking: true }, { type: 'person-speaking', speaking: false });
    agent.reply(2, 'Fine, thanks.');
    await pass(100);
    expect(turns()).toEqual(['assistant: Good morning Sarah.']);
    agent.tell({ type: 'person-said', text: 'How are you?' });
    await pass(900);
    expect(turns()).toEqual(['assistant: Good morning Sarah.', 'person: How are you?', 'assistant: Fine, thanks.']);
    const sources = record.turns().map((turn) => [turn.heard_source, turn.interrupted]);
    expect(sources).toEqual([
      ['confirmed', false],
      ['said', false],
      ['confirmed', false],
    ]);
  });

  it('fills a long wait in another voice, which is noted as said and as no word of the agent', async () => {
    const mouths = createFakeMouths();
    const fillerVoice = { maker: mouths, language: 'en-US', voice: null };
    const { agent, turns, pass, record } = await greeted({ fillerVoice });
    agent.tell({ type: 'person-said', text: 'When is it due?' });
    await pass(policy.fillerAfterMs + 900);
    expect(turns().slice(1)).toEqual(['person: When is it due?', `assistant: ${policy.filler.trim()}`]);
    agent.reply(2, 'In May.');
    await pass(900);
    expect(turns().slice(3)).toEqual(['assistant: In May.']);
    expect(record.turns().every(({ interrupted }) => !interrupted)).toBe(true);
    expect(agent.acts).toEqual([]);
    expect(mouths.said).toEqual([policy.filler]);
  });

  it('stops filling when the person goes on, and keeps what was heard of the filler', async () => {
    const fillerVoice = { maker: createFakeMouths(), language: 'en-US', voice: null };
    const { agent, conversation, turns, pass, failures, clock, over } = await greeted({ fillerVoice });
    agent.tell({ type: 'person-said', text: 'When is it due?' });
    await pass(policy.fillerAfterMs - 100);
    agent.tell({ type: 'interrupted' });
    await pass(100);
    expect(turns().at(-1)).toMatch(/^assistant: One/);
    expect(turns().at(-1)).not.toContain('please');
    conversation.disconnected(true);
    // The carrier's own timers run out; none of ours is left behind them.
    await pass(1000);
    expect([failures, over()?.reason, clock.pendingTimers]).toEqual([[], 'person_hung_up', 0]);
  });

  it('cuts a reply at the last word that was heard, tells the agent where, and sends nothing of it any more', async () => {
    const { agent, carrier, turns, pass } = await greeted();
    agent.reply(2, 'One two three four five six.');
    await pass(500);
    agent.tell({ type: 'person-speaking', speaking: true }, { type: 'interrupted' });
    await pass(100);
    const frames = carrier.sent.length;
    agent.tell({ type: 'sound', reply: 2, sound: new Uint8Array(1600) });
    await pass(500);
    expect(carrier.sent).toHaveLength(frames);
    expect(carrier.sent.at(-1)).toMatchObject({ type: 'clear' });
    expect(turns().at(-1)).toBe('assistant: One two');
    expect(agent.acts).toEqual([{ heard: 2, heardMs: 400 }]);
  });

  it('plays one reply after another, however early the second comes', async () => {
    const { agent, carrier, turns, pass } = await greeted();
    agent.reply(2, 'Let me see.');
    agent.reply(3, 'At ten.');
    await pass(1200);
    const bytes = carrier.played.map(({ sound }) => sound[0]);
    expect(bytes).toEqual(bytes.toSorted());
    expect(turns().slice(1)).toEqual(['assistant: Let me see.', 'assistant: At ten.']);
  });

  it('takes nothing as spoken that still waits behind a reply that was played', async () => {
    const { agent, pass, turns } = await greeted();
    agent.reply(2, 'Well.');
    agent.tell(
      { type: 'text', reply: 3, text: 'A long story' },
      { type: 'sound', reply: 3, sound: new Uint8Array(80_000) },
    );
    agent.tell({ type: 'reply-over', reply: 3 });
    await pass(9000);
    expect(turns().slice(1)).toEqual(['assistant: Well.', 'assistant: null']);
    await pass(2000);
    expect(turns().slice(1)).toEqual(['assistant: Well.', 'assistant: A long story']);
  });

  it('listens once all is heard, also when the last reply had words and no sound', async () => {
    const { agent, pass, turns } = await greeted();
    agent.tell({ type: 'text', reply: 2, text: 'Well.' }, { type: 'sound', reply: 2, sound: new Uint8Array(1600) });
    agent.tell({ type: 'reply-over', reply: 2 }, { type: 'text', reply: 3, text: 'Hm.' });
    await pass(400);
    agent.tell({ type: 'reply-over', reply: 3 });
    await pass(policy.silenceMs - 500);
    expect(agent.acts).toEqual([]);
    await pass(800);
    expect(agent.acts).toEqual([{ say: policy.nudges[0] }]);
    expect(turns().slice(1)).toEqual(['assistant: Well.', 'assistant: ']);
  });

  it('runs the assistant’s tools for this call, and answers the agent', async () => {
    const { agent, pass } = await greeted();
    agent.tell({ type: 'person-said', text: 'When?' });
    agent.tell({ type: 'tool-called', call: { id: 'a', name: 'find_slot', argumentsJson: '{"callId":"call_9"}' } });
    agent.tell({ type: 'tool-called', call: { id: 'b', name: 'no_such_tool', argumentsJson: '' } });
    await pass(100);
    expect(agent.acts).toEqual([
      { result: { id: 'a', content: 'call_1 {"callId":"call_9"}', failed: false } },
      { result: { id: 'b', content: 'There is no such tool.', failed: true } },
    ]);
  });

  it('does not wait for a tool for ever', async () => {
    const { agent, clock } = await greeted();
    agent.tell({ type: 'tool-called', call: { id: 'a', name: 'never_done', argumentsJson: '{}' } });
    clock.advance(policy.toolMs);
    await settled();
    expect(agent.acts).toEqual([{ result: { id: 'a', content: 'The tool did not answer in time.', failed: true } }]);
  });

  it('hangs up once the goodbye was heard', async () => {
    const { agent, endings, pass, over, clock, carrier, turns } = await greeted();
    agent.tell({ type: 'text', reply: 2, text: 'Goodbye.' });
    agent.tell({ type: 'sound', reply: 2, sound: new Uint8Array(8000) });
    agent.tell({ type: 'tool-called', call: { id: 'a', name: 'hang_up', argumentsJson: '{}' } });
    agent.tell({ type: 'reply-over', reply: 2 });
    await pass(900);
    expect(endings).toEqual([]);
    await pass(300);
    expect(endings).toEqual([{ reason: 'assistant_hung_up', by: 'assistant' }]);
    expect(over()).toEqual(endings[0]);
    expect(turns().at(-1)).toBe('assistant: Goodbye.');
    expect(agent.acts).toEqual([]);
    expect(agent.isClosed).toBe(true);
    expect(carrier.closedByUs).toMatchObject({ code: 1000 });
    expect(clock.pendingTimers).toBe(0);
  });

  it('tells the agent of pressed keys once there are no more, and cuts what it was saying', async () => {
    const { agent, carrier, turns, pass } = await greeted();
    carrier.say({ type: 'key', digit: '4' });
    carrier.say({ type: 'key', digit: '2' });
    await pass(policy.keysMs);
    expect(agent.acts).toEqual([{ keys: '42' }]);
    expect(turns().at(-1)).toBe('person: [pressed 42]');
  });

  it('has the agent say what we want said, where it can be told', async () => {
    const { agent, conversation } = await greeted();
    expect(conversation.say('One more thing.')).toBe(true);
    expect(agent.acts).toEqual([{ say: 'One more thing.' }]);
    expect((await greeted({ canSay: false })).conversation.say('One more thing.')).toBe(false);
    expect(start().conversation.say('Too early.')).toBe(false);
  });

  it('is given an instruction, and speaks because of it where it can be told to', async () => {
    const instruction = { text: 'Be brief.', by: 'user:user_1', respond: true };
    const { agent, conversation, record } = await greeted();
    expect(conversation.instruct(instruction)).toBe(true);
    expect(agent.acts).toEqual([{ instruct: toModelWords('Be brief.'), respond: true }]);
    const unable = await greeted({ canSay: false });
    expect(unable.conversation.instruct(instruction)).toBe(true);
    const [told, notTold] = [record, unable.record].map(({ events }) =>
      JSON.parse(String(events.find(({ type }) => type === instructedEvent)?.data)),
    );
    expect([told.answers_at_once, notTold.answers_at_once]).toEqual([true, false]);
    expect(start().conversation.instruct(instruction)).toBe(false);
  });

  it('is silent and hears nothing while somebody else speaks, and then goes on', async () => {
    const { agent, carrier, engine, line, pass, turns, conversation } = await greeted();
    let heard: readonly number[] = [];
    agent.onSound = (sound) => {
      heard = [...sound];
    };
    agent.reply(2, 'I was about to say');
    await pass(300);
    expect(engine.silence()).toBe(true);
    expect(line.isPlaying).toBe(false);
    await pass(100);
    const played = carrier.played.length;
    agent.reply(3, 'Something nobody hears.');
    agent.tell({ type: 'text', reply: 4, text: 'Half of it ' });
    carrier.hear(new Uint8Array(160).fill(0x10));
    await pass(60_000);
    expect(carrier.played).toHaveLength(played);
    expect(new Set(heard)).toEqual(new Set([mulawSilence]));
    expect(conversation.say('Not now.')).toBe(false);
    expect(conversation.instruct({ text: 'Be brief.', by: 'user:user_1', respond: false })).toBe(true);
    engine.resume();
    expect(agent.acts.at(-1)).toEqual({ instruct: handedBackWords, respond: true });
    agent.tell({ type: 'sound', reply: 4, sound: new Uint8Array(800) }, { type: 'reply-over', reply: 4 });
    agent.reply(5, 'Back again.');
    await pass(1000);
    expect(turns().slice(1)).toEqual(['assistant: I', 'assistant: Back again.']);
  });

  it('ends when whoever spoke in its place is gone for minutes without a word', async () => {
    const { engine, pass, over } = await greeted({ maxDurationMs: 10 * policy.heldMs });
    engine.silence();
    await pass(policy.heldMs - 1000);
    engine.silence();
    await pass(2000);
    expect(over()).toBeNull();
    await pass(policy.heldMs);
    expect(over()).toMatchObject({ reason: 'silence' });
  });

  it('makes room for the next engine when it fails while somebody else speaks', async () => {
    const { agent, engine, failures } = await greeted({ takenOver: true });
    engine.silence();
    agent.tell({ type: 'failed', error: new VendorFailed('acme', 'vendor/unavailable', 'gone') });
    expect(failures).toEqual([{ code: 'vendor/unavailable', personWaits: false }]);
  });

  it('says that the time is up, and ends', async () => {
    const { agent, pass, over, clock } = await greeted({ maxDurationMs: 3000 });
    await pass(2000);
    expect(agent.acts).toEqual([{ say: policy.outOfTime }]);
    agent.reply(2, policy.outOfTime, 50);
    await pass(3000);
    expect(over()).toEqual({ reason: 'max_duration', by: 'server' });
    expect(clock.pendingTimers).toBe(0);
  });

  it('is over when the person hangs up, with all that was heard, and no timer left', async () => {
    const { agent, carrier, pass, over, clock, turns, endings } = await greeted();
    agent.reply(2, 'One two three four.');
    await pass(500);
    carrier.close(true);
    await settled();
    expect(over()).toEqual({ reason: 'person_hung_up', by: 'person' });
    expect(turns().at(-1)).toBe('assistant: One two');
    expect(endings).toEqual([]);
    expect(agent.isClosed).toBe(true);
    // The carrier's own timers run out; none of ours is left behind them.
    clock.advance(1000);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('an agent that fails', () => {
  const error = new VendorFailed('acme', 'vendor/unavailable', 'gone');

  it('leaves an open and silent line to the next engine, with everything written down', async () => {
    const { agent, carrier, failures, over, turns, pass, clock } = await greeted({ takenOver: true });
    agent.tell({ type: 'person-speaking', speaking: true }, { type: 'person-speaking', speaking: false });
    agent.tell({ type: 'failed', error });
    await pass(100);
    expect(failures).toEqual([{ code: 'vendor/unavailable', personWaits: true }]);
    expect(turns()).toEqual(['assistant: Good morning Sarah.']);
    expect(carrier.closedByUs).toBeNull();
    expect(over()).toBeNull();
    expect(clock.pendingTimers).toBe(0);
  });

  it('ends the call where nobody takes over, with regret where there is some', async () => {
    const silent = await greeted();
    silent.agent.tell({ type: 'failed', error });
    await silent.pass(100);
    expect(silent.over()).toEqual({ reason: 'assistant_failed', by: 'server' });
    const sorry = await greeted({ spareApology: new Uint8Array(8000).fill(0x33) });
    sorry.agent.tell({ type: 'failed', error });
    await sorry.pass(900);
    expect(sorry.over()).toBeNull();
    await sorry.pass(300);
    expect(sorry.over()).toEqual({ reason: 'assistant_failed', by: 'server' });
    expect(sorry.carrier.played.at(-1)?.sound[0]).toBe(0x33);
    expect(silent.clock.pendingTimers + sorry.clock.pendingTimers).toBe(0);
  });

  it('in the middle of a reply is noticed within four seconds of silence', async () => {
    const { agent, failures, pass } = await greeted({ takenOver: true });
    agent.tell(
      { type: 'text', reply: 2, text: 'I was about' },
      { type: 'sound', reply: 2, sound: new Uint8Array(8000) },
    );
    await pass(1000 + policy.owedMs);
    expect(failures).toEqual([{ code: 'vendor/timeout', personWaits: true }]);
  });

  it('and hears nothing any more is noticed within four seconds of the person’s last sound', async () => {
    const { carrier, failures, pass, clock } = await greeted({ takenOver: true });
    const loud = (at: number) => (at % 2 === 0 ? 0x00 : 0x80);
    for (let frame = 0; frame < 60; frame += 1) {
      carrier.hear(
        Uint8Array.from({ length: 160 }, (_, at) => loud(Math.floor(at / 8))),
        1000 + frame * 20,
      );
      clock.advance(20);
    }
    const startedAt = clock.monotonicMs();
    for (let frame = 60; failures.length === 0 && frame < 500; frame += 1) {
      carrier.hear(new Uint8Array(160).fill(0xff), 1000 + frame * 20);
      clock.advance(20);
    }
    await pass(20);
    expect(failures).toEqual([{ code: 'vendor/timeout', personWaits: true }]);
    expect(clock.monotonicMs() - startedAt).toBeLessThanOrEqual(4000);
  });
});

describe('whenever the person interrupts', () => {
  it('the transcript holds exactly the words that were played whole', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 60, max: 400 }), async (atMs, wordMs) => {
        const { agent, carrier, record, clock } = start();
        agent.tell({ type: 'ready' });
        agent.reply(1, 'one two three four five six seven.', wordMs);
        clock.advance(atMs);
        agent.tell({ type: 'interrupted' });
        clock.advance(1000);
        await settled();
        const playedMs = carrier.played.reduce((ms, { sound }) => ms + sound.length / 8, 0);
        const words = (record.turns()[0]?.heard_text ?? '').split(' ').filter((word) => word !== '').length;
        expect(words).toBeLessThanOrEqual(Math.floor(playedMs / wordMs));
        // A mark needs its time to come back, and one frame may end in the next word.
        expect(words).toBeGreaterThanOrEqual(Math.min(Math.floor((playedMs - 60) / wordMs), 7));
      }),
      { numRuns: 200 },
    );
  });
});
