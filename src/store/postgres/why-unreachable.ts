/** Says in one line why a Postgres server cannot be had, and never with its password. */
import { CallwrightError, messageOf } from '../../base/errors.ts';

const reasons: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'the name could not be looked up',
  ENOENT: 'there is no such socket',
  EACCES: 'the socket may not be used by this user',
  ETIMEDOUT: 'it did not answer in time',
  ECONNRESET: 'it broke the connection',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
  '28P01': 'it refused the password',
  '28000': 'it refused this user',
  '3D000': 'it has no database of that name',
  '53300': 'it has no connection to spare',
  '57P03': 'it is starting up or shutting down',
};

/** Host, port and database of a URL: what may be shown. @throws CallwrightError `store/unreachable` for no such URL */
export function describeTarget(url: string): string {
  // The parser's own error carries the URL, password and all, so it must not become a cause.
  const parsed = URL.parse(url);
  if (parsed === null || !['postgres:', 'postgresql:'].includes(parsed.protocol)) {
    throw new CallwrightError(
      'store/unreachable',
      'DATABASE_URL is not a Postgres URL; it should look like postgres://user:password@host:5432/database, with special characters of the password percent-encoded.',
    );
  }
  const host = parsed.searchParams.get('host') ?? parsed.hostname;
  return `${host || 'localhost'}:${parsed.port || '5432'}${parsed.pathname}`;
}

function codeOf(error: unknown): string | null {
  // A name with several addresses fails with one error for each of them.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error && 'code' in first && typeof first.code === 'string' ? first.code : null;
}

export function toUnreachable(error: unknown, target: string): CallwrightError {
  const reason = reasons[codeOf(error) ?? ''] ?? (messageOf(error) || 'unknown reason');
  return new CallwrightError('store/unreachable', `Cannot use the Postgres server at ${target}: ${reason}.`);
}
