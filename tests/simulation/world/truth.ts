/** What really happened, as an all-seeing observer writes it down: what the laws are judged by. */
import { createHash } from 'node:crypto';

/** A law was broken. */
export class LawBroken extends Error {
  readonly law: string;
  constructor(law: string, message: string) {
    super(`${law}: ${message}`);
    this.law = law;
  }
}

/** A call at the carrier. */
export interface TrueCall {
  carrierSid: string;
  /** Ours, as the addresses name it that we gave the carrier. */
  callId: string;
  to: string;
  createdAtMs: number;
  endedAtMs: number | null;
  answeredAtMs: number | null;
  status: string;
}

export interface Truth {
  calls: Map<string, TrueCall>;
  /** The carrier's calls of each of ours. */
  byCall: Map<string, TrueCall[]>;
  /** How often each injector of faults has struck. */
  faults: Map<string, number>;
  strike(fault: string): void;
  note(...line: (string | number | null)[]): void;
  /** The hash of everything that was noted. */
  digest(): string;
  /** The last lines, for a person. */
  tail(): string[];
}

const tailLength = 400;

export function createTruth(nowMs: () => number): Truth {
  const hash = createHash('sha256');
  const lines: string[] = [];
  const faults = new Map<string, number>();
  return {
    calls: new Map(),
    byCall: new Map(),
    faults,
    strike(fault) {
      faults.set(fault, (faults.get(fault) ?? 0) + 1);
    },
    note(...line) {
      const text = `${nowMs()} ${line.join(' ')}`;
      hash.update(text).update('\n');
      lines.push(text);
      if (lines.length > 2 * tailLength) lines.splice(0, tailLength);
    },
    digest: () => hash.copy().digest('hex'),
    tail: () => lines.slice(-tailLength),
  };
}
