/** What is said on the line, the agent's replies and words of ours between them: one after another, and what of each was heard. */
import { bytesPerMs } from '../../../audio/mulaw.ts';
import type { Clock } from '../../../base/clock.ts';
import type { WordTime } from '../../../ports/text-to-speech.ts';
import { createSpokenWords, type SpokenWords } from '../cascade/spoken-words.ts';
import type { AudioLine } from '../media/audio-line.ts';
import type { Known } from '../what-was-heard.ts';
import type { LineNow } from './bridge-state.ts';

export interface ToldByVoice {
  /** The first sound of a reply of the agent has come. */
  onBegan(utterance: number): void;
  onText(utterance: number, text: string): void;
  onHeard(utterance: number, heard: Known): void;
  /** A reply was told to its end without a sound. */
  onEmpty(): void;
  /** All that was told has been played, or taken as such. */
  onSpoken(): void;
}

export interface BridgeVoiceParts extends ToldByVoice {
  line: Pick<AudioLine, 'play' | 'confirmAt' | 'end' | 'clear'>;
  clock: Clock;
  /** The number of the first utterance on the line; replies follow from there. */
  firstUtterance: number;
}

/** Words of ours as they come out of another voice. */
export interface OwnWords {
  utterance: number;
  sound(sound: Uint8Array): void;
  words(words: readonly WordTime[]): void;
  over(): void;
}

interface Reply {
  /** The agent's number for it; null for words of ours in another voice. */
  number: number | null;
  utterance: number;
  words: SpokenWords;
  /** Words that came ahead of the text they are in. */
  unplaced: WordTime[];
  isOver: boolean;
  playedMs: number;
}

/** Ten minutes of sound may wait to be heard; more is told by an agent that lost its way, and dropped. */
const mostAheadMs = 600_000;

export class BridgeVoice {
  readonly #parts: BridgeVoiceParts;
  #replies: Reply[] = [];
  /** The number of the agent's newest reply. */
  #newest = 0;
  #nextUtterance: number;
  /** When the line falls silent, as far as we know. */
  #quietAtMs: number;

  constructor(parts: BridgeVoiceParts) {
    this.#parts = parts;
    this.#nextUtterance = parts.firstUtterance;
    this.#quietAtMs = parts.clock.monotonicMs();
  }

  sound(number: number, sound: Uint8Array): void {
    this.#addSound(this.#find(number), sound);
  }

  text(number: number, text: string): void {
    const reply = this.#find(number);
    if (!reply) return;
    this.#parts.onText(reply.utterance, text);
    this.#addText(reply, text);
  }

  words(number: number, words: readonly WordTime[]): void {
    this.#addWords(this.#find(number), words);
  }

  /** All of it has been told. */
  over(number: number): void {
    this.#finish(this.#find(number));
  }

  /** Begins words of ours; what sounds of them later than the agent's next reply begins is not heard any more. */
  ownWords(text: string): OwnWords {
    const reply = this.#begin(null);
    this.#addText(reply, text);
    return {
      utterance: reply.utterance,
      sound: (sound) => this.#addSound(reply, sound),
      words: (words) => this.#addWords(reply, words),
      over: () => this.#finish(reply),
    };
  }

  #addSound(reply: Reply | null, sound: Uint8Array): void {
    const ms = sound.length / bytesPerMs;
    if (!reply || reply.isOver || ms === 0 || this.now().soundLeftMs + ms > mostAheadMs) return;
    const isFirstSound = reply.words.soundMs === 0;
    reply.words.addSound(ms);
    // Told before it is played, so that nothing of the line's is told of a reply that nobody knows.
    if (isFirstSound && reply.number !== null) this.#parts.onBegan(reply.utterance);
    if (!this.#replies.includes(reply)) return;
    this.#quietAtMs = Math.max(this.#quietAtMs, this.#parts.clock.monotonicMs()) + ms;
    this.#parts.line.play(reply.utterance, sound);
  }

