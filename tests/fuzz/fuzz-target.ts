/** What a parser is fed when it is fuzzed. */

export interface FuzzTarget {
  name: string;
  /** How many inputs it gets, against the others. */
  weight: number;
  corpus: readonly string[];
  /**
   * Feeds it once. A CallwrightError is a parser's way to say no; anything else that is thrown is a find, and so is
   * what the target itself finds wrong.
   */
  feed(input: string, seed: number): unknown;
}
