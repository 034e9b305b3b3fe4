/** How many sockets there may be, and how fast they may speak. */

export interface SocketLimits {
  /** Open at once. */
  maxOpen: number;
  /** Not yet known to belong to a call: overall, and from one address. */
  maxHandshakes: number;
  maxHandshakesPerAddress: number;
  /** From one socket, in the long run; a carrier sends 50 a second. */
  framesPerSecond: number;
  /** So many more at once, as after a stall of the network. */
  burstFrames: number;
}

export const defaultSocketLimits: SocketLimits = {
  maxOpen: 1000,
  maxHandshakes: 500,
  maxHandshakesPerAddress: 100,
  framesPerSecond: 100,
  burstFrames: 1000,
};

export interface HandshakeBook {
  /** Notes one more handshake, and gives what ends it; null when there are too many already. */
  begin(address: string): (() => void) | null;
}

export function createHandshakeBook(
  limits: Pick<SocketLimits, 'maxHandshakes' | 'maxHandshakesPerAddress'>,
): HandshakeBook {
  const byAddress = new Map<string, number>();
  let all = 0;
  return {
    begin(address) {
      const here = byAddress.get(address) ?? 0;
      if (all >= limits.maxHandshakes || here >= limits.maxHandshakesPerAddress) return null;
      all += 1;
      byAddress.set(address, here + 1);
      let isOver = false;
      return () => {
        if (isOver) return;
        isOver = true;
        all -= 1;
        const left = (byAddress.get(address) ?? 1) - 1;
        if (left === 0) byAddress.delete(address);
        else byAddress.set(address, left);
      };
    },
  };
}

/** Whether one frame more, at this moment, is within what a socket may send. */
export function createFrameBudget(limits: Pick<SocketLimits, 'framesPerSecond' | 'burstFrames'>, startMs: number) {
  let left = limits.burstFrames;
  let atMs = startMs;
  return (nowMs: number): boolean => {
    left = Math.min(left + ((nowMs - atMs) / 1000) * limits.framesPerSecond, limits.burstFrames);
    atMs = nowMs;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}
