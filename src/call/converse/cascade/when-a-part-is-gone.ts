/** What a cascade does when ears or voice have failed for good: another engine, or words of regret and the end. */

export interface LastResort {
  deaf(): void;
  mute(): void;
  /** The end is decided already. */
  close(): void;
}

export interface LastResortParts {
  apology: string;
  /** Whether there is sound of an apology for when there is no voice. */
  canRegret: boolean;
  /** Whether another engine takes the line over now. */
  onFailed(personWaits: boolean): boolean;
  /** Stops whatever is being said, before somebody else speaks. */
  hush(): void;
  /** Another engine has the line: everything but the line is to be freed. */
  release(): void;
  /** Ends the conversation after these words, if any. */
  end(farewell: string | null): void;
}

export function createLastResort(parts: LastResortParts): LastResort {
  let state: 'well' | 'leaving' | 'gone' = 'well';
  /** Whether the line is somebody else's now. */
  const handOver = () => {
    parts.hush();
    if (!parts.onFailed(true)) return false;
    state = 'gone';
    parts.release();
    return true;
  };
  return {
    deaf() {
      if (state !== 'well') return;
      state = 'leaving';
      if (!handOver()) parts.end(parts.apology);
    },
    mute() {
      const wasWell = state === 'well';
      if (state === 'gone') return;
      state = 'gone';
      if (wasWell && handOver()) return;
      parts.end(parts.canRegret ? parts.apology : null);
    },
    close() {
      state = 'gone';
    },
  };
}
