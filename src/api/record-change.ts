/** Writes into the audit log what a request changed. */
import type { FastifyRequest } from 'fastify';
import type { Clock } from '../base/clock.ts';
import { type AuditEntry, recordAudit } from '../store/audit-log.ts';
import type { Db } from '../store/schema.ts';
import { whoAsks } from './authorize.ts';

type Change = Pick<AuditEntry, 'action' | 'subjectKind' | 'subjectId' | 'details'> & { request: FastifyRequest };

/** Call with the transaction of the change itself, where it has one. */
export function recordChange({ clock }: { clock: Clock }, db: Db, { request, ...change }: Change): Promise<void> {
  return recordAudit(db, {
    ...change,
    at: new Date(clock.now()),
    principal: whoAsks(request),
    requestId: request.id,
  });
}
