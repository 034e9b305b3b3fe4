/** Puts a vendor's misfortune between what a session sends and the wire: held back, late, slow, spoilt, cut or huge. */
import type { CancelTimer, Clock } from '../../base/clock.ts';
import type { VendorFault, VendorFaults, VendorKind, VendorName } from './vendor.ts';

export const slowMs = 3000;
export const dripMs = 400;
const hugeBytes = 5 * 1024 * 1024;

/** JSON that breaks off. */
export const spoiltJson = '{"type":"Results","channel":{"alternatives":[';

/** JSON that is right but far too long. */
export function makeHugeJson(): string {
  return JSON.stringify({ type: 'huge', padding: 'x'.repeat(hugeBytes) });
}

/** The other end of the wire. */
export interface Wire {
  deliver(data: string | Uint8Array): void;
  close(code: number, reason: string): void;
}

export interface FaultySending extends Wire {
  /** Nothing is delivered from now on, and no timer is left. */
  stop(): void;
}

type Waiting = { sentAtMs: number } & (
  | { type: 'data'; data: string | Uint8Array }
  | { type: 'close'; code: number; reason: string }
);

export function createFaultySending(parts: {
  clock: Clock;
  faults: VendorFaults;
  kind: VendorKind;
  vendor: VendorName;
  wire: Wire;
}): FaultySending {
  const { clock, faults, kind, vendor, wire } = parts;
  const queue: Waiting[] = [];
  let cancelTimer: CancelTimer | null = null;
  let lastAtMs = Number.NEGATIVE_INFINITY;
  let isHugeSent = false;
  let isOver = false;

  const dueAt = (head: Waiting, fault: VendorFault): number => {
    if (fault === 'slow-first-byte') return head.sentAtMs + slowMs;
    return fault === 'drip' ? lastAtMs + dripMs : Number.NEGATIVE_INFINITY;
  };
  const release = (item: Waiting, nowMs: number) => {
    lastAtMs = nowMs;
    if (item.type === 'data') return wire.deliver(item.data);
    stop();
    wire.close(item.code, item.reason);
  };
  const pump = () => {
    cancelTimer?.();
    cancelTimer = null;
    for (let head = queue[0]; head && !isOver; head = queue[0]) {
      const fault = faults.of(kind, vendor);
      if (fault === 'stall') return;
      const nowMs = clock.monotonicMs();
      const waitMs = Math.ceil(dueAt(head, fault) - nowMs);
      if (waitMs > 0) {
        cancelTimer = clock.startTimer(waitMs, pump);
        return;
      }
      queue.shift();
      release(head, nowMs);
    }
  };
  const add = (item: Waiting) => {
    if (isOver) return;
    queue.push(item);
    if (queue.length === 1) pump();
  };
  const forget = faults.onSet(() => {
    isHugeSent = false;
    if (faults.of(kind, vendor) === 'close') breakOff();
    else pump();
  });
  function stop(): void {
    isOver = true;
    forget();
    cancelTimer?.();
    cancelTimer = null;
    queue.length = 0;
  }
  function breakOff(): void {
    if (isOver) return;
    stop();
    wire.close(1011, 'simulated fault');
  }
  return {
    deliver(data) {
      const sentAtMs = clock.monotonicMs();
      const fault = faults.of(kind, vendor);
      if (fault === 'huge-message' && !isHugeSent) {
        isHugeSent = true;
        add({ type: 'data', data: makeHugeJson(), sentAtMs });
      }
      add({ type: 'data', data: fault === 'bad-json' ? spoiltJson : data, sentAtMs });
    },
    close: (code, reason) => add({ type: 'close', code, reason, sentAtMs: clock.monotonicMs() }),
    stop,
  };
}
