/** The number that a call is made from: one of the asker's own, or the operator's configured one. */
import { findClient, isNumberWithin } from '../store/clients.ts';
import { everyone, onlyOf, type Reach } from '../store/reach.ts';
import type { Db } from '../store/schema.ts';
import { ProblemError } from './problem.ts';

interface Wanted {
  reach: Reach;
  /** Whose call it is. */
  clientId: string | null;
  asked: string | undefined;
  configured: string;
}

/** @throws ProblemError 400 for a number that is not theirs */
export async function mayCallFrom(db: Db, { reach, clientId, asked, configured }: Wanted): Promise<string> {
  if (asked === undefined) {
    const client = clientId === null ? undefined : await findClient(db, everyone, clientId);
    return client?.twilio_phone_number ?? configured;
  }
  const within = clientId === null ? reach : onlyOf(clientId);
  if (asked === configured || (await isNumberWithin(db, within, asked))) return asked;
  const detail = 'from: is none of your numbers';
  const errors = [{ field: 'from', message: 'is none of your numbers' }];
  throw new ProblemError({ status: 400, code: 'request/invalid', title: 'Invalid request', detail, errors });
}
