/** `/v1/audit-log`: who did what, newest first. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { reachOf } from '../../account/principal.ts';
import { type AuditRow, listAudit } from '../../store/audit-log.ts';
import type { Store } from '../../store/open-store.ts';
import { whoAsks } from '../authorize.ts';
import { type AuditEntryResource, listAuditQuerySchema } from '../contract/audit-log.ts';
import { fromCursor } from '../cursor.ts';
import { toPage } from '../page.ts';
import { parseOrProblem } from '../problem.ts';

const positionCursor = z.tuple([z.int().min(0)]);
const reading = { config: { permission: 'audit-log:read' } } as const;

export function auditLogRoutes({ store }: { store: Store }) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get('/v1/audit-log', reading, async (request) => {
      const query = parseOrProblem(listAuditQuerySchema, request.query);
      const filter = {
        reach: reachOf(whoAsks(request)),
        action: query.action,
        actorId: query.actor_id,
        subjectKind: query.subject_kind,
        subjectId: query.subject_id,
      };
      const beforePosition = query.cursor === undefined ? null : fromCursor(query.cursor, positionCursor)[0];
      const rows = await listAudit(store.db, filter, { limit: query.limit + 1, beforePosition });
      return toPage(rows, query.limit, { show: toAuditEntry, cursor: ({ position }) => [position] });
    });
  };
}

function toAuditEntry(row: AuditRow): AuditEntryResource {
  return {
    position: row.position,
    at: row.at.toISOString(),
    client_id: row.client_id,
    actor: { kind: row.actor_kind, id: row.actor_id },
    action: row.action,
    subject: { kind: row.subject_kind, id: row.subject_id },
    request_id: row.request_id,
    details: row.details as Record<string, unknown>,
  };
}
