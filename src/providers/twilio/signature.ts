/**
 * Signs and checks `X-Twilio-Signature`: HMAC-SHA1 over the address as configured and the fields of a form body.
 * @see https://www.twilio.com/docs/usage/webhooks/webhooks-security (read November 2026)
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { CarrierRequest } from '../../ports/carrier.ts';
import { type Form, longestBody, parseForm } from './form.ts';

/** What a signature is checked against; never the request's own host, which anyone can write. */
export interface SignatureCheck {
  /** Our address as Twilio was told it, without a trailing slash. */
  publicUrl: string;
  /** Any of these may have signed: two while tokens are rotated. */
  authTokens: readonly string[];
}

const noFields: Form = new Map();

/** The signature Twilio gives a request to `url` with these form fields. */
export function signRequest(authToken: string, url: string, fields: Form = noFields): string {
  const names = [...fields.keys()].sort();
  const signedFields = names.flatMap((name) => [...(fields.get(name) ?? [])].sort().map((value) => name + value));
  return createHmac('sha1', authToken)
    .update(url + signedFields.join(''))
    .digest('base64');
}

function isSame(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

/** The URL with its port left out and with the standard one written out: Twilio signs either. */
function portVariantsOf(url: string): string[] {
  const parts = /^(\w+:\/\/)([^/?#]*?)(:\d+)?([/?#].*)?$/s.exec(url);
  if (!parts) return [url];
  const [, scheme = '', host = '', port, rest = ''] = parts;
  const standardPort = /^(https|wss):/i.test(scheme) ? ':443' : ':80';
  return [`${scheme}${host}${rest}`, `${scheme}${host}${port ?? standardPort}${rest}`];
}

function isSignedFor(check: SignatureCheck, signature: string, candidate: { url: string; fields: Form }): boolean {
  return portVariantsOf(candidate.url).some((url) =>
    check.authTokens.some((token) => token !== '' && isSame(signature, signRequest(token, url, candidate.fields))),
  );
}

function signatureOf(request: CarrierRequest): string | null {
  const value = request.headers['x-twilio-signature'];
  return typeof value === 'string' && value !== '' && request.path.startsWith('/') ? value : null;
}

/** `form` only when the header says exactly that, in a charset we decode; `other` for any other body. */
function bodyKindOf(request: CarrierRequest): 'none' | 'form' | 'other' {
  const type = request.headers['content-type'];
  const isForm =
    typeof type === 'string' && /^application\/x-www-form-urlencoded\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type.trim());
  if (isForm) return 'form';
  return request.body === '' ? 'none' : 'other';
}

function bodyHashesOf(path: string): string[] {
  const queryAt = path.indexOf('?');
  return queryAt === -1 ? [] : new URLSearchParams(path.slice(queryAt)).getAll('bodySHA256');
}

/** Whether the body is what the signed address says: fields that are signed themselves, or the hash of the rest. */
function signedFieldsOf(request: CarrierRequest): Form | null {
  const hashes = bodyHashesOf(request.path);
  if (request.method === 'GET') return request.body === '' && hashes.length === 0 ? noFields : null;
  if (request.method !== 'POST' || request.body.length > longestBody) return null;
  const kind = bodyKindOf(request);
  if (kind === 'form') return hashes.length === 0 ? parseForm(request.body) : null;
  if (kind === 'none' && hashes.length === 0) return noFields;
  const [hash, ...more] = hashes;
  const matches = hash !== undefined && isSame(hash, createHash('sha256').update(request.body).digest('hex'));
  return matches && more.length === 0 ? noFields : null;
}

/**
 * Whether Twilio made this webhook request: the signature fits the public URL, the raw path and query, and the body.
 * The address is never normalized: a path that is only equivalent to a signed one is refused.
 */
export function isSignedWebhook(request: CarrierRequest, check: SignatureCheck): boolean {
  const signature = signatureOf(request);
  const fields = signedFieldsOf(request);
  return (
    signature !== null &&
    fields !== null &&
    isSignedFor(check, signature, { url: check.publicUrl + request.path, fields })
  );
}

/**
 * Whether Twilio opened this socket. It signs the address in the markup (`wss`), without fields; a lenient check
 * also takes the `https` form and a trailing slash more or less, as Twilio's own documentation advises.
 */
export function isSignedSocket(request: CarrierRequest, check: SignatureCheck): boolean {
  const signature = signatureOf(request);
  if (signature === null || request.method !== 'GET') return false;
  const bare = request.path.endsWith('/') ? request.path.slice(0, -1) : request.path;
  const bases = [check.publicUrl.replace(/^http/i, 'ws'), check.publicUrl];
  return bases.some((base) =>
    [bare, `${bare}/`].some((path) => isSignedFor(check, signature, { url: base + path, fields: noFields })),
  );
}
