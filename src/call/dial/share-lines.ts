/** Which of the calls whose turn has come get a line: as many as everybody, their client, campaign and number have. Pure. */

import type { FullLines, LinesInUse } from '../../store/call-queue.ts';
import type { CallRow } from '../../store/calls.ts';

/** How many lines there may be; who is not named has no limit of its own. */
export interface LineLimits {
  all: number;
  clients: ReadonlyMap<string, number>;
  campaigns: ReadonlyMap<string, number>;
  fromNumbers: ReadonlyMap<string, number>;
}

type Owner = Pick<CallRow, 'client_id' | 'campaign_id' | 'from_number'>;

export interface LineBook {
  /** How many more there may be at all. */
  free(): number;
  /** Those with a limit that is reached. */
  full(): FullLines;
  /** Takes a line for this call where there is one. */
  take(call: Owner): boolean;
}

export function createLineBook(inUse: readonly LinesInUse[], limits: LineLimits): LineBook {
  const used = { all: 0, clients: new Map(), campaigns: new Map(), fromNumbers: new Map() } as {
    all: number;
    clients: Map<string, number>;
    campaigns: Map<string, number>;
    fromNumbers: Map<string, number>;
  };
  const keysOf = (call: Owner & { direction?: string }) =>
    [
      ['clients', call.client_id],
      ['campaigns', call.campaign_id],
      // A number's limit is for the calls made from it.
      ['fromNumbers', call.direction === 'inbound' ? null : call.from_number],
    ] as const;
  const add = (call: Owner & { direction?: string }, calls: number) => {
    used.all += calls;
    for (const [kind, key] of keysOf(call)) if (key !== null) used[kind].set(key, (used[kind].get(key) ?? 0) + calls);
  };
  for (const line of inUse) add(line, line.calls);
  const isFull = (kind: 'clients' | 'campaigns' | 'fromNumbers', key: string) =>
    (used[kind].get(key) ?? 0) >= (limits[kind].get(key) ?? Number.POSITIVE_INFINITY);
  const fullOnes = (kind: 'clients' | 'campaigns' | 'fromNumbers') =>
    [...limits[kind].keys()].filter((key) => isFull(kind, key));
  return {
    free: () => Math.max(limits.all - used.all, 0),
    full: () => ({
      clientIds: fullOnes('clients'),
      campaignIds: fullOnes('campaigns'),
      fromNumbers: fullOnes('fromNumbers'),
    }),
    take(call) {
      if (used.all >= limits.all) return false;
      if (keysOf(call).some(([kind, key]) => key !== null && isFull(kind, key))) return false;
      add(call, 1);
      return true;
    },
  };
}