  #addText(reply: Reply, text: string): void {
    reply.words.add(text);
    this.#confirm(reply, reply.words.place(reply.unplaced.splice(0)));
  }

  #addWords(reply: Reply | null, words: readonly WordTime[]): void {
    if (!reply || !this.#replies.includes(reply)) return;
    if (reply.words.text === '') return void reply.unplaced.push(...words);
    this.#confirm(reply, reply.words.place(words));
  }

  #finish(reply: Reply | null): void {
    if (!reply || reply.isOver) return;
    reply.isOver = true;
    if (reply.words.soundMs === 0) {
      this.#replies = this.#replies.filter((other) => other !== reply);
      this.#parts.onHeard(reply.utterance, nothing);
      if (reply.number !== null) this.#parts.onEmpty();
      this.#tellIfSpoken();
    } else this.#parts.line.end(reply.utterance);
  }

  /** The agent is gone: nothing more of any reply is told. */
  overAll(): void {
    for (const reply of [...this.#replies]) this.#finish(reply);
  }

  played(utterance: number, playedMs: number): void {
    const reply = this.#replies.find((candidate) => candidate.utterance === utterance);
    if (reply) reply.playedMs = Math.max(reply.playedMs, playedMs);
  }

  finished(utterance: number): void {
    const reply = this.#replies.find((candidate) => candidate.utterance === utterance);
    if (!reply?.isOver) return;
    this.#replies = this.#replies.filter((other) => other !== reply);
    const leftMs = this.#replies.reduce((sum, { words, playedMs }) => sum + words.soundMs - playedMs, 0);
    this.#quietAtMs = Math.min(this.#quietAtMs, this.#parts.clock.monotonicMs() + leftMs);
    this.#parts.onHeard(utterance, { known: reply.words.text, isExact: true });
    this.#tellIfSpoken();
  }

  /** Silence at once; gives the agent's replies that were cut, and what of each was played. */
  cut(): { reply: number; playedMs: number }[] {
    const cleared = this.#parts.line.clear();
    this.#quietAtMs = Math.min(this.#quietAtMs, this.#parts.clock.monotonicMs());
    return this.#forgetAll().flatMap((reply) => {
      if (cleared?.utterance === reply.utterance) reply.playedMs = Math.max(reply.playedMs, cleared.playedMs);
      this.#parts.onHeard(reply.utterance, heardOf(reply));
      return reply.number === null ? [] : [{ reply: reply.number, playedMs: reply.playedMs }];
    });
  }

  /** The carrier owes us the word that all was played. */
  takeAsSpoken(): void {
    for (const { utterance, words } of this.#forgetAll()) {
      this.#parts.onHeard(utterance, words.soundMs > 0 ? { known: words.text, isExact: false } : nothing);
    }
  }

  now(): Pick<LineNow, 'soundLeftMs' | 'quietMs' | 'allTold'> {
    const nowMs = this.#parts.clock.monotonicMs();
    const soundLeftMs = Math.ceil(Math.max(this.#quietAtMs - nowMs, 0));
    return {
      soundLeftMs,
      quietMs: soundLeftMs > 0 ? 0 : Math.floor(nowMs - this.#quietAtMs),
      allTold: this.#replies.every((reply) => reply.isOver),
    };
  }

  /** Null for a reply that was cut, or is older than one that was told after it. */
  #find(number: number): Reply | null {
    const known = this.#replies.find((reply) => reply.number === number);
    if (known) return known;
    if (number <= this.#newest) return null;
    this.#newest = number;
    return this.#begin(number);
  }

  #begin(number: number | null): Reply {
    this.overAll();
    const utterance = this.#nextUtterance;
    this.#nextUtterance += 1;
    const reply: Reply = {
      ...{ number, utterance, words: createSpokenWords() },
      ...{ unplaced: [], isOver: false, playedMs: 0 },
    };
    this.#replies.push(reply);
    return reply;
  }

  #tellIfSpoken(): void {
    if (this.#replies.length === 0) this.#parts.onSpoken();
  }

  #confirm(reply: Reply, endsMs: readonly number[]): void {
    for (const endMs of endsMs) this.#parts.line.confirmAt(reply.utterance, endMs);
  }

  #forgetAll(): Reply[] {
    const forgotten = this.#replies;
    this.#replies = [];
    return forgotten;
  }
}

const nothing: Known = { known: '', isExact: true };

function heardOf({ playedMs, words }: Reply): Known {
  if (playedMs === 0) return nothing;
  const { text, isExact } = words.textAt(playedMs);
  return { known: text, isExact };
}
