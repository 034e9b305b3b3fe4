/** Says what the person must be told in a voice of ours, to its end, before an engine begins whose first words are not ours to choose. */
import { bytesPerMs } from '../../audio/mulaw.ts';
import type { CancelTimer } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Mouth, SpeakingEvent } from '../../ports/text-to-speech.ts';
import { createSessionEnd, type SessionEndParts } from './bridge/end-session.ts';
import type { FillerVoice } from './bridge/say-filler.ts';
import type { LineEngine } from './cascade.ts';
import type { LineEvent } from './media/audio-line.ts';

export interface AnnouncementParts extends SessionEndParts {
  text: string;
  /** Tried in this order. */
  voices: readonly FillerVoice[];
  /** Its number on the line. */
  utterance: number;
  /** How long a voice may leave us without sound. */
  soundMs: number;
  log: Logger;
  /** The line is open and silent. */
  onSaid(): void;
  /** Nobody could say it. False where no other engine takes the line over. */
  onFailed(): boolean;
}

export function announceFirst(parts: AnnouncementParts): LineEngine {
  const { line, history, utterance, text, clock } = parts;
  const end = createSessionEnd(parts);
  let left = parts.voices;
  let mouth: Mouth | null = null;
  let [soundBytes, playedMs] = [0, 0];
  let isOver = false;
  let cancelTimer: CancelTimer = () => {};
  const release = () => {
    isOver = true;
    cancelTimer();
    mouth?.close();
  };
  /** By the share of its sound that was played. */
  const breakOff = () => {
    if (isOver) return;
    release();
    const share = soundBytes === 0 ? 0 : (playedMs * bytesPerMs) / soundBytes;
    history.heard(utterance, { known: text.slice(0, Math.floor(text.length * share)), isExact: false });
  };
  const fail = () => {
    breakOff();
    parts.log.error({ utterance }, 'nobody can say what the person must be told');
    if (!parts.onFailed()) end.withRegret();
  };
  const speak = () => {
    const [voice] = left;
    left = left.slice(1);
    if (!voice) return fail();
    const { maker, ...how } = voice;
    const next = () => {
      mouth?.close();
      // A second voice cannot go on in the middle of a sentence.
      if (soundBytes > 0) fail();
      else speak();
    };
    cancelTimer = clock.startTimer(parts.soundMs, next);
    const hear = (event: SpeakingEvent) => {
      if (isOver || mouth !== opened) return;
      cancelTimer();
      if (event.type === 'sound') {
        soundBytes += event.sound.length;
        line.play(utterance, event.sound);
      }
      if (event.type === 'spoken') line.end(utterance);
      if (event.type === 'failed') next();
    };
    const opened: Mouth = maker.speak({ ...how, on: hear });
    mouth = opened;
    opened.say(1, text);
    opened.finish(1);
  };
  const hear = (event: LineEvent) => {
    if (event.type === 'closed') return conversation.disconnected(event.clean);
    if (isOver) return end.hear(event);
    if (event.type === 'played' && event.utterance === utterance) playedMs = event.playedMs;
    if (event.type !== 'finished' || event.utterance !== utterance) return;
    release();
    history.heard(utterance, { known: null, isExact: true });
    parts.onSaid();
  };
  const conversation: LineEngine['conversation'] = {
    ...{
      say: () => false,
      instruct: () => false,
      hold: () => false,
      goOn() {},
      pressKeys: () => false,
      over: end.over,
    },
    end(ending) {
      breakOff();
      end.with(ending);
    },
    disconnected(clean) {
      breakOff();
      end.lineIsGone(clean);
      end.with(clean ? { reason: 'person_hung_up', by: 'person' } : { reason: 'connection_failed', by: 'carrier' });
    },
  };
  history.assistant(utterance, text);
  speak();
  // Who listens in can take the call over once it was said.
  return { hear, conversation, silence: () => false, resume() {} };
}
