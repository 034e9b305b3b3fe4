/** Times that are collected into a full histogram, without those that the load itself may have spoilt. */
import { build, type Histogram } from 'hdr-histogram-js';

export interface Figures {
  count: number;
  p50: number;
  p99: number;
  max: number;
  /** Samples during which the load stood still: they say nothing of the server. */
  leftOut: number;
}

export interface Samples {
  /** Both on the clock of `performance.now()`. */
  add(fromMs: number, toMs: number): void;
  figures(): Figures;
}

/** A sample is left out when this share of it or more was the load's own standstill: long ones must not vanish for a short one. */
const mostSpoilt = 0.1;

/** Stands still means: for longer than this. */
const stallMs = 8;

export interface StallWatch {
  /** For how long the load stood still between these. */
  stoodStillMs(fromMs: number, toMs: number): number;
  readonly stalls: number;
  readonly longestMs: number;
  stop(): void;
}

/** Notices when this process did not run for a while, because of the machine or because it has too much to do. */
export function watchStalls(): StallWatch {
  const stalls: { fromMs: number; toMs: number }[] = [];
  let lastMs = performance.now();
  const look = () => {
    const nowMs = performance.now();
    if (nowMs - lastMs > stallMs) stalls.push({ fromMs: lastMs, toMs: nowMs });
    lastMs = nowMs;
  };
  const timer = setInterval(look, 1);
  return {
    stoodStillMs(fromMs, toMs) {
      look();
      let sumMs = 0;
      for (let index = stalls.length - 1; index >= 0; index -= 1) {
        const stall = stalls[index];
        if (!stall || stall.toMs < fromMs) break;
        sumMs += Math.max(Math.min(stall.toMs, toMs) - Math.max(stall.fromMs, fromMs), 0);
      }
      return sumMs;
    },
    get stalls() {
      return stalls.length;
    },
    get longestMs() {
      return stalls.reduce((longest, { fromMs, toMs }) => Math.max(longest, toMs - fromMs), 0);
    },
    stop: () => clearInterval(timer),
  };
}

export function createSamples(stalls: StallWatch): Samples {
  const histogram: Histogram = build({ lowestDiscernibleValue: 1, highestTrackableValue: 600_000_000 });
  let leftOut = 0;
  const ms = (microseconds: number) => Math.round(microseconds) / 1000;
  return {
    add(fromMs, toMs) {
      if (stalls.stoodStillMs(fromMs, toMs) > mostSpoilt * (toMs - fromMs)) leftOut += 1;
      else histogram.recordValue(Math.max(Math.round((toMs - fromMs) * 1000), 1));
    },
    figures() {
      const at = (share: number) => (histogram.totalCount === 0 ? 0 : ms(histogram.getValueAtPercentile(share)));
      const max = histogram.totalCount === 0 ? 0 : ms(histogram.maxValue);
      return { count: histogram.totalCount, p50: at(50), p99: at(99), max, leftOut };
    },
  };
}
