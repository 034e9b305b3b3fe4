/** Keeps the person's sound until whoever listens has told its words, so that the next one to listen hears it again. */
import { bytesPerMs } from '../../audio/mulaw.ts';
import { frameMs } from '../../audio/telephone-frame.ts';
import { beginsAfterMs, endsAfterMs } from '../../audio/voice-activity.ts';
import type { VoiceAgent } from '../../ports/voice-agent.ts';
import { KeptSound } from './kept-sound.ts';

/** Times are milliseconds of the person's sound, since its first. */
export interface Untold {
  /** What was said until then is in words, or was for somebody else. */
  toldMs: number;
  /** The ends of turns, by word of who listens, whose words are still to come. */
  endsMs: readonly number[];
  /** What our own ear took for a voice since; `untilMs` null: it goes on. */
  voices: readonly { fromMs: number; untilMs: number | null }[];
}

export type UntoldEvent = { atMs: number } & (
  | { type: 'voice'; active: boolean }
  /** Whoever listens says that the person has stopped; `told` comes later. */
  | { type: 'stopped' }
  /** The words of the oldest turn that waits for them, or of all that was said until now, were told. */
  | { type: 'told' }
  /** All until now is dealt with. */
  | { type: 'cleared' }
  /** Whoever listened tells nothing any more. */
  | { type: 'left' }
);

/** As much as is kept. */
const keptMs = 15_000;
/** What is heard again begins so long before the voice: its first sound is soft. */
const leadMs = 300;
/** So late the words of a turn may come. */
const patienceMs = 5000;

export const nothingUntold: Untold = { toldMs: 0, endsMs: [], voices: [] };

export function stepUntold(state: Untold, event: UntoldEvent): Untold {
  const { atMs } = event;
  switch (event.type) {
    case 'voice':
      return { ...state, voices: event.active ? begun(state.voices, atMs) : ended(state.voices, atMs) };
    case 'stopped':
      return { ...state, endsMs: [...awaited(state, atMs), endOfTurnMs(state, atMs)] };
    case 'told': {
      const [endMs, ...endsMs] = awaited(state, atMs);
      return { ...toldUntil(state, endMs ?? endOfTurnMs({ ...state, endsMs: [] }, atMs)), endsMs };
    }
    case 'cleared':
      return { ...toldUntil(state, atMs), endsMs: [] };
    case 'left':
      return { ...state, endsMs: [] };
  }
}

const awaited = ({ endsMs }: Untold, atMs: number) => endsMs.filter((endMs) => atMs - endMs < patienceMs);

/** Where the sound begins that is worth hearing again; null where nobody spoke. */
export function spokenFromMs({ toldMs, voices }: Untold, atMs: number): number | null {
  const first = voices.find(({ fromMs, untilMs }) => {
    // A voice is known to have gone only after a while.
    const heardUntilMs = untilMs ?? Math.max(atMs - endsAfterMs, fromMs + beginsAfterMs);
    return heardUntilMs > Math.max(fromMs, toldMs);
  });
  return first ? Math.max(first.fromMs - leadMs, toldMs) : null;
}

function begun(voices: Untold['voices'], atMs: number): Untold['voices'] {
  const kept = voices.filter(({ untilMs }) => untilMs !== null && untilMs > atMs - keptMs);
  return [...kept, { fromMs: atMs - beginsAfterMs, untilMs: null }];
}

const ended = (voices: Untold['voices'], atMs: number): Untold['voices'] =>
  voices.map((voice) => ({ ...voice, untilMs: voice.untilMs ?? atMs - endsAfterMs }));

/** A voice that has begun again since the turn's own one is the next turn's. */
function endOfTurnMs({ toldMs, endsMs, voices }: Untold, atMs: number): number {
  const [own, ...more] = voices.filter(({ untilMs }) => (untilMs ?? atMs) > (endsMs.at(-1) ?? toldMs));
  const next = more.find(({ untilMs }) => untilMs === null);
  return own && next ? Math.max(next.fromMs - leadMs, own.untilMs ?? 0) : atMs;
}

const toldUntil = (state: Untold, toldMs: number): Untold => ({
  ...state,
  toldMs,
  voices: state.voices.filter(({ untilMs }) => untilMs === null || untilMs > toldMs),
});

/** One for a line, whoever listens to it; those who listen say what they heard of it, and what they told. */
export class UntoldSound {
  readonly #kept = new KeptSound(keptMs / frameMs);
  #untold = nothingUntold;
  #isSpeaking = false;

  /** Whether the person speaks, by our own ear. */
  get isSpeaking(): boolean {
    return this.#isSpeaking;
  }

  hear(sound: Uint8Array): void {
    this.#kept.add(sound);
  }

  voice(active: boolean): void {
    this.#isSpeaking = active;
    this.#untold = stepUntold(this.#untold, { type: 'voice', active, atMs: this.#nowMs() });
  }

  /** See UntoldEvent. */
  note(type: Exclude<UntoldEvent['type'], 'voice'>): void {
    this.#untold = stepUntold(this.#untold, { type, atMs: this.#nowMs() });
  }

  /** Whether anything was spoken that is worth hearing again. */
  get isSpoken(): boolean {
    return spokenFromMs(this.#untold, this.#nowMs()) !== null;
  }

  /** From shortly before the first voice on; empty where nobody spoke. */
  spoken(): Uint8Array[] {
    const fromMs = spokenFromMs(this.#untold, this.#nowMs());
    return fromMs === null ? [] : this.#kept.since(fromMs * bytesPerMs);
  }

  /** With the silence, or what our ear takes for it. */
  all(): Uint8Array[] {
    return this.#kept.since(this.#untold.toldMs * bytesPerMs);
  }

  #nowMs(): number {
    return this.#kept.addedBytes / bytesPerMs;
  }
}

/** The same agent, which hears first what was spoken and not told; what it hears is kept until it tells it. */
export function keepUntold(agent: VoiceAgent, untold: UntoldSound): VoiceAgent {
  return {
    name: agent.name,
    join(request) {
      const session = agent.join({
        ...request,
        on(event) {
          if (event.type === 'person-speaking' && !event.speaking) untold.note('stopped');
          if (event.type === 'person-said') untold.note('told');
          request.on(event);
        },
      });
      for (const sound of untold.spoken()) session.hear(sound);
      return {
        ...session,
        hear(sound) {
          untold.hear(sound);
          session.hear(sound);
        },
      };
    },
  };
}
