/** What one socket of Aura takes, so that it is changed for a new one before it is refused. */

export interface AuraLimits {
  flushed(): void;
  spoke(characters: number): void;
  /** Whether a flush that could also be left out should be asked for. */
  mayFlush(): boolean;
  /** Whether the next utterance had better go over another socket. */
  areNear(): boolean;
}

const windowMs = 60_000;
/** Of the 20 that the vendor takes in a minute, so that the one that ends an utterance is always among them. */
const mostFlushes = 16;
const manyFlushes = 10;
/** Of the 2400 characters that the vendor takes in a minute. */
const manyCharacters = 1500;
/** Of the hour that the vendor keeps a socket. */
const oldMs = 50 * 60_000;

/** @see https://developers.deepgram.com/docs/tts-ws-flush, read on 2026-11-20 */
export function createAuraLimits(nowMs: () => number): AuraLimits {
  const openedAtMs = nowMs();
  let flushes: number[] = [];
  let spoken: { atMs: number; characters: number }[] = [];
  const recentFlushes = () => {
    flushes = flushes.filter((atMs) => atMs > nowMs() - windowMs);
    return flushes.length;
  };
  const recentCharacters = () => {
    spoken = spoken.filter(({ atMs }) => atMs > nowMs() - windowMs);
    return spoken.reduce((sum, { characters }) => sum + characters, 0);
  };
  return {
    flushed: () => void flushes.push(nowMs()),
    spoke: (characters) => void spoken.push({ atMs: nowMs(), characters }),
    mayFlush: () => recentFlushes() < mostFlushes,
    areNear: () =>
      nowMs() - openedAtMs > oldMs || recentFlushes() >= manyFlushes || recentCharacters() >= manyCharacters,
  };
}
