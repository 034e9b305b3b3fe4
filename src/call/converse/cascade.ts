/** Conducts a conversation over the line's own sound: a recognizer hears, a language model thinks, a voice speaks. */
import { toKeyTones } from '../../audio/key-tones.ts';
import { type Clock, waitFor } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { SpeechToText } from '../../ports/speech-to-text.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { TextToSpeech } from '../../ports/text-to-speech.ts';
import type { VendorFailed } from '../../ports/vendor-failed.ts';
import type { CallRecord } from './call-record.ts';
import { type AttentionRunnerParts, createAttentionRunner } from './cascade/attention-runner.ts';
import {
  type CascadeHands,
  endUtterance,
  hearLine,
  hearPerson,
  performAttention,
  performTurnEffect,
} from './cascade/cascade-hands.ts';
import { createHearing } from './cascade/hearing.ts';
import { createVoice } from './cascade/voice.ts';
import { createLastResort } from './cascade/when-a-part-is-gone.ts';
import type { Conversation } from './conversation.ts';
import { createSayings, type HearFarEnd } from './far-end.ts';
import type { History } from './history.ts';
import type { AudioLine, LineEvent } from './media/audio-line.ts';
import { createReplies } from './replies.ts';
import type { ReplyParts } from './reply.ts';
import { toStorableText } from './storable-text.ts';
import type { AttentionPolicy } from './turn/attention-state.ts';
import type { TurnPolicy } from './turn/turn-policy.ts';
import type { TurnEnding } from './turn/turn-state.ts';
import { createTurnLatency } from './turn-latency.ts';
import { createTurnRunner, type TurnHappening } from './turn-runner.ts';
import type { UntoldSound } from './untold-sound.ts';

export interface CascadeParts {
  callId: string;
  line: AudioLine;
  /** What was spoken of it is heard, and answered, before all that follows. */
  untold: UntoldSound;
  /** In the order of preference. */
  ears: readonly SpeechToText[];
  mouths: readonly TextToSpeech[];
  language: string;
  /** As the first of the mouths names it. */
  voice: string | null;
  clock: Clock;
  log: Logger;
  telemetry: Telemetry;
  policy: TurnPolicy;
  attention: AttentionPolicy;
  history: History;
  record: CallRecord;
  reply: ReplyParts;
  /** Messages that come before everything said, for the language model. */
  instructions: readonly { role: 'system'; content: string }[];
  /** The numbers of the newest entries in the log, and of the first utterance. */
  logSeq: number;
  attentionLogSeq: number;
  firstUtterance: number;
  /** Whether something was said before: on a line that broke, or by another engine. */
  resumed: boolean;
  /** Whether the person waits for an answer then. */
  personWaits: boolean;
  /** What the assistant says first, word for word; null: it finds its own first words. */
  greeting: string | null;
  /** Whether it waits for the person's first words. */
  personFirst: boolean;
  maxDurationMs: number;
  /** How long the voice may leave us without sound that it owes. */
  soundMs: number;
  /** Played when no voice is left to speak: words of regret. */
  spareApology: Uint8Array | null;
  /** Hears why the session is being ended; the line is closed once this is done, or takes too long. */
  onEnding(ending: TurnEnding): Promise<unknown>;
  /** A part that it cannot do without has failed for good; whether another engine takes the line over now. */
  onFailed(personWaits: boolean): boolean;
  hearFarEnd: HearFarEnd;
}

/** An engine on a line of sound; whoever owns the line passes on what happens there. */
export interface LineEngine {
  conversation: EngineConversation;
  hear(event: LineEvent): void;
  /** The assistant says nothing, whoever speaks, until it is told to resume; it forgets that unless it is told again within minutes. False where it is gone. */
  silence(): boolean;
  /** It has the person back, and speaks next where it can be told to. */
  resume(): void;
}

/** A conversation but for the sound, which whoever owns the line gives out. */
export type EngineConversation = Omit<Conversation, 'audio'>;

const failedForGood: TurnEnding = { reason: 'assistant_failed', by: 'server' };
/** How long the call may take to learn of its end before the line is closed. */
const onEndingMs = 2000;

