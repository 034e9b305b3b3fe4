/** Collects what both sides of a call sound, and plays it back as telephone audio of any stretch of time. */
import { bytesPerMs, mulawSilence } from '../../audio/mulaw.ts';
import type { Synthesize } from '../../audio/spoken-sound.ts';
import { laySound } from '../media/lay-sound.ts';
import { fileToSound } from '../media/line-sounds.ts';
import type { LineSound, PhoneLine } from '../phone-line.ts';
import { toSpeakingMs } from '../voice.ts';

export type Side = 'person' | 'application';

/** Streamed frames are kept in blocks of a second. */
const blockBytes = 1000 * bytesPerMs;

/** Words that followed each other without a pause. */
interface SpokenRun {
  atMs: number;
  untilMs: number;
  text: string;
}

/** A longer one ends a run of words. */
const longestGapMs = 100;

interface Block {
  atMs: number;
  bytes: Uint8Array;
  used: number;
}

export function toSilence(ms: number): Uint8Array {
  return new Uint8Array(Math.max(0, Math.round(ms * bytesPerMs))).fill(mulawSilence);
}

/** What the network speaks for the application is kept as words and spoken again; other sound is kept as it came. */
export class Tape {
  readonly #sounds: Record<Side, LineSound[]> = { person: [], application: [] };
  readonly #synthesize: Synthesize;
  readonly #stop: () => void;
  #run: SpokenRun | null = null;
  #block: Block | null = null;
  #keptBytes = 0;

  constructor(line: PhoneLine, synthesize: Synthesize) {
    this.#synthesize = synthesize;
    if (line.sounding) this.#addSound(line.sounding);
    const unlisten = [
      line.listen({ soundStarted: (sound) => this.#addSound(sound) }),
      line.voice.listen({
        heard: (word, atMs) => this.#addSpoken(word, atMs, line.voice.speaking?.mediaMs),
        ended: () => this.#speakRun(),
      }),
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
    this.#speakRun();
    this.#stop();
  }

  /** μ-law of one side from `fromMs` to `untilMs`. */
  play(side: Side, fromMs: number, untilMs: number): Uint8Array {
    const piece = toSilence(untilMs - fromMs);
    for (const sound of this.#sounds[side]) laySound(piece, fromMs, sound);
    return piece;
  }

  #addSound(sound: LineSound): void {
    this.#sounds.person.push(sound);
    this.#keptBytes += sound.toMulaw().length;
  }

  /** A word, or a file, is told when it has been heard. */
  #addSpoken(word: string, endedAtMs: number, mediaMs: number | undefined): void {
    const atMs = endedAtMs - (mediaMs ?? toSpeakingMs(word));
    if (mediaMs !== undefined) this.#sounds.application.push({ atMs, toMulaw: () => fileToSound(mediaMs) });
    else this.#addWord(word, { atMs, endedAtMs });
  }

  #addWord(word: string, { atMs, endedAtMs }: { atMs: number; endedAtMs: number }): void {
    if (this.#run && atMs - this.#run.untilMs > longestGapMs) this.#speakRun();
    const run = this.#run ?? { atMs, untilMs: atMs, text: '' };
    run.text += word;
    run.untilMs = endedAtMs;
    this.#run = run;
  }

  /** It is laid where its first word was; the same voice may take a little more or less time than the line did. */
  #speakRun(): void {
    const run = this.#run;
    if (!run) return;
    this.#run = null;
    let sound = new Uint8Array();
    this.#sounds.application.push({ atMs: run.atMs, toMulaw: () => sound });
    void this.#synthesize(run.text.trimEnd(), 'application').then((spoken) => {
      sound = Uint8Array.from(spoken.sound);
      this.#keptBytes += sound.length;
    });
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
