/** How many lines the clients, campaigns and numbers concerned may hold at once, as it is set now. */
import { listClientLimits } from '../../store/clients.ts';
import type { NumberLimits } from '../../store/number-paces.ts';
import type { Db } from '../../store/schema.ts';
import { parseClientDialLimits } from './client-dial-limits.ts';
import type { LineLimits } from './share-lines.ts';

export async function findLineLimits(
  db: Db,
  asked: { all: number; numbers: readonly NumberLimits[]; owners: readonly { client_id: string | null }[] },
): Promise<LineLimits> {
  const ids = [...new Set(asked.owners.flatMap(({ client_id }) => (client_id === null ? [] : [client_id])))];
  const clients = new Map<string, number>();
  for (const { id, limits } of await listClientLimits(db, ids)) {
    const most = parseClientDialLimits(limits)?.concurrent_calls;
    if (most !== undefined) clients.set(id, most);
  }
  const fromNumbers = new Map<string, number>();
  for (const { number, concurrent_calls: most } of asked.numbers) {
    if (most !== null) fromNumbers.set(number, most);
  }
  return { all: asked.all, clients, campaigns: new Map(), fromNumbers };
}