export function conductCascade(parts: CascadeParts): LineEngine {
  const { clock, hearFarEnd, history, line, log, policy, record, telemetry, untold } = parts;
  let isOver = false;
  const { over, settle } = settling(record);
  const latency = createTurnLatency(clock);
  const feed = (happening: TurnHappening) => runner.feed(happening);
  const failed = (kind: 'stt' | 'tts') => (error: VendorFailed) =>
    telemetry.vendorFailed({ vendor: error.vendor, kind, code: error.code });
  const { language } = parts;
  /** Frees everything but the line. */
  const release = () => {
    isOver = true;
    cancelMaxDuration();
    hands.replies.cancelAny();
    for (const part of [runner, lastResort, hands.attention, hands.voice, hands.ears, history]) part.close();
  };
  const finish = (ending: TurnEnding) => {
    release();
    line.close(1000, 'conversation over');
    settle(ending);
  };
  const hands: CascadeHands = {
    ...{ line, history, latency, telemetry, feed, finish, hearFarEnd, sayings: createSayings() },
    end(ending) {
      lastResort.close();
      closeWhenTold(parts, ending, feed);
    },
    voice: createVoice({
      ...{ vendors: parts.mouths, language, voice: parts.voice, line, clock, log, soundMs: parts.soundMs },
      onFirstSound: (utterance) => latency.firstSound(utterance),
      onFailure: failed('tts'),
      onMute: () => lastResort.mute(),
      spareSound: parts.spareApology,
    }),
    replies: createReplies({
      ...{ clock, log, history, feed, instructions: parts.instructions, reply: parts.reply },
      onPause: (utterance) => hands.voice.flush(utterance),
      speak: (text, last, utterance) => (last ? hands.voice.finish(utterance) : hands.voice.say(utterance, text)),
      onFirstWords: (utterance) => latency.firstToken(utterance),
    }),
    attention: createAttentionRunner({
      clock,
      policy: parts.attention,
      perform: (effect) => performAttention(hands, effect),
      log: logAttention(parts),
    }),
    ears: createHearing({
      ...{ vendors: parts.ears, language, untold, clock, log },
      onFailure: failed('stt'),
      on: (event) => (event.type === 'deaf' ? lastResort.deaf() : hearPerson(hands, event)),
    }),
  };
  const runner = createTurnRunner({
    ...{ callId: parts.callId, clock, policy, record, logSeq: parts.logSeq, firstUtterance: parts.firstUtterance },
    perform: (effect) => performTurnEffect(hands, effect),
    isSounding: () => hands.voice.isOwing || line.isPlaying,
  });
  const lastResort = createLastResort({
    ...{ apology: policy.apology, canRegret: parts.spareApology !== null, onFailed: parts.onFailed, release },
    hush: () => endUtterance(hands, hands.voice.newest, false),
    end: (farewell) => endForGood(hands, farewell),
  });
  const cancelMaxDuration = clock.startTimer(parts.maxDurationMs, () => {
    feed({ type: 'end-wanted', ending: { reason: 'max_duration', by: 'server' }, farewell: policy.outOfTime });
  });
  runner.start();
  const hearsAgain = untold.isSpoken;
  hands.ears.start();
  const { resumed, personWaits, greeting, personFirst } = parts;
  feed({ type: 'connected', resumed, personWaits, hearsAgain, greeting, personFirst });
  if (hearsAgain) hands.attention.feed({ type: 'voice', active: true });
  if (hearsAgain && !untold.isSpeaking) hands.attention.feed({ type: 'voice', active: false });
  const pressKeys = (digits: string) => {
    if (!isOver) line.playAside(toKeyTones(digits));
    return !isOver;
  };
  return {
    hear(event) {
      if (!isOver) hearLine(hands, event);
    },
    silence() {
      feed({ type: 'hold' });
      return !isOver;
    },
    resume: () => feed({ type: 'go-on', greeting: null }),
    conversation: { ...toConversation({ feed, history, isOver: () => isOver }), pressKeys, over },
  };
}

function endForGood({ attention, feed }: CascadeHands, farewell: string | null): void {
  // What was heard before is on record, though nobody answers it any more.
  if (attention.words !== '') feed({ type: 'person-said', text: toStorableText(attention.words) });
  feed({ type: 'end-wanted', ending: failedForGood, farewell });
}

interface Wishes {
  feed(happening: TurnHappening): void;
  history: History;
  isOver(): boolean;
}

function toConversation({ feed, history, isOver }: Wishes): Omit<EngineConversation, 'pressKeys' | 'over'> {
  return {
    say(text, saying) {
      if (isOver()) return false;
      feed(saying === undefined ? { type: 'say', text } : { type: 'say', text, saying });
      return true;
    },
    instruct(instruction) {
      if (isOver()) return false;
      history.instructed(instruction, instruction.respond);
      if (instruction.respond) feed({ type: 'answer-wanted' });
      return true;
    },
    hold() {
      feed({ type: 'hold' });
      return true;
    },
    goOn: (greeting) => feed({ type: 'go-on', greeting }),
    end: (ending, farewell) => feed({ type: 'end-wanted', ending, farewell }),
    disconnected: (clean) => feed({ type: 'disconnected', clean }),
  };
}

/** The end of a conversation, told once all that was said is stored. */
function settling(record: CallRecord) {
  const { promise, resolve } = Promise.withResolvers<TurnEnding>();
  return { over: promise, settle: (ending: TurnEnding) => void record.flushed().then(() => resolve(ending)) };
}

/** The carrier ends the call when its line is closed, so the call has to know the reason before. */
function closeWhenTold(
  { clock, line, onEnding }: CascadeParts,
  ending: TurnEnding,
  feed: (happening: TurnHappening) => void,
): void {
  const tooLate = new AbortController();
  const told = Promise.race([onEnding(ending), waitFor(clock, onEndingMs, tooLate.signal)]);
  void told.finally(() => {
    tooLate.abort();
    line.close(1000, 'conversation over');
    feed({ type: 'disconnected', clean: true });
  });
}

function logAttention({ callId, clock, record, attentionLogSeq }: CascadeParts): AttentionRunnerParts['log'] {
  let seq = attentionLogSeq;
  return (event, effects) => {
    seq += 1;
    record.log({
      ...{ call_id: callId, seq, at: new Date(clock.now()), machine: 'attention' },
      event: JSON.stringify(event),
      effects: JSON.stringify(effects),
    });
  };
}
