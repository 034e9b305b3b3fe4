/** What a cascade works with, and what it does when its machines ask for something. */
import { unreachable } from '../../../base/unreachable.ts';
import type { Telemetry } from '../../../ports/telemetry.ts';
import type { HearFarEnd, Sayings } from '../far-end.ts';
import type { History } from '../history.ts';
import type { AudioLine, LineEvent } from '../media/audio-line.ts';
import type { Replies } from '../replies.ts';
import { toStorableText } from '../storable-text.ts';
import type { AttentionEffect } from '../turn/attention-state.ts';
import type { TurnEnding } from '../turn/turn-state.ts';
import type { TurnLatencyBook } from '../turn-latency.ts';
import type { EngineEffect, TurnHappening } from '../turn-runner.ts';
import type { AttentionRunner } from './attention-runner.ts';
import type { Hearing, HearingHappening } from './hearing.ts';
import type { Voice } from './voice.ts';

export interface CascadeHands {
  line: AudioLine;
  history: History;
  latency: TurnLatencyBook;
  telemetry: Telemetry;
  voice: Voice;
  replies: Replies;
  attention: AttentionRunner;
  ears: Hearing;
  hearFarEnd: HearFarEnd;
  sayings: Sayings;
  feed(happening: TurnHappening): void;
  /** Closes the line once the call knows why. */
  end(ending: TurnEnding): void;
  /** Everything is over. */
  finish(ending: TurnEnding): void;
}

/** What a person says in one breath is cut here: more than ten minutes of speech. */
const longestTurn = 10_000;
const quiet = { type: 'assistant-voice', sounds: false, words: '' } as const;

export function performTurnEffect(hands: CascadeHands, effect: EngineEffect): void {
  const { history, replies, voice } = hands;
  switch (effect.type) {
    case 'remember-person':
      tellLastSound(hands);
      hands.latency.decided();
      replies.personFinished(Number.isFinite(hands.line.personQuietMs) ? hands.line.personQuietMs : 0);
      return history.person(effect.text);
    case 'ask-reply':
      return replies.ask(effect.utterance);
    case 'prepare-reply':
      voice.keepBack(effect.utterance);
      return replies.prepare(effect.utterance, effect.text);
    case 'use-reply':
      replies.use(effect.utterance);
      return voice.use(effect.utterance);
    case 'cancel-reply':
      replies.cancel(effect.utterance);
      return voice.drop(effect.utterance);
    case 'speak':
      hands.sayings.begin(effect.utterance, effect.saying);
      history.assistant(effect.utterance, effect.text, replies.takeReplyMs());
      voice.say(effect.utterance, effect.text);
      return voice.finish(effect.utterance);
    case 'fill':
      return replies.fill(effect.utterance, effect.text);
    case 'heard':
      endUtterance(hands, effect.utterance, effect.heard === 'all');
      return hands.hearFarEnd({
        ...{ type: 'spoken', saying: hands.sayings.end(effect.utterance), whole: effect.heard === 'all' },
      });
    case 'end-session':
      return hands.end(effect.ending);
    case 'finish':
      return hands.finish(effect.ending);
    default:
      return unreachable(effect);
  }
}

/** Latency counts from the person's last sound. */
function tellLastSound({ latency, line }: Pick<CascadeHands, 'latency' | 'line'>): void {
  if (Number.isFinite(line.personQuietMs)) latency.personSound(line.personQuietMs);
}

/** An utterance is over: heard to its end, or stopped where it is. */
export function endUtterance(
  { attention, history, latency, line, voice }: CascadeHands,
  utterance: number,
  isWhole: boolean,
): void {
  const heard = isWhole ? { text: null, isExact: true } : voice.stop(utterance);
  // Somebody may have held the voice just as it came to its end.
  if (isWhole) line.resume();
  attention.feed(quiet);
  const taken = latency.take(utterance);
  if (taken) history.latency(utterance, taken);
  history.heard(utterance, { known: heard.text, isExact: heard.isExact });
}

export function performAttention(
  { ears, feed, line, sayings, telemetry }: CascadeHands,
  effect: Exclude<AttentionEffect, { type: 'set-timer' | 'clear-timer' }>,
): void {
  switch (effect.type) {
    case 'hold-voice':
      return sayings.isOpen ? undefined : line.pause();
    case 'release-voice':
      telemetry.bargeIn('false');
      line.resume();
      // It will be done later than was thought.
      return feed({ type: 'voice-started' });
    case 'settle-ears':
      return ears.settle();
    case 'tell': {
      const { event } = effect;
      if (event.type === 'person-interrupts') telemetry.bargeIn('real');
      feed('text' in event ? { ...event, text: toStorableText(event.text.slice(0, longestTurn)) } : event);
      // A voice that was not stopped by it is not held for ever.
      if (event.type === 'person-interrupts') line.resume();
      return;
    }
    default:
      return unreachable(effect);
  }
}

/** What the recognizer tells. */
export function hearPerson(hands: CascadeHands, event: Exclude<HearingHappening, { type: 'deaf' }>): void {
  const { attention, latency, voice } = hands;
  if (event.type === 'turn-over') {
    tellLastSound(hands);
    latency.final();
    hands.hearFarEnd({ type: 'said', text: toStorableText(event.text.slice(0, longestTurn)) });
  }
  // It may be the assistant's own voice, come back.
  if ('text' in event) attention.feed({ type: 'assistant-words', words: voice.words });
  attention.feed(event);
}

export function hearLine(hands: CascadeHands, event: LineEvent): void {
  const { attention, ears, feed, latency, voice } = hands;
  switch (event.type) {
    case 'sound':
      return ears.hear(event.sound);
    case 'voice':
      return attention.feed(event);
    case 'key':
      return feed({ type: 'key-pressed', digit: event.digit });
    case 'first-frame':
      latency.firstFrame(event.utterance);
      return attention.feed({ type: 'assistant-voice', sounds: true, words: voice.words });
    case 'played':
      latency.heard(event.utterance);
      return voice.played(event.utterance, event.playedMs);
    case 'finished':
      return feed({ type: 'played-out', utterance: event.utterance });
    case 'closed':
      return feed({ type: 'disconnected', clean: event.clean });
    default:
      return unreachable(event);
  }
}
