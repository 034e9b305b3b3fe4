/** Holds a conversation on one line of sound, by one engine after another until one lasts; it needs no store. */
import type { Assistant } from '../../assistant/assistant.ts';
import type { Tool } from '../../assistant/tools/tool.ts';
import type { Clock } from '../../base/clock.ts';
import type { MediaCodec } from '../../ports/carrier.ts';
import type { LanguageModel } from '../../ports/language-model.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { CallRow } from '../../store/calls.ts';
import type { SessionTools } from '../join-session.ts';
import type { Duties } from '../line-rules/duties.ts';
import { agentIdFor, enginesFor, type LineEngineName, type SpeechVendors, voiceFor } from '../speech-vendors.ts';
import type { TextSocket } from '../text-socket.ts';
import { announceFirst } from './announce-first.ts';
import type { BridgeParts } from './bridge/bridge-parts.ts';
import { defaultBridgePolicy } from './bridge/bridge-state.ts';
import { conductBridge } from './bridge.ts';
import { conductCascade, type LineEngine } from './cascade.ts';
import type { Conversation } from './conversation.ts';
import { createLineTelling, type HearFarEnd, overheard } from './far-end.ts';
import { toInstructions } from './instructions.ts';
import { createAudioLine } from './media/audio-line.ts';
import type { CallRecorder } from './media/call-recorder.ts';
import type { Pacer } from './media/pacer.ts';
import { countFor, meterAgent, meterEars, meterModel, meterMouth } from './meter-vendors.ts';
import { sayFirst, wordsBeforeOwn } from './say-first.ts';
import { superviseLine } from './supervise-line.ts';
import type { AttentionPolicy } from './turn/attention-state.ts';
import { spokenLanguageOf } from './turn/spoken-language.ts';
import type { TurnPolicy } from './turn/turn-policy.ts';
import { inLanguage } from './turn/turn-texts.ts';
import { keepUntold, UntoldSound } from './untold-sound.ts';

export interface LineParts {
  clock: Clock;
  speech: SpeechVendors;
  model: LanguageModel;
  telemetry: Telemetry;
  pacer: Pacer;
  codec: MediaCodec;
  policy: TurnPolicy;
  attention: AttentionPolicy;
  /** Words of regret, for when nobody is left who could speak them. */
  spareApology: Uint8Array | null;
}

/** How long a voice may leave us without sound that it owes. */
const soundMs = 1500;
/** Vendors end conversations that last long: an engine that went well for this long is begun anew, and goes on. */
const wentWellMs = 5 * 60_000;
/** The next engine's utterances and log entries are numbered from the next multiple on. */
const numbersPerEngine = 100_000;

export interface LineTalk {
  call: CallOnLine;
  stream: { streamSid: string; socket: TextSocket };
  /** 1 for the first session of a call. */
  number: number;
  session: Omit<SessionTools, 'earlier'>;
  /** What the assistant may do besides speaking. */
  tools: readonly Tool[];
  recorder: CallRecorder | null;
  /** What the assistant says that has the person back from a colleague; null: nothing like that. */
  back: string | null;
}

/** What of a call its conversation needs to know. */
export type CallOnLine = Pick<CallRow, 'id' | 'client_id' | 'direction' | 'from_number' | 'to_number'> &
  Pick<CallRow, 'assistant' | 'welcome_message' | 'agenda' | 'parameters' | 'metadata' | 'line_rules'>;

