/** Queries on the servers that share this database. */
import type { Selectable } from 'kysely';
import type { NodesTable } from './node-tables.ts';
import type { Db } from './schema.ts';

export type NodeRow = Selectable<NodesTable>;

/** How often a node says that it lives. */
export const nodeBeatMs = 10_000;
/** A node that was silent for so long is gone, and what it held is anybody's. Clocks of nodes must agree to a few seconds. */
export const nodeGoneMs = 30_000;
/** A gone node is remembered so long, for whatever still names it. */
const rememberedMs = 7 * 24 * 3600 * 1000;

export interface NodeBeat {
  id: string;
  host: string;
  startedAt: Date;
  now: Date;
}

/** Says that a node lives; also of one that was taken for gone meanwhile. */
export async function beatNode(db: Db, { id, host, startedAt, now }: NodeBeat): Promise<void> {
  await db
    .insertInto('nodes')
    .values({ id, host, started_at: startedAt, seen_at: now })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ seen_at: now, stopped_at: null }))
    .execute();
}

/** A node that stops by itself is gone at once. */
export async function stopNode(db: Db, id: string, now: Date): Promise<void> {
  await db.updateTable('nodes').set({ stopped_at: now }).where('id', '=', id).execute();
}

/** On a database that only one process can hold, whoever was there before is gone. */
export async function stopOtherNodes(db: Db, id: string, now: Date): Promise<void> {
  const others = db.updateTable('nodes').set({ stopped_at: now }).where('id', '!=', id);
  await others.where('stopped_at', 'is', null).execute();
}

const silentSince = (now: Date) => new Date(now.getTime() - nodeGoneMs);

/** Ids of the nodes that stopped or fell silent: what they held may be taken over. */
export async function listGoneNodes(db: Db, now: Date): Promise<string[]> {
  const rows = await db
    .selectFrom('nodes')
    .select('id')
    .where((node) => node.or([node('stopped_at', 'is not', null), node('seen_at', '<=', silentSince(now))]))
    .execute();
  return rows.map(({ id }) => id);
}

/** The nodes that live, the oldest first. */
export function listLivingNodes(db: Db, now: Date): Promise<NodeRow[]> {
  return db
    .selectFrom('nodes')
    .selectAll()
    .where('stopped_at', 'is', null)
    .where('seen_at', '>', silentSince(now))
    .orderBy('started_at')
    .orderBy('id')
    .execute();
}

export async function isNodeAlive(db: Db, id: string, now: Date): Promise<boolean> {
  return (await listLivingNodes(db, now)).some((node) => node.id === id);
}

export async function forgetOldNodes(db: Db, now: Date): Promise<void> {
  const before = new Date(now.getTime() - rememberedMs);
  await db.deleteFrom('nodes').where('seen_at', '<', before).execute();
}
