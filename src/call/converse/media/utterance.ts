/** The sound of one utterance: how much came, was sent, and was confirmed as played. */
import { bytesPerMs } from '../../../audio/mulaw.ts';
import { SoundQueue } from './sound-queue.ts';

/** A mark stands where this much of the utterance was played; `isLast` when that is all of it. */
export interface PlaceOfMark {
  bytes: number;
  isLast: boolean;
}

/** As often as that a mark is put where none is wanted. */
const markEveryBytes = 500 * bytesPerMs;
/** Words of an hour. */
const mostWanted = 10_000;

/** All positions are bytes of sound since the utterance began. */
export class Utterance {
  readonly number: number;
  /** No more sound of it comes. */
  isEnded = false;
  readonly #queue = new SoundQueue();
  #confirmedBytes = 0;
  /** Where confirmations are wanted, rising; up to the last confirmation they are forgotten. */
  #wantedBytes: number[] = [];
  /** Ends of words are told, so that it can go on with a whole one. */
  #tellsWords = false;
  #markedBytes = 0;
  #isLastMarked = false;
  #hasBegun = false;

  constructor(number: number) {
    this.number = number;
  }

  add(sound: Uint8Array): void {
    this.#queue.add(sound);
  }

  end(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.#queue.end();
  }

  /** Wants a confirmation at the end of the frame that holds this moment. */
  confirmAt(playedMs: number): void {
    const bytes = Math.round(playedMs * bytesPerMs);
    if (!(bytes > this.#confirmedBytes) || this.#wantedBytes.length >= mostWanted) return;
    const before = this.#wantedBytes.findLastIndex((wanted) => wanted <= bytes);
    if (this.#wantedBytes[before] !== bytes) this.#wantedBytes.splice(before + 1, 0, bytes);
  }

  get unsentFrames(): number {
    return this.#queue.unsentFrames;
  }

  get hasUnsent(): boolean {
    return this.unsentFrames > 0;
  }

  /** A frame or a mark is to be sent. */
  get hasWork(): boolean {
    return this.hasUnsent || this.#markDue() !== null;
  }

  /** True the first time. */
  begin(): boolean {
    const isFirst = !this.#hasBegun;
    this.#hasBegun = true;
    return isFirst;
  }

  /** Sound that was sent, and of which the carrier has not said yet that it was played. */
  get hasUnconfirmed(): boolean {
    return this.#queue.sentBytes > this.#confirmedBytes;
  }

  get playedMs(): number {
    return this.#confirmedBytes / bytesPerMs;
  }

  /** The next frame to send; null when there is none for now. */
  next(): Uint8Array | null {
    return this.#queue.next();
  }

  /** The mark to put behind what was sent until now; null when none is due. */
  takeMark(): PlaceOfMark | null {
    const place = this.#markDue();
    if (!place) return null;
    this.#markedBytes = place.bytes;
    this.#isLastMarked ||= place.isLast;
    return place;
  }

  #markDue(): PlaceOfMark | null {
    const bytes = this.#queue.sentBytes;
    const isDry = !this.hasUnsent;
    if (isDry && this.isEnded) return this.#isLastMarked ? null : { bytes, isLast: true };
    const marked = this.#markedBytes;
    const isDue =
      bytes > marked &&
      (isDry ||
        bytes - marked >= markEveryBytes ||
        this.#wantedBytes.some((wanted) => wanted > marked && wanted <= bytes));
    return isDue ? { bytes, isLast: false } : null;
  }

  /** The carrier has played everything before a mark; true when that is more than was known. */
  confirm({ bytes }: PlaceOfMark): boolean {
    const before = this.#confirmedBytes;
    this.#confirmedBytes = Math.max(before, Math.min(bytes, this.#queue.sentBytes));
    const next = this.#wantedBytes.findIndex((position) => position > this.#confirmedBytes);
    const passed = this.#wantedBytes.splice(0, next < 0 ? this.#wantedBytes.length : next);
    this.#tellsWords ||= passed.length > 0;
    this.#queue.forgetUpTo(this.#tellsWords ? (passed.at(-1) ?? 0) : this.#confirmedBytes);
    return this.#confirmedBytes > before;
  }

  /** What was sent since the last word that was heard, or the last confirmation, is to be sent again with its marks. */
  rewind(): void {
    this.#queue.rewind();
    this.#markedBytes = this.#queue.keptBytes;
    this.#isLastMarked = false;
  }
}
