/** Queries on assistants and their published versions. */
import { type Insertable, type Selectable, sql } from 'kysely';
import type { Reach } from './reach.ts';
import type { AssistantsTable, AssistantVersionsTable, Db } from './schema.ts';

export type AssistantRow = Selectable<AssistantsTable>;
export type AssistantVersionRow = Selectable<AssistantVersionsTable>;

/** Stores an assistant and gives it, under a chosen id or the next free one. Throws a unique violation for a taken id. */
export async function insertAssistant(db: Db, row: Insertable<AssistantsTable>): Promise<AssistantRow> {
  const chosen = row.id !== undefined;
  // Nobody may take an id from the counter while it is moved past the chosen one.
  if (chosen) await sql`lock table assistants in share row exclusive mode`.execute(db);
  const inserted = await db.insertInto('assistants').values(row).returningAll().executeTakeFirstOrThrow();
  if (chosen) {
    await sql`
      select setval(pg_get_serial_sequence('assistants', 'id'), greatest(
        (select max(id) from assistants),
        (select last_value from assistants_id_seq)
      ))`.execute(db);
  }
  return inserted;
}

/** Archived ones are found too: they stay to be read. */
export function findAssistant(db: Db, reach: Reach, id: number): Promise<AssistantRow | undefined> {
  let query = db.selectFrom('assistants').selectAll().where('id', '=', id);
  if (!reach.everyone) query = query.where('client_id', '=', reach.clientId);
  return query.executeTakeFirst();
}

/** The assistant, locked until the transaction ends, so that its versions follow one another. */
export function lockAssistant(db: Db, reach: Reach, id: number): Promise<AssistantRow | undefined> {
  let query = db.selectFrom('assistants').selectAll().where('id', '=', id);
  if (!reach.everyone) query = query.where('client_id', '=', reach.clientId);
  return query.forUpdate().executeTakeFirst();
}

/** In the order of their ids, beginning after one. */
export function listAssistants(
  db: Db,
  filter: { reach: Reach; withArchived: boolean },
  page: { limit: number; afterId: number },
): Promise<AssistantRow[]> {
  const { reach } = filter;
  let query = db.selectFrom('assistants').selectAll().where('id', '>', page.afterId);
  if (!reach.everyone) query = query.where('client_id', '=', reach.clientId);
  if (!filter.withArchived) query = query.where('archived_at', 'is', null);
  return query.orderBy('id').limit(page.limit).execute();
}

/** For a row that `lockAssistant` gave. */
export function updateAssistant(
  db: Db,
  id: number,
  changes: Partial<Pick<Insertable<AssistantsTable>, 'name' | 'draft' | 'updated_at' | 'archived_at'>>,
): Promise<AssistantRow> {
  return db.updateTable('assistants').set(changes).where('id', '=', id).returningAll().executeTakeFirstOrThrow();
}

/** Stores a version and makes it the one that calls are made with; for a row that `lockAssistant` gave. */
export async function publishVersion(db: Db, row: Insertable<AssistantVersionsTable>): Promise<AssistantVersionRow> {
  const stored = await db.insertInto('assistant_versions').values(row).returningAll().executeTakeFirstOrThrow();
  await db
    .updateTable('assistants')
    .set({ published_version: stored.version, updated_at: stored.published_at })
    .where('id', '=', stored.assistant_id)
    .execute();
  return stored;
}

function versionsOf(db: Db, reach: Reach, assistantId: number) {
  const query = db
    .selectFrom('assistant_versions')
    .innerJoin('assistants', 'assistants.id', 'assistant_versions.assistant_id')
    .selectAll('assistant_versions')
    .where('assistant_id', '=', assistantId);
  return reach.everyone ? query : query.where('assistants.client_id', '=', reach.clientId);
}

/** Newest first, beginning below a version. */
export function listVersions(
  db: Db,
  of: { reach: Reach; assistantId: number },
  page: { limit: number; below: number },
): Promise<AssistantVersionRow[]> {
  return versionsOf(db, of.reach, of.assistantId)
    .where('version', '<', page.below)
    .orderBy('version', 'desc')
    .limit(page.limit)
    .execute();
}

export function findVersion(
  db: Db,
  reach: Reach,
  version: { assistantId: number; version: number },
): Promise<AssistantVersionRow | undefined> {
  return versionsOf(db, reach, version.assistantId).where('version', '=', version.version).executeTakeFirst();
}

/** The version that calls are made with now, and whose assistant it is; undefined for an archived one. */
export function findPublishedVersion(
  db: Db,
  reach: Reach,
  assistantId: number,
): Promise<(AssistantVersionRow & { client_id: string | null }) | undefined> {
  return versionsOf(db, reach, assistantId)
    .select('assistants.client_id')
    .whereRef('assistants.published_version', '=', 'assistant_versions.version')
    .where('assistants.archived_at', 'is', null)
    .executeTakeFirst();
}
