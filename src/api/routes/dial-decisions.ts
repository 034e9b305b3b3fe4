/** `/v1/calls/decisions`: every decision of the rules as evidence, by time and number, as JSON or CSV. */
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { reachOf } from '../../account/principal.ts';
import type { DialDecision } from '../../call/dial/decide-dial.ts';
import { type CallCursor, type CallFilter, type CallRow, listCalls } from '../../store/calls.ts';
import type { Store } from '../../store/open-store.ts';
import type { Db } from '../../store/schema.ts';
import { toCsvLine } from '../../text/csv.ts';
import { whoAsks } from '../authorize.ts';
import { listDecisionsQuerySchema } from '../contract/calls.ts';
import { parseOrProblem } from '../problem.ts';

const exportedAtOnce = 500;
const columns = [
  'call_id',
  'client_id',
  'to',
  'from',
  'asked_at',
  'decided_at',
  'allowed',
  'code',
  'detail',
  'status',
  'reasons',
];

export function dialDecisionRoutes({ store }: { store: Store }) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get('/v1/calls/decisions', { config: { permission: 'calls:read' } }, (request, reply) => {
      const query = parseOrProblem(listDecisionsQuerySchema, request.query);
      const filter = {
        reach: reachOf(whoAsks(request)),
        direction: 'outbound',
        status: query.allowed === false ? 'blocked' : undefined,
        to: query.to,
        createdAfter: query.created_after ? new Date(query.created_after) : undefined,
        createdBefore: query.created_before ? new Date(query.created_before) : undefined,
      };
      const isCsv = query.format === 'csv';
      return reply
        .type(isCsv ? 'text/csv; charset=utf-8' : 'application/json; charset=utf-8')
        .header('content-disposition', `attachment; filename="decisions.${query.format}"`)
        .header('cache-control', 'no-store')
        .send(Readable.from(isCsv ? toCsv(store.db, filter) : toJson(store.db, filter)));
    });
  };
}

/** Newest first; calls that were never decided about are not among them. */
async function* decidedCalls(db: Db, filter: CallFilter): AsyncGenerator<{ row: CallRow; decision: DialDecision }> {
  let after: CallCursor | null = null;
  do {
    const rows: CallRow[] = await listCalls(db, filter, { limit: exportedAtOnce, after });
    for (const row of rows) {
      if (row.policy_decision !== null) yield { row, decision: row.policy_decision as DialDecision };
    }
    const last: CallRow | undefined = rows.length === exportedAtOnce ? rows.at(-1) : undefined;
    after = last ? { createdAt: last.created_at, id: last.id } : null;
  } while (after);
}

async function* toCsv(db: Db, filter: CallFilter): AsyncGenerator<string> {
  yield toCsvLine(columns);
  for await (const { row, decision } of decidedCalls(db, filter)) {
    const { id, client_id, to_number, from_number, created_at, status } = row;
    const who = [id, client_id ?? '', to_number, from_number, created_at.toISOString(), decision.decided_at];
    const reasons = decision.reasons.map(({ rule, verdict, detail }) => `${rule} ${verdict}: ${detail}`).join(' | ');
    yield toCsvLine([...who, String(decision.allowed), decision.code ?? '', decision.detail ?? '', status, reasons]);
  }
}

async function* toJson(db: Db, filter: CallFilter): AsyncGenerator<string> {
  let isFirst = true;
  yield '[';
  for await (const { row, decision } of decidedCalls(db, filter)) {
    const { id, client_id, to_number, from_number, created_at, status } = row;
    const who = {
      call_id: id,
      client_id,
      to: to_number,
      from: from_number,
      asked_at: created_at.toISOString(),
      status,
    };
    yield `${isFirst ? '' : ',\n'}${JSON.stringify({ ...who, policy: decision })}`;
    isFirst = false;
  }
  yield ']\n';
}
