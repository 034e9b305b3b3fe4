/** The voice of a cascade: text becomes sound on the line, by one vendor after another until one works. */
import { bytesPerMs } from '../../../audio/mulaw.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/log.ts';
import { createSoundPatience, type SoundPatience } from '../../../ports/sound-patience.ts';
import type { Mouth, SpeakingEvent, TextToSpeech, WordTime } from '../../../ports/text-to-speech.ts';
import { VendorFailed } from '../../../ports/vendor-failed.ts';
import { createClauseCutter } from '../../../text/clauses.ts';
import type { AudioLine } from '../media/audio-line.ts';
import { createSpokenWords, hasWords, type SpokenWords } from './spoken-words.ts';
import { createVendorChain, type VendorChain } from './vendor-chain.ts';

export interface Voice {
  /** More text of the newest utterance, or the first of a new one. */
  say(utterance: number, text: string): void;
  /** More text of it will be a while: what is there is said at once. */
  flush(utterance: number): void;
  /** There is no more text of it. */
  finish(utterance: number): void;
  /** Whatever is said of this utterance is kept back until `use`. */
  keepBack(utterance: number): void;
  use(utterance: number): void;
  /** What was kept back of this utterance is not wanted. */
  drop(utterance: number): void;
  /** Silence; gives what was heard of the utterance. */
  stop(utterance: number): { text: string; isExact: boolean };
  /** The carrier has played so much of it. */
  played(utterance: number, playedMs: number): void;
  /** All text of the newest utterance. */
  readonly words: string;
  /** Whether sound of the newest utterance is still to come. */
  readonly isOwing: boolean;
  /** Its number; 0 before there was one. */
  readonly newest: number;
  close(): void;
}

export interface VoiceParts {
  vendors: readonly TextToSpeech[];
  language: string;
  /** As the first vendor names it. */
  voice: string | null;
  line: Pick<AudioLine, 'play' | 'confirmAt' | 'end' | 'clear'>;
  clock: Clock;
  log: Logger;
  /** How long a vendor may leave us without sound that it owes. */
  soundMs: number;
  onFirstSound(utterance: number): void;
  onFailure(error: VendorFailed): void;
  /** No vendor is left: from now on the spare sound is played in the place of whatever is to be said. */
  onMute(): void;
  spareSound: Uint8Array | null;
}

interface Utterance {
  number: number;
  words: SpokenWords;
  cutter: ReturnType<typeof createClauseCutter>;
  /** Sound that is kept back; null when it goes to the line. */
  back: { sounds: Uint8Array[]; confirms: number[]; isOver: boolean } | null;
  isFinished: boolean;
  /** All of it has become sound. */
  isSpoken: boolean;
  playedMs: number;
}

const nothing = { text: '', isExact: true };

export function createVoice(parts: VoiceParts): Voice {
  return new VendorVoice(parts);
}

class VendorVoice implements Voice {
  readonly #parts: VoiceParts;
  readonly #chain: VendorChain<TextToSpeech>;
  #mouth: Mouth | null;
  #current: Utterance | null = null;
  #isClosed = false;
  /** Sound is owed: it has to come while what is there is being played, or soon after. */
  readonly #patience: SoundPatience;

  constructor(parts: VoiceParts) {
    this.#parts = parts;
    this.#chain = createVendorChain(parts.vendors, parts.clock);
    this.#patience = createSoundPatience(parts.clock, parts.soundMs, () => this.#onOverdue());
    this.#mouth = this.#open(this.#chain.current);
  }

  get words(): string {
    return this.#current?.words.text ?? '';
  }

  get isOwing(): boolean {
    return this.#current !== null && !this.#current.isSpoken;
  }

  get newest(): number {
    return this.#current?.number ?? 0;
  }

