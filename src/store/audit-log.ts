/** Who did what: rows are added with the change they tell of, and never altered. */
import type { Selectable } from 'kysely';
import type { Reach } from './reach.ts';
import type { AuditLogTable, Db } from './schema.ts';

export type AuditRow = Selectable<AuditLogTable>;

export interface AuditEntry {
  at: Date;
  principal: { kind: string; id: string; clientId: string | null };
  /** For example `client.updated`. */
  action: string;
  subjectKind: string;
  subjectId: string;
  requestId: string | null;
  /** Never a secret. */
  details?: Record<string, unknown>;
}

/** Within the transaction of the change itself, so that neither is there without the other. */
export async function recordAudit(db: Db, entry: AuditEntry): Promise<void> {
  const { principal } = entry;
  await db
    .insertInto('audit_log')
    .values({
      at: entry.at,
      client_id: principal.clientId,
      actor_kind: principal.kind,
      actor_id: principal.id,
      action: entry.action,
      subject_kind: entry.subjectKind,
      subject_id: entry.subjectId,
      request_id: entry.requestId,
      details: JSON.stringify(entry.details ?? {}),
    })
    .execute();
}

export interface AuditFilter {
  reach: Reach;
  action?: string | undefined;
  actorId?: string | undefined;
  subjectKind?: string | undefined;
  subjectId?: string | undefined;
}

/** Entries that pass the filter, newest first. */
export function listAudit(
  db: Db,
  filter: AuditFilter,
  page: { limit: number; beforePosition: number | null },
): Promise<AuditRow[]> {
  let query = db.selectFrom('audit_log').selectAll();
  if (!filter.reach.everyone) query = query.where('client_id', '=', filter.reach.clientId);
  if (filter.action !== undefined) query = query.where('action', '=', filter.action);
  if (filter.actorId !== undefined) query = query.where('actor_id', '=', filter.actorId);
  if (filter.subjectKind !== undefined) query = query.where('subject_kind', '=', filter.subjectKind);
  if (filter.subjectId !== undefined) query = query.where('subject_id', '=', filter.subjectId);
  if (page.beforePosition !== null) query = query.where('position', '<', page.beforePosition);
  return query.orderBy('position', 'desc').limit(page.limit).execute();
}
