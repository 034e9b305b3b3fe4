/** Hears what an operator says who has taken the call over, as far as a recognizer can; the call never waits for it long. */
import { frameBytes } from '../../audio/telephone-frame.ts';
import { createVoiceActivity } from '../../audio/voice-activity.ts';
import type { CancelTimer, Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { SpeechToText } from '../../ports/speech-to-text.ts';
import type { VendorFailed } from '../../ports/vendor-failed.ts';
import { createHearing, type HearingHappening } from './cascade/hearing.ts';
import { UntoldSound } from './untold-sound.ts';

export interface OperatorEarParts {
  /** In the order of preference; may be empty. */
  vendors: readonly SpeechToText[];
  language: string;
  clock: Clock;
  log: Logger;
  onFailure(error: VendorFailed): void;
  /** What was said in one go. */
  said(text: string): void;
  /** Something was said that nobody has understood. */
  saidUnknown(): void;
}

export interface OperatorEar {
  /** μ-law of the microphone, 8 kHz. */
  hear(sound: Uint8Array): void;
  /**
   * Nothing more is heard. `done` is called once all that was said is told: at once where nothing is awaited, and
   * within a second whatever the recognizer does. A `done` that still waits is called before.
   */
  finish(done: () => void): void;
  /** Whether a `done` waits. */
  readonly isFinishing: boolean;
}

/** How long the last words may take to be understood. */
const lastWordsMs = 1000;
/** A microphone that sends nothing for so long is off: no recognizer is kept open, and paid, for it. */
const microphoneOffMs = 5000;
/** After so much quiet a recognizer that does not know the end of a turn is asked for its words; after so long without any sound, each. */
const pauseMs = 700;

type Listening = ReturnType<typeof listen>;

export function createOperatorEar(parts: OperatorEarParts): OperatorEar {
  let listening: Listening | null = null;
  let stopWaiting: CancelTimer = () => {};
  let waits: (() => void) | null = null;

  const end = () => {
    stopWaiting();
    const [ended, done] = [listening, waits];
    listening = null;
    waits = null;
    ended?.close();
    done?.();
  };
  const finish = (done: () => void) => {
    if (waits) end();
    stopWaiting();
    if (!listening?.askForRest()) {
      end();
      return done();
    }
    waits = done;
    stopWaiting = parts.clock.startTimer(lastWordsMs, end);
  };

  return {
    hear(sound) {
      if (waits) return;
      listening ??= listen(parts, () => {
        if (waits) end();
      });
      listening.hear(sound);
      stopWaiting();
      stopWaiting = parts.clock.startTimer(pauseMs, () => {
        listening?.pause();
        stopWaiting = parts.clock.startTimer(microphoneOffMs - pauseMs, () => finish(() => {}));
      });
    },
    finish,
    get isFinishing() {
      return waits !== null;
    },
  };
}

/** `onTold` is called when nothing that was said is awaited any more. */
function listen(parts: OperatorEarParts, onTold: () => void) {
  let voice = createVoiceActivity();
  let endOfTurn = 'model';
  let isDeaf = false;
  let isSpeaking = false;
  /** Something was said since words were told last. */
  let isAwaited = false;
  let isAsked = false;
  /** Nothing comes behind what is awaited. */
  let isEnding = false;
  /** What was understood of it until now. */
  let text = '';

  const tell = (understood: string) => {
    const words = understood.trim();
    if (words !== '') parts.said(words);
    else if (isAwaited && isDeaf) parts.saidUnknown();
    text = '';
    isAwaited = isSpeaking && !isEnding;
    isAsked = false;
    onTold();
  };
  const on = (event: HearingHappening) => {
    if (event.type === 'ears') endOfTurn = event.endOfTurn;
    if (event.type === 'heard' || event.type === 'turn-may-be-over') text = event.text;
    if (event.type === 'turn-over') tell(event.text);
    if (event.type !== 'deaf') return;
    isDeaf = true;
    tell(text);
  };
  const { vendors, language, clock, log, onFailure } = parts;
  const hearing = createHearing({ vendors, language, untold: new UntoldSound(), clock, log, onFailure, on });
  hearing.start();

  const notice = (frame: Uint8Array) => {
    const change = voice.hear(frame);
    if (change === 'began') {
      isSpeaking = true;
      isAwaited = true;
      isAsked = false;
    }
    if (change === 'ended') isSpeaking = false;
    if (isDeaf && isAwaited && !isSpeaking) return tell('');
    if (endOfTurn !== 'none' || !isAwaited || isAsked || isSpeaking || voice.quietMs < pauseMs) return;
    isAsked = true;
    hearing.settle();
  };
  return {
    hear(sound: Uint8Array) {
      for (let at = 0; at < sound.length; at += frameBytes) notice(sound.subarray(at, at + frameBytes));
      if (!isDeaf) hearing.hear(sound);
    },
    /** Sound has ceased, so that no recognizer can hear that a turn is over. */
    pause() {
      voice = createVoiceActivity();
      isSpeaking = false;
      if (isDeaf && isAwaited) tell('');
      if (isDeaf || isAsked || (!isAwaited && text === '')) return;
      isAsked = true;
      hearing.settle();
    },
    /** False where nothing is awaited. */
    askForRest(): boolean {
      if (isDeaf || (!isAwaited && text === '')) return false;
      isEnding = true;
      hearing.settle();
      return isAwaited || text !== '';
    },
    /** What was not told until now is told as far as it is known. */
    close() {
      hearing.close();
      isDeaf = true;
      isEnding = true;
      if (isAwaited || text !== '') tell(text);
    },
  };
}
