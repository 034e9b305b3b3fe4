/** A whole call in virtual time: a simulated phone, person and vendors, and between them our own engines and providers. */
import { type Assistant, defaultAssistant, type Engine } from '../../src/assistant/assistant.ts';
import { hangUp } from '../../src/assistant/tools/hang-up.ts';
import { createIds } from '../../src/base/ids.ts';
import { silentLogger } from '../../src/base/log.ts';
import { createSeededRandom } from '../../src/base/random.ts';
import { awaitStart } from '../../src/call/answer/await-start.ts';
import { type CallOnLine, conductLine } from '../../src/call/converse/conduct-line.ts';
import type { Conversation } from '../../src/call/converse/conversation.ts';
import { createHistory } from '../../src/call/converse/history.ts';
import { createPacer } from '../../src/call/converse/media/pacer.ts';
import { conductRelay } from '../../src/call/converse/relay.ts';
import { spareApology } from '../../src/call/converse/spare-apology.ts';
import { usualAttentionPolicy } from '../../src/call/converse/turn/attention-policy.ts';
import { defaultTurnPolicy } from '../../src/call/converse/turn/turn-policy.ts';
import type { TurnEnding } from '../../src/call/converse/turn/turn-state.ts';
import type { LineEngineName } from '../../src/call/speech-vendors.ts';
import { createMemoryRecord, type MemoryRecord } from '../../src/call/testing/memory-record.ts';
import { createTestLedger } from '../../src/call/testing/test-ledger.ts';
import type { TextSocket } from '../../src/call/text-socket.ts';
import type { LanguageModel } from '../../src/ports/language-model.ts';
import type { Telemetry } from '../../src/ports/telemetry.ts';
import { mediaCodec } from '../../src/providers/twilio/media-codec.ts';
import { relayCodec } from '../../src/providers/twilio/relay-codec.ts';
import { writeTwiml } from '../../src/providers/twilio/twiml.ts';
import type { SimulatedCallRecord } from '../../src/simulator/call-record.ts';
import type { ApplicationSocket, ApplicationSocketEvents } from '../../src/simulator/in-process-outside.ts';
import type { WebhookResponse } from '../../src/simulator/outside.ts';
import { streamTwiml } from '../../src/simulator/testing/stream-application.ts';
import { createVirtualNetwork, noContent, twiml } from '../../src/simulator/testing/virtual-network.ts';
import type { SpeechVendors as Box } from '../../src/simulator/vendors/create-speech-vendors.ts';
import { createVirtualTime, type VirtualTime } from './virtual-time.ts';
import { type Answer, createVirtualSpeech, type EarsName, type MouthName } from './virtual-vendors.ts';

export interface VirtualCallOptions {
  seed: number;
  /** The script of who answers. */
  person: string;
  /** In the order in which they are tried; a relay has no other beside it. */
  engines: readonly [Engine, ...LineEngineName[]];
  answer: Answer;
  greeting?: string | null;
  ears?: readonly EarsName[];
  mouths?: readonly MouthName[];
  assistant?: Partial<Assistant>;
  /** How long the agent's vendor lets a conversation last; its own usual limit when absent. */
  agentMaxDurationMs?: number;
  /** Whether sound is left to say sorry with when no vendor is; default true. */
  hasSpareApology?: boolean;
  /** The record of what was said; one of its own unless told. */
  record?: MemoryRecord;
}

export interface VirtualCall {
  time: VirtualTime;
  /** The vendors: their faults, and their sessions. */
  box: Box;
  /** What the person heard and said, as it really was. */
  truth(): SimulatedCallRecord;
  /** What we took down. */
  record: MemoryRecord;
  /** How the conversation ended; null before that. */
  ending(): TurnEnding | null;
  conversation(): Conversation | null;
  counts: { real: number; false: number; failures: string[] };
  /** Lets time pass until the call is over, but not longer than this. */
  finish(mostMs: number): Promise<void>;
  /** Stops the phone network, and gives what is left of the call that should not be. */
  leftOver(): Promise<{ timers: number; sockets: number }>;
}

const policy = defaultTurnPolicy;