/** One conversation to the outside, whichever engine holds it. */
export function conductLine(parts: LineParts, talk: LineTalk): Conversation {
  const { clock, speech } = parts;
  const { call, session, stream } = talk;
  const assistant = call.assistant as Assistant;
  const agentId = agentIdFor(speech, call.metadata);
  const names = enginesFor(speech, assistant, agentId);
  const untilMs = clock.monotonicMs() + session.maxDurationMs;
  const supervision = superviseLine(parts, talk, {
    line: () => line,
    // Who is not known to be a person is left to what the assistant was told to do about it.
    silence: () => !isHeld && (engine?.silence() ?? false),
    resume() {
      // It was for somebody else.
      untold.note('cleared');
      if (!isHeld) engine?.resume();
    },
  });
  /** Who speaks with a colleague is a person. */
  const hearFarEnd: HearFarEnd = (event) => {
    if (!supervision.isTakenOver || event.type === 'spoken') session.pickup.hear(event);
  };
  const tellOfLine = createLineTelling(hearFarEnd);
  const line = createAudioLine({
    ...{ callId: call.id, streamSid: stream.streamSid, socket: stream.socket, codec: parts.codec },
    ...{ clock, pacer: parts.pacer, log: session.log, recorder: supervision.tap },
    on(event) {
      tellOfLine(event);
      if (event.type === 'voice') untold.voice(event.active);
      engine?.hear(event);
    },
  });
  const { promise: over, resolve } = Promise.withResolvers<Awaited<Conversation['over']>>();
  const untold = new UntoldSound();
  let engine: LineEngine | null = null;
  let left = names;
  let begun = 0;
  let begunAtMs = Number.POSITIVE_INFINITY;
  let isHeld = false;
  /** Begins the next engine; false when there is none. `personWaits`: for an answer. */
  const beginNext = (personWaits: boolean): boolean => {
    const wentWell = clock.monotonicMs() - begunAtMs >= wentWellMs;
    if (begun > 0 && !wentWell) left = left.slice(1);
    const [name] = left;
    if (name === undefined) return false;
    begun += 1;
    begunAtMs = clock.monotonicMs();
    untold.note(supervision.isTakenOver ? 'cleared' : 'left');
    if (begun > 1) session.log.warn({ engine: name }, 'another engine takes the line over, or the same begins anew');
    const rest = { agentId, personWaits, untilMs, order: begun, onFailed: beginNext, hearFarEnd };
    const beginning = { parts, talk, line, untold, ...rest };
    const take = (next: LineEngine) => {
      engine = next;
      if (isHeld) next.conversation.hold();
      else if (supervision.isTakenOver) next.silence();
      void next.conversation.over.then((ending) =>
        // What an operator said last is stored with the rest.
        supervision.close(() => void session.record.flushed().then(() => resolve(ending))),
      );
    };
    const announcement = hasOwnFirstWords(name, call) ? announcementOf(talk) : null;
    if (announcement === null) take(begin(name, beginning));
    else take(announce(announcement, beginning, () => take(begin(name, { ...beginning, isAnnounced: true }))));
    return true;
  };
  if (!beginNext(talk.number > 1)) {
    session.log.error({ engine: assistant.engine }, 'no vendor of speech is configured for this assistant');
    line.close(1011, 'nobody can speak');
    supervision.close(() => resolve({ reason: 'assistant_failed', by: 'server' }));
  }
  return {
    say: (text, saying) => !supervision.isTakenOver && (engine?.conversation.say(text, saying) ?? false),
    instruct(instruction) {
      // Who has the call is not spoken over.
      const respond = instruction.respond && !supervision.isTakenOver;
      return engine?.conversation.instruct({ ...instruction, respond }) ?? false;
    },
    hold() {
      isHeld = true;
      return engine?.conversation.hold() ?? false;
    },
    goOn(greeting) {
      isHeld = false;
      if (!supervision.isTakenOver) engine?.conversation.goOn(greeting);
    },
    pressKeys: (digits) => engine?.conversation.pressKeys(digits) ?? false,
    end: (ending, farewell) => engine?.conversation.end(ending, farewell),
    disconnected: (clean) => engine?.conversation.disconnected(clean),
    ...{ audio: supervision.audio, over },
  };
}

interface Beginning {
  parts: LineParts;
  talk: LineTalk;
  line: ReturnType<typeof createAudioLine>;
  untold: UntoldSound;
  agentId: string | null;
  personWaits: boolean;
  /** 1 for the first engine on this line. */
  order: number;
  /** What must be said was said, and nothing else. */
  isAnnounced?: boolean;
  /** When the conversation ends by itself, on the monotonic clock. */
  untilMs: number;
  onFailed(personWaits: boolean): boolean;
  hearFarEnd: HearFarEnd;
}

