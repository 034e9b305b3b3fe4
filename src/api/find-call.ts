/** The call that a path names by our id or by the carrier's, if it is one that the asker may see. */
import type { FastifyRequest } from 'fastify';
import { reachOf } from '../account/principal.ts';
import { type CallRow, findCall } from '../store/calls.ts';
import type { Db } from '../store/schema.ts';
import { whoAsks } from './authorize.ts';
import { notFound } from './problem.ts';

/** @throws ProblemError 404, also for what cannot be an id at all and for another client's call */
export async function findCallOr404(db: Db, request: FastifyRequest<{ Params: { id: string } }>): Promise<CallRow> {
  const { id } = request.params;
  const call = /^\w{1,100}$/.test(id) ? await findCall(db, reachOf(whoAsks(request)), id) : undefined;
  if (!call) throw notFound('call');
  return call;
}
