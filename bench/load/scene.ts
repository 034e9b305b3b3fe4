/** What a measurement works with: the load's faces, the server under load, and who looks at the server meanwhile. */
import type { CarrierFace, Server } from './carrier-face.ts';
import type { MediaLines } from './media-lines.ts';
import type { Figures, StallWatch } from './samples.ts';
import type { VendorDelays, VendorFace } from './vendor-face.ts';

/** What the server used between two moments, as the machine saw it. */
export interface Used {
  cpuMs: number;
  rssMb: number;
}

export interface Scene {
  server: Server;
  carrier: CarrierFace;
  vendors: VendorFace;
  stalls: StallWatch;
  lines: MediaLines;
  /** Looks at the server's processor time and memory now. */
  look(): Promise<Used>;
  options: MeasureOptions;
}

export interface MeasureOptions {
  calls: number;
  seconds: number;
  perSecond: number;
  delays: VendorDelays;
  /** Whether the server is one of the baselines, which take sockets without a call. */
  isBaseline: boolean;
  /** Whether the recognizer says ahead that a turn may be over. */
  eager: boolean;
}

export type Outcome = Record<string, Figures | number>;

/** What cannot be measured yet says why. */
export class NotYet extends Error {}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Does something so many times a second, by the clock and not by when the last one was done. */
export async function openLoop(perSecond: number, seconds: number, work: (index: number) => void): Promise<void> {
  const startedAt = performance.now();
  const total = Math.round(perSecond * seconds);
  for (let index = 0; index < total; ) {
    const due = Math.min(Math.floor(((performance.now() - startedAt) * perSecond) / 1000) + 1, total);
    for (; index < due; index += 1) work(index);
    await pause(1);
  }
}

/** Does all of these, so many at once. */
export async function inParallel(count: number, atOnce: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) {
      next += 1;
      await work(next - 1);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker));
}
