/** Watches the order in which an application's words are heard, and says what is wrong with it. */
import type { WordEvent } from '../../audio/word-ear.ts';
import { mostIndexes } from '../../audio/word-packet.ts';

/** How far back a speech is known to be an old one. */
const mostKnown = 1000;

export class WordOrder {
  /** Of each speech that was heard, the last word; the newest speech last. */
  readonly #lastIndexes = new Map<number, number>();
  #newest = -1;

  /** What is wrong with a word that was heard whole, in words; null when nothing is. */
  check({ utterance, index, text }: WordEvent): string | null {
    const last = this.#lastIndexes.get(utterance);
    const isOld = last !== undefined && utterance !== this.#newest;
    if (last === undefined) this.#begin(utterance);
    if (isOld) return `"${text}" was heard after words of a newer speech`;
    const step = (index - (last ?? -1) + mostIndexes) % mostIndexes;
    if (step === 0 || step > mostIndexes / 2) return `"${text}" was heard twice`;
    this.#lastIndexes.set(utterance, index);
    if (step === 1) return null;
    return step === 2 ? `a word before "${text}" was not heard` : `${step - 1} words before "${text}" were not heard`;
  }

  #begin(utterance: number): void {
    this.#newest = utterance;
    this.#lastIndexes.set(utterance, -1);
    for (const oldest of this.#lastIndexes.keys()) {
      if (this.#lastIndexes.size <= mostKnown) break;
      this.#lastIndexes.delete(oldest);
    }
  }
}
