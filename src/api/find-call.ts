/** The call that a path names by our id or by the carrier's. */
import { type CallRow, findCall } from '../store/calls.ts';
import type { Db } from '../store/schema.ts';
import { notFound } from './problem.ts';

/** @throws ProblemError 404, also for what cannot be an id at all */
export async function findCallOr404(db: Db, id: string): Promise<CallRow> {
  const call = /^\w{1,100}$/.test(id) ? await findCall(db, id) : undefined;
  if (!call) throw notFound('call');
  return call;
}
