/** The sound of a call for those who listen in, and its line for the one of them who takes the call over from the assistant. */
import { bytesPerMs, silentSound } from '../../../audio/mulaw.ts';
import type { Clock } from '../../../base/clock.ts';
import type { AudioLine } from './audio-line.ts';
import type { CallRecorder } from './call-recorder.ts';

export type Overheard =
  /** What the person says. */
  | { type: 'person'; sound: Uint8Array }
  /** What the person is played, told up to 200 ms before they hear it. */
  | { type: 'played'; sound: Uint8Array }
  /** Nothing is heard of what was told as played and has not sounded yet. */
  | { type: 'cleared' }
  /** One of the listeners has the call now, or the assistant has it back. */
  | { type: 'taken-over'; byYou: boolean }
  | { type: 'handed-back' }
  /** The conversation is over; nothing more is told. */
  | { type: 'over' };

export type HearCall = (overheard: Overheard) => void;

export interface Supervisor {
  /** Speaks to the person in the place of the assistant from now on; false: somebody has the call already, or it cannot be taken now. */
  takeOver(by: string): boolean;
  /** μ-law, 8 kHz; dropped by who has not taken the call over. */
  speak(sound: Uint8Array): void;
  /** False where this one did not have the call. */
  handBack(): boolean;
  /** Hears nothing more, and gives the call back where it has it. */
  leave(): void;
}

export interface CallAudio {
  /** Null when enough listen already. */
  join(hear: HearCall): Supervisor | null;
}

export interface CallAudioParts {
  clock: Clock;
  /** Hears the same; null when the call is not recorded. */
  recorder: CallRecorder | null;
  line(): Pick<AudioLine, 'playAside' | 'clearAside'>;
  /** Stops the assistant, and does so again now and then, so that it knows that it is still to be silent; false where it cannot be. */
  silence(): boolean;
  /** Hears what is played of who has taken the call over. */
  hearOperator(sound: Uint8Array): void;
  /** Keeps that a person speaks, and that the assistant does again. */
  noteTakenOver(by: string): void;
  resume(by: string): void;
}

export interface LiveCallAudio extends CallAudio {
  /** Takes the place of the recorder on the line. */
  tap: CallRecorder;
  readonly isTakenOver: boolean;
  /** The conversation is over. */
  close(): void;
}

const mostListeners = 4;
/** Sound of a microphone comes in unevenly: so much is kept in hand. */
const cushionMs = 60;
/** What comes in faster than it is spoken would be heard ever later: beyond this it is dropped. */
const longestDelayMs = 400;
/** The assistant is told to go on being silent this often while the microphone sends. */
const silenceEveryMs = 30_000;

export function createCallAudio(parts: CallAudioParts): LiveCallAudio {
  const { clock, recorder } = parts;
  const listeners = new Set<HearCall>();
  let isOver = false;
  let owner: { hear: HearCall; by: string; nextAtMs: number; silencedAtMs: number } | null = null;
  /** A listener that fails disturbs neither the call nor the others. */
  const tellOne = (hear: HearCall, overheard: Overheard) => {
    try {
      hear(overheard);
    } catch {
      listeners.delete(hear);
    }
  };
  const tell = (overheard: Overheard) => {
    for (const hear of listeners) tellOne(hear, overheard);
  };

  const takeOver = (hear: HearCall, by: string): boolean => {
    if (owner || !listeners.has(hear) || !parts.silence()) return false;
    const nowMs = clock.monotonicMs();
    owner = { hear, by, nextAtMs: nowMs, silencedAtMs: nowMs };
    parts.noteTakenOver(by);
    for (const listener of listeners) tellOne(listener, { type: 'taken-over', byYou: listener === hear });
    return true;
  };
  const speak = (hear: HearCall, sound: Uint8Array) => {
    if (owner?.hear !== hear) return;
    const nowMs = clock.monotonicMs();
    if (nowMs - owner.silencedAtMs >= silenceEveryMs) {
      owner.silencedAtMs = nowMs;
      parts.silence();
    }
    if (owner.nextAtMs > nowMs + longestDelayMs) return;
    if (owner.nextAtMs <= nowMs) {
      parts.line().playAside(silentSound(cushionMs * bytesPerMs));
      owner.nextAtMs = nowMs + cushionMs;
    }
    parts.line().playAside(sound);
    parts.hearOperator(sound);
    owner.nextAtMs += sound.length / bytesPerMs;
  };
  const handBack = (hear: HearCall): boolean => {
    if (owner?.hear !== hear) return false;
    const { by } = owner;
    owner = null;
    parts.line().clearAside();
    parts.resume(by);
    tell({ type: 'handed-back' });
    return true;
  };

  return {
    join(hear) {
      if (listeners.size >= mostListeners) return null;
      if (isOver) tellOne(hear, { type: 'over' });
      else listeners.add(hear);
      return {
        takeOver: (by) => takeOver(hear, by),
        speak: (sound) => speak(hear, sound),
        handBack: () => handBack(hear),
        leave() {
          handBack(hear);
          listeners.delete(hear);
        },
      };
    },
    tap: {
      heard(sound, atMs) {
        recorder?.heard(sound, atMs);
        tell({ type: 'person', sound });
      },
      played(sound, atMs) {
        recorder?.played(sound, atMs);
        tell({ type: 'played', sound });
      },
      cleared(atMs) {
        recorder?.cleared(atMs);
        tell({ type: 'cleared' });
      },
    },
    get isTakenOver() {
      return owner !== null;
    },
    close() {
      isOver = true;
      owner = null;
      tell({ type: 'over' });
      listeners.clear();
    },
  };
}