  say(number: number, text: string): void {
    const utterance = this.#utteranceOf(number);
    if (!utterance || utterance.isFinished) return;
    if (!this.#mouth) return this.#playSpare(utterance, text);
    this.#pass(utterance, utterance.cutter.add(text));
  }

  flush(number: number): void {
    const utterance = this.#current;
    if (utterance?.number === number && !utterance.isFinished) this.#pass(utterance, [utterance.cutter.rest()]);
  }

  finish(number: number): void {
    const utterance = this.#utteranceOf(number);
    if (!utterance || utterance.isFinished) return;
    this.#pass(utterance, [utterance.cutter.rest()]);
    utterance.isFinished = true;
    if (!hasWords(utterance.words.text)) return this.#conclude(utterance);
    this.#mouth?.finish(number);
    this.#patience.expect();
  }

  keepBack(number: number): void {
    const utterance = this.#utteranceOf(number);
    if (utterance) utterance.back = { sounds: [], confirms: [], isOver: false };
  }

  use(number: number): void {
    const utterance = this.#current;
    if (utterance?.number !== number || !utterance.back) return;
    const { sounds, confirms, isOver } = utterance.back;
    utterance.back = null;
    const { line } = this.#parts;
    for (const sound of sounds) line.play(number, sound);
    for (const ms of confirms) line.confirmAt(number, ms);
    if (isOver) line.end(number);
  }

  drop(number: number): void {
    if (this.#current?.number === number && this.#current.back) this.#silence(this.#current);
  }

  stop(number: number): { text: string; isExact: boolean } {
    const utterance = this.#current;
    if (utterance?.number !== number) return nothing;
    this.#silence(utterance);
    if (utterance.back) return nothing;
    this.#parts.line.clear();
    return utterance.words.textAt(utterance.playedMs);
  }

  played(number: number, playedMs: number): void {
    if (this.#current?.number === number) this.#current.playedMs = playedMs;
  }

  close(): void {
    this.#isClosed = true;
    this.#patience.rest();
    this.#mouth?.close();
    this.#mouth = null;
    this.#current = null;
  }

  #open(vendor: TextToSpeech | null): Mouth | null {
    if (!vendor) return null;
    const { language, vendors } = this.#parts;
    const opened: Mouth = vendor.speak({
      language,
      voice: vendor === vendors[0] ? this.#parts.voice : null,
      // Whoever has been replaced is not listened to any more, whatever it still tells.
      on: (event) => {
        if (this.#mouth === opened) this.#hear(event);
      },
    });
    return opened;
  }

  #hear(event: SpeakingEvent): void {
    if (event.type === 'failed') return this.#fail(event.error);
    const utterance = this.#current;
    if (!utterance || utterance.isSpoken || event.utterance !== utterance.number) return;
    if (event.type === 'sound') return this.#onSound(utterance, event.sound);
    if (event.type === 'words') return this.#onWords(utterance, event.words);
    if (utterance.isFinished) this.#conclude(utterance);
  }

  #onSound(utterance: Utterance, sound: Uint8Array): void {
    const { line, onFirstSound } = this.#parts;
    if (utterance.words.soundMs === 0) onFirstSound(utterance.number);
    utterance.words.addSound(sound.length / bytesPerMs);
    if (utterance.back) utterance.back.sounds.push(sound);
    else line.play(utterance.number, sound);
    this.#patience.heard(sound, utterance.isFinished || utterance.words.isOwing);
  }

  #onWords(utterance: Utterance, words: readonly WordTime[]): void {
    for (const ms of utterance.words.place(words)) {
      if (utterance.back) utterance.back.confirms.push(ms);
      else this.#parts.line.confirmAt(utterance.number, ms);
    }
  }

  /** All of it has become sound. */
  #conclude(utterance: Utterance): void {
    utterance.isSpoken = true;
    utterance.words.complete();
    this.#patience.rest();
    if (utterance.back) utterance.back.isOver = true;
    else this.#parts.line.end(utterance.number);
  }

  /** No more of it is said or told. */
  #silence(utterance: Utterance): void {
    this.#patience.rest();
    if (!utterance.isSpoken) this.#mouth?.cancel(utterance.number);
    utterance.isSpoken = true;
    utterance.isFinished = true;
  }

  /** Null for one that is older than the newest. */
  #utteranceOf(number: number): Utterance | null {
    const { number: newest = 0 } = this.#current ?? {};
    if (number < newest || this.#isClosed) return null;
    if (this.#current?.number === number) return this.#current;
    if (this.#current) this.#silence(this.#current);
    this.#current = newUtterance(number);
    return this.#current;
  }

  #pass(utterance: Utterance, pieces: readonly string[]): void {
    for (const piece of pieces) {
      utterance.words.add(piece);
      if (!hasWords(piece)) continue;
      this.#mouth?.say(utterance.number, piece);
      this.#patience.expect();
    }
  }

  /** Nobody can say it. */
  #playSpare(utterance: Utterance, text: string): void {
    const { line, onMute, spareSound } = this.#parts;
    utterance.words.add(text);
    utterance.isFinished = true;
    if (spareSound && !utterance.back) {
      utterance.words.addSound(spareSound.length / bytesPerMs);
      line.play(utterance.number, spareSound);
    }
    this.#conclude(utterance);
    onMute();
  }

  #onOverdue(): void {
    const utterance = this.#current;
    if (!utterance || utterance.isSpoken) return;
    const { words, isFinished } = utterance;
    if (!words.isOwing && !isFinished) return;
    // All its words have sounded; only the vendor's word on it is missing.
    if (!words.isOwing && words.soundMs > 0) return this.#conclude(utterance);
    const vendor = this.#chain.current?.name ?? 'voice';
    this.#fail(new VendorFailed(vendor, 'vendor/timeout', 'No sound came in time.'));
  }

  #fail(error: VendorFailed): void {
    this.#patience.rest();
    const failed = this.#mouth;
    this.#mouth = null;
    failed?.close();
    this.#parts.log.warn({ vendor: error.vendor, code: error.code }, 'the voice failed');
    this.#parts.onFailure(error);
    this.#mouth = this.#open(this.#chain.failed(error));
    if (!this.#mouth) return this.#parts.onMute();
    this.#sayTheRest();
  }

  /** What has not become sound is said by the next voice. */
  #sayTheRest(): void {
    const utterance = this.#current;
    if (!utterance || utterance.isSpoken) return;
    const rest = utterance.words.handOver();
    if (!hasWords(rest)) return utterance.isFinished ? this.#conclude(utterance) : undefined;
    this.#mouth?.say(utterance.number, rest);
    if (utterance.isFinished) this.#mouth?.finish(utterance.number);
    this.#patience.expect();
  }
}

const newUtterance = (number: number): Utterance => ({
  number,
  words: createSpokenWords(),
  cutter: createClauseCutter(),
  back: null,
  ...{ isFinished: false, isSpoken: false, playedMs: 0 },
});
