/** What refusals about accounts are to the outside. */

import { TooManyLogins } from '../account/refusals.ts';
import { CallwrightError, messageOf } from '../base/errors.ts';
import { ProblemError } from './problem.ts';

const titles: Record<number, string> = {
  400: 'Invalid request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not found',
  409: 'Conflict',
  429: 'Too many requests',
  503: 'Unavailable',
};

const statusOf: Record<string, number> = {
  'account/wrong-pair': 401,
  'account/session-over': 401,
  'account/too-many-logins': 429,
  'account/too-busy': 503,
  'account/email-taken': 409,
  'account/no-such-client': 400,
  'account/role-and-client': 400,
  'account/beyond-your-own': 403,
  'account/own-account': 403,
  'account/last-administrator': 409,
  'account/wrong-setup-code': 403,
  'account/no-setup-code': 403,
  'account/is-set-up': 409,
};

/** The problem that such a refusal is; any other error is given back as it is. */
export function toAccountProblem(error: unknown): unknown {
  if (!(error instanceof CallwrightError) || !Object.hasOwn(statusOf, error.code)) return error;
  const status = statusOf[error.code] ?? 500;
  const problem = { status, code: error.code, title: titles[status] ?? '', detail: messageOf(error) };
  return new ProblemError(problem, headersOf(error));
}

function headersOf(error: CallwrightError): Record<string, string> {
  if (error instanceof TooManyLogins) return { 'retry-after': String(error.retryAfterSeconds) };
  return error.code === 'account/too-busy' ? { 'retry-after': '1' } : {};
}

/** Runs work whose refusals are answers. */
export async function withAccountProblems<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toAccountProblem(error);
  }
}