function begin(name: LineEngineName, beginning: Beginning): LineEngine {
  const { parts, talk, line, untold, order } = beginning;
  const { call, session } = talk;
  const used = (order - 1) * numbersPerEngine;
  const { clock, policy, telemetry } = parts;
  const assistant = call.assistant as Assistant;
  const personNumber = call.direction === 'inbound' ? call.from_number : call.to_number;
  const { ledger } = session;
  const context = { callId: call.id, clientId: call.client_id, personNumber };
  const toolParts = { tools: talk.tools, context, ledger };
  const { language } = assistant;
  const count = countFor(session.record, call.id);
  const common = {
    ...{ callId: call.id, line, clock, log: session.log, telemetry, history: session.history, record: session.record },
    instructions: toInstructions(assistant, {
      customerPhone: personNumber,
      customParameters: call.parameters as Record<string, unknown>,
      agenda: call.agenda,
    }),
    // The first one of each engine is left to what is announced before it.
    firstUtterance: used + 2,
    maxDurationMs: Math.max(beginning.untilMs - clock.monotonicMs(), 0),
    spareApology: parts.spareApology,
    onEnding: session.endCall,
  };
  // Where nothing was said before, the greeting is still to come.
  const back = order === 1 ? talk.back : null;
  const isFresh = beginning.isAnnounced || session.history.messages().length === 0;
  const greeting = isFresh ? call.welcome_message : back;
  const personFirst = assistant.speaks_first === 'person' && order === 1 && talk.number === 1;
  // Words that are to be said first are not spoken into.
  if (greeting !== null && (name !== 'cascade' || assistant.speaks_first !== 'person')) untold.note('cleared');
  const hearsAgain = untold.isSpoken;
  if (name === 'cascade') {
    const mouths = parts.speech.mouthsFor(assistant);
    return conductCascade({
      ...common,
      ...{ untold, language, greeting, personFirst, soundMs },
      attention: { ...parts.attention, language: spokenLanguageOf(language) },
      ears: parts.speech.earsFor(assistant).map((ears) => meterEars(ears, count)),
      ...{ mouths: mouths.map((mouth) => meterMouth(mouth, count)), voice: voiceFor(assistant, mouths[0]?.name ?? '') },
      policy: { ...inLanguage(policy, language), silenceMs: assistant.silence_ms },
      reply: { ...toolParts, model: sayFirst(meterModel(parts.model, count), wordsBeforeOwn(call)) },
      logSeq: session.logSeqOf.turn + used,
      attentionLogSeq: session.logSeqOf.attention + used,
      resumed: back === null && (order > 1 || talk.number > 1),
      personWaits: beginning.personWaits,
      onFailed: beginning.onFailed,
      hearFarEnd: beginning.hearFarEnd,
    });
  }
  const agent = (name === 'agent-bridge' ? parts.speech.agent : parts.speech.speechToSpeech) as BridgeParts['agent'];
  const [mouth] = parts.speech.mouthsFor(assistant);
  return conductBridge({
    ...common,
    agent: keepUntold(overheard(meterAgent(agent, clock, count), beginning.hearFarEnd), untold),
    ...{ hearsAgain, personSpeaks: untold.isSpeaking },
    request: {
      ...{ greeting, language, voice: voiceFor(assistant, agent.name) },
      personSpeaksFirst: personFirst || (order > 1 && (!beginning.personWaits || hearsAgain)),
      agentId: name === 'agent-bridge' ? beginning.agentId : null,
      dynamicVariables: toDynamicVariables(call.parameters as Record<string, unknown>),
    },
    tools: toolParts,
    fillerVoice: mouth ? { maker: meterMouth(mouth, count), language, voice: voiceFor(assistant, mouth.name) } : null,
    policy: { ...inLanguage(defaultBridgePolicy, language), silenceMs: assistant.silence_ms },
    logSeq: session.logSeqOf.bridge + used,
    onFailed: (_error, personWaits) => beginning.onFailed(personWaits),
  });
}

/** An agent at a vendor always has, and a vendor's model that is given no greeting. */
const hasOwnFirstWords = (name: LineEngineName, call: CallOnLine) =>
  name === 'agent-bridge' || (name === 'speech-to-speech' && wordsBeforeOwn(call) !== null);

/** What the person must be told before first words that are not ours to choose. Null: nothing is, or was. */
function announcementOf({ call, session }: LineTalk): string | null {
  if (session.history.messages().length > 0) return null;
  const said = (call.assistant as Assistant).disclosure?.trim() ?? '';
  const question = (call.line_rules as Duties | null)?.question ?? '';
  const words = [said, question].filter((part) => part !== '');
  return words.length === 0 ? null : words.join(' ');
}

function announce(text: string, beginning: Beginning, onSaid: () => void): LineEngine {
  const { parts, talk, line, order } = beginning;
  const { session, call } = talk;
  const assistant = call.assistant as Assistant;
  const { language } = assistant;
  const count = countFor(session.record, call.id);
  const voices = parts.speech
    .mouthsFor(assistant)
    .map((mouth) => ({ maker: meterMouth(mouth, count), language, voice: voiceFor(assistant, mouth.name) }));
  return announceFirst({
    ...{ text, voices, line, onSaid, soundMs, clock: parts.clock, log: session.log },
    ...{ history: session.history, record: session.record, spareApology: parts.spareApology },
    utterance: (order - 1) * numbersPerEngine + 1,
    onEnding: session.endCall,
    onFailed: () => beginning.onFailed(false),
  });
}

/** Vendors take plain values; what is more is told as JSON. */
function toDynamicVariables(parameters: Record<string, unknown>): Record<string, string | number | boolean> {
  const entries = Object.entries(parameters).map(([name, value]) => {
    const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    return [name, isPlain ? value : JSON.stringify(value)] as const;
  });
  return Object.fromEntries(entries);
}
