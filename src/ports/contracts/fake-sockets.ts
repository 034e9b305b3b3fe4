/** Sockets to a vendor that a test plays itself: it accepts or refuses them, sees what was sent, and answers. */
import type { OpenSocket, RawSocketEvents, SocketTarget } from '../../base/raw-socket.ts';

export interface FakeSocket {
  target: SocketTarget;
  /** All that we sent, in order. */
  sent: (string | Uint8Array)[];
  /** Text frames that we sent, as JSON. */
  readonly sentJson: Record<string, unknown>[];
  /** Whether the connection still stands or is being opened, seen from our side. */
  readonly isLive: boolean;
  /** How we left it. */
  readonly leftBy: 'close' | 'drop' | null;
  /** Bytes that wait at our side of the network. */
  waitingBytes: number;
  accept(): void;
  refuse(status: number, reason?: string): void;
  say(...frames: (string | Uint8Array | Record<string, unknown>)[]): void;
  end(code: number, reason?: string): void;
}

export interface FakeSockets {
  openSocket: OpenSocket;
  /** Every socket that was ever asked for. */
  all: FakeSocket[];
  /** The newest one. */
  readonly last: FakeSocket;
  /** How many still stand or are being opened. */
  readonly live: number;
}

export function createFakeSockets(): FakeSockets {
  const all: FakeSocket[] = [];
  return {
    all,
    openSocket: (target, events) => {
      const { fake, raw } = createFakeSocket(target, events);
      all.push(fake);
      return raw;
    },
    get last() {
      const newest = all.at(-1);
      if (!newest) throw new Error('no socket was opened');
      return newest;
    },
    get live() {
      return all.filter((socket) => socket.isLive).length;
    },
  };
}

function createFakeSocket(target: SocketTarget, events: RawSocketEvents) {
  let phase: 'opening' | 'open' | 'over' = 'opening';
  let leftBy: FakeSocket['leftBy'] = null;
  const over = (code: number, reason: string, refusedStatus: number | null = null) => {
    if (phase === 'over') return;
    phase = 'over';
    events.closed({ code, reason, refusedStatus });
  };
  const leave = (how: 'close' | 'drop', code: number) => {
    if (phase === 'over') return;
    leftBy = how;
    over(code, '');
  };
  const fake: FakeSocket = {
    target,
    sent: [],
    waitingBytes: 0,
    get sentJson() {
      return fake.sent.filter((data) => typeof data === 'string').map((text) => JSON.parse(text));
    },
    get isLive() {
      return phase !== 'over';
    },
    get leftBy() {
      return leftBy;
    },
    accept() {
      phase = 'open';
      events.opened();
    },
    refuse: (status, reason = '') => over(1006, reason, status),
    say(...frames) {
      for (const frame of frames) {
        if (phase !== 'open') return;
        events.message(typeof frame === 'string' || frame instanceof Uint8Array ? frame : JSON.stringify(frame));
      }
    },
    end: (code, reason = '') => over(code, reason),
  };
  const raw = {
    send(data: string | Uint8Array) {
      if (phase === 'opening') throw new Error('sent before the socket was open');
      if (phase === 'open') fake.sent.push(data);
    },
    get waitingBytes() {
      return fake.waitingBytes;
    },
    close: (code: number) => leave('close', code),
    drop: () => leave('drop', 1006),
  };
  return { fake, raw };
}
