/** Which events a node has heard, by their positions; of the newest ones, so that it does not grow. */

export interface HeardPositions {
  newest(): number;
  /** What is older was before this node's time. */
  startAt(position: number): void;
  has(position: number): boolean;
  /** Whether it was not heard before. */
  add(position: number): boolean;
}

const mostRemembered = 20_000;

export function createHeardPositions(): HeardPositions {
  const positions = new Set<number>();
  let oldest = 0;
  let newest = 0;

  const forgetOldest = () => {
    const sorted = [...positions].sort((a, b) => a - b);
    for (const old of sorted.slice(0, mostRemembered / 2)) positions.delete(old);
    oldest = sorted[mostRemembered / 2 - 1] ?? oldest;
  };

  const has = (position: number) => position <= oldest || positions.has(position);

  return {
    has,
    newest: () => newest,
    startAt(position) {
      oldest = Math.max(oldest, position);
      newest = Math.max(newest, position);
    },
    add(position) {
      if (has(position)) return false;
      positions.add(position);
      newest = Math.max(newest, position);
      if (positions.size > mostRemembered) forgetOldest();
      return true;
    },
  };
}