export async function startVirtualCall(options: VirtualCallOptions): Promise<VirtualCall> {
  const time = createVirtualTime();
  const record = options.record ?? createMemoryRecord();
  const { box, speech, model } = createVirtualSpeech(time, {
    ...{ seed: options.seed, answer: options.answer },
    ears: options.ears ?? ['flux'],
    mouths: options.mouths ?? ['elevenlabs'],
    ...(options.agentMaxDurationMs ? { agentMaxDurationMs: options.agentMaxDurationMs } : {}),
  });
  const counts: VirtualCall['counts'] = { real: 0, false: 0, failures: [] };
  const telemetry: Telemetry = {
    bargeIn(kind) {
      counts[kind] += 1;
    },
    vendorFailed: ({ kind, vendor, code }) => void counts.failures.push(`${kind} ${vendor} ${code}`),
    pacerLate() {},
  };
  let ending: TurnEnding | null = null;
  let conversation: Conversation | null = null;
  const pacer = createPacer(time);
  const lineParts = {
    ...{ clock: time, speech, model, telemetry, pacer, codec: mediaCodec, policy, attention: usualAttentionPolicy },
    spareApology: options.hasSpareApology === false ? null : spareApology,
  };
  const isRelay = options.engines[0] === 'relay';
  const hold = async (socket: TextSocket) => {
    const call = toCall(options);
    const history = createHistory({
      ...{ callId: call.id, clientId: null, record, clock: time, earlier: [] },
      newId: createIds(time, createSeededRandom(options.seed)),
      charactersPerSecond: policy.charactersPerSecond,
    });
    const kept = {
      ...{ log: silentLogger, record, history, ledger: createTestLedger(time, { record, history }) },
      maxDurationMs: (call.assistant as Assistant).max_duration_seconds * 1000,
    };
    const held = isRelay
      ? holdRelay({ ...kept, call, socket, clock: time, model, carrierSid: sid })
      : await holdLine(lineParts, { ...kept, call, socket });
    if (!held) return;
    conversation = held;
    ending = await held.over;
  };
  const application = {
    webhook({ url }: { url: string }) {
      // When a relay's session is over the carrier asks what to do next: nothing.
      if (url.includes('/after')) return twiml('');
      if (!url.includes('/voice')) return noContent;
      return isRelay ? relayDocument() : twiml(streamTwiml());
    },
    socket(_request: unknown, socket: ApplicationSocket) {
      const { events, text } = toTextSocket(socket);
      void hold(text);
      return events;
    },
  };
  const { network, call } = createVirtualNetwork(application, options.person, {
    clock: time,
    random: createSeededRandom(options.seed),
  });
  const sid = await call();
  const truth = () => {
    const found = network.find(sid);
    if (!found) throw new Error('the call is not there');
    return found.record;
  };
  return {
    ...{ time, box, truth, record, counts },
    ending: () => ending,
    conversation: () => conversation,
    finish: (mostMs) => time.run(mostMs, () => truth().endedAtMs !== null && (ending !== null || !conversation)),
    async leftOver() {
      // A vendor may take a moment to see that we are gone; nothing else may still run.
      await time.run(20);
      network.stop();
      await time.run(0);
      return { timers: time.pendingTimers, sockets: box.sessions().filter(({ end }) => end === null).length };
    },
  };
}

/** What the product tells the carrier of a call on a relay. */
const relayDocument = (): WebhookResponse => {
  const relay = { type: 'converse-by-relay', socketPath: '/relay', afterPath: '/after' } as const;
  const rest = { parameters: {}, language: 'en-US', voice: null };
  const body = writeTwiml([{ ...relay, ...rest }], { publicUrl: 'https://app.test', log: silentLogger });
  return { status: 200, headers: { 'content-type': 'text/xml' }, body };
};

interface Held {
  call: CallOnLine;
  socket: TextSocket;
  log: typeof silentLogger;
  record: MemoryRecord;
  history: ReturnType<typeof createHistory>;
  ledger: ReturnType<typeof createTestLedger>;
  maxDurationMs: number;
}

async function holdLine(
  parts: Parameters<typeof conductLine>[0],
  { call, socket, ...kept }: Held,
): Promise<Conversation | null> {
  const stream = await awaitStart({ socket, codec: mediaCodec, clock: parts.clock });
  if (!stream) return null;
  return conductLine(parts, {
    ...{ call, stream, number: 1, tools: [hangUp], recorder: null, back: null },
    session: {
      ...{ ...kept, logSeqOf: { turn: 0, attention: 0, bridge: 0, pickup: 0 }, endCall: async () => null },
      pickup: { hear: () => {}, attach: () => {}, close: async () => {} },
    },
  });
}

function holdRelay(parts: Held & { clock: VirtualTime; model: LanguageModel; carrierSid: string }): Conversation {
  const { call, model, ledger, ...kept } = parts;
  const context = { callId: call.id, clientId: null, personNumber: call.to_number };
  return conductRelay({
    ...{ ...kept, callId: call.id, codec: relayCodec, policy, logSeq: 0, resumed: false },
    reply: { model, tools: [hangUp], context, ledger },
    instructions: [{ role: 'system', content: 'You are an assistant.' }],
    greeting: call.welcome_message,
    onEnding: async () => null,
    hearFarEnd: () => {},
  });
}

function toCall({ assistant, engines, greeting = null }: VirtualCallOptions): CallOnLine {
  const [engine, ...fallback_engines]: readonly Engine[] = engines;
  const speaking: Assistant = { ...defaultAssistant, engine, fallback_engines, ...assistant };
  return {
    ...{ id: 'call_1', client_id: null, direction: 'outbound', from_number: '+15005550006' },
    ...{ to_number: '+15005550100', assistant: speaking, welcome_message: greeting, agenda: null },
    ...{ parameters: {}, metadata: {} },
  } as CallOnLine;
}

/** Frames that nobody listens to yet wait. */
function toTextSocket(socket: ApplicationSocket): { events: ApplicationSocketEvents; text: TextSocket } {
  const early: string[] = [];
  let hear: (frame: string) => void = (frame) => early.push(frame);
  let hearClose: (clean: boolean) => void = () => {};
  return {
    events: { message: (frame) => hear(frame), closed: (code) => hearClose(code === 1000) },
    text: {
      send: (frame) => socket.send(frame),
      close: (code, reason) => socket.close(code, reason),
      onFrame(listener) {
        hear = listener;
        for (const frame of early.splice(0)) listener(frame);
      },
      onClose(listener) {
        hearClose = listener;
      },
    },
  };
}
