/** Collects what both sides of a call sound, and plays it back as telephone audio of any stretch of time. */
import { bytesPerMs, mulawSilence } from '../../audio/mulaw.ts';
import { laySound } from '../media/lay-sound.ts';
import { fileToSound, utteranceToSound } from '../media/utterance-to-sound.ts';
import type { LineSound, PhoneLine } from '../phone-line.ts';
import { toSpeakingMs } from '../voice.ts';

export type Side = 'person' | 'application';

/** Streamed frames are kept in blocks of a second. */
const blockBytes = 1000 * bytesPerMs;

interface Block {
  atMs: number;
  bytes: Uint8Array;
  used: number;
}

export function toSilence(ms: number): Uint8Array {
  return new Uint8Array(Math.max(0, Math.round(ms * bytesPerMs))).fill(mulawSilence);
}

/** Speech is kept as words and sounded only when somebody asks; streamed sound is kept as it came. */
export class Tape {
  readonly #sounds: Record<Side, LineSound[]> = { person: [], application: [] };
  readonly #stop: () => void;
  #block: Block | null = null;
  #keptBytes = 0;

  constructor(line: PhoneLine) {
    if (line.sounding) this.#sounds.person.push(line.sounding);
    const unlisten = [
      line.listen({ soundStarted: (sound) => this.#sounds.person.push(sound) }),
      line.voice.listen({ heard: (word, atMs) => this.#addWord(word, atMs, line.voice.speaking?.mediaMs) }),
      line.streamed.listen({ played: (sound, atMs) => this.#addFrame(sound, atMs) }),
    ];
    this.#stop = () => {
      for (const end of unlisten) end();
    };
  }

  /** Size of what cannot be made again. */
  get keptBytes(): number {
    return this.#keptBytes;
  }

  /** Nothing is added any more. */
  stop(): void {
    this.#stop();
  }

  /** μ-law of one side from `fromMs` to `untilMs`. */
  play(side: Side, fromMs: number, untilMs: number): Uint8Array {
    const piece = toSilence(untilMs - fromMs);
    for (const sound of this.#sounds[side]) laySound(piece, fromMs, sound);
    return piece;
  }

  /** A word is told when it has been heard. */
  #addWord(word: string, endedAtMs: number, mediaMs: number | undefined): void {
    const ms = mediaMs ?? toSpeakingMs(word);
    const toMulaw = () => (mediaMs === undefined ? utteranceToSound(word, 'application') : fileToSound(ms));
    this.#sounds.application.push({ atMs: endedAtMs - ms, toMulaw });
  }

  #addFrame(sound: Uint8Array, atMs: number): void {
    const block = this.#block;
    const follows = block !== null && block.atMs + block.used / bytesPerMs === atMs;
    if (follows && block.used + sound.length <= blockBytes) {
      block.bytes.set(sound, block.used);
      block.used += sound.length;
      return;
    }
    const next: Block = { atMs, bytes: new Uint8Array(blockBytes), used: sound.length };
    next.bytes.set(sound);
    this.#block = next;
    this.#keptBytes += blockBytes;
    this.#sounds.application.push({ atMs, toMulaw: () => next.bytes.subarray(0, next.used) });
  }
}
