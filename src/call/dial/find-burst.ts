/** How many calls went to a block of numbers in the last hour, and came from a new client in the last day. */
import { countDialed } from '../../store/dial-attempts.ts';
import type { Db } from '../../store/schema.ts';

export interface Burst {
  /** The number without its last four digits. */
  block: { beginning: string; most: number | null; dialed: number };
  newClient: { most: number | null; dialed: number };
}

export interface BurstLimits {
  /** Null: no limit. */
  perBlockPerHour: number | null;
  newClientPerDay: number | null;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const newForMs = 7 * dayMs;
const lastDigits = 4;

/** What no limit asks for is not counted. */
export async function findBurst(
  db: Db,
  asked: { to: string; client: { id: string; createdAt: Date; hasOwnLimit: boolean } | null; limits: BurstLimits },
  atMs: number,
): Promise<Burst> {
  const { to, client, limits } = asked;
  const beginning = to.slice(0, -lastDigits);
  const isNew = client !== null && !client.hasOwnLimit && client.createdAt.getTime() > atMs - newForMs;
  const mostOfNew = isNew ? limits.newClientPerDay : null;
  const since = (ms: number) => new Date(atMs - ms);
  const block = limits.perBlockPerHour === null ? 0 : await countDialed(db, { since: since(hourMs), beginning });
  const dialed = mostOfNew === null ? 0 : await countDialed(db, { since: since(dayMs), clientId: client?.id });
  return {
    block: { beginning, most: limits.perBlockPerHour, dialed: block },
    newClient: { most: mostOfNew, dialed },
  };
}
