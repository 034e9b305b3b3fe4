/** Every way we know to make a carrier's genuine request into one that it did not make. */
import { createHash, createHmac } from 'node:crypto';
import { formType, type GenuineRequest, toBody } from './calls-in-every-state.ts';
import type { Chance, RawRequest } from './proof.ts';
import { authToken, type Fields, type ProvingGround, signAddress } from './proving-ground.ts';

export interface SpoilParts {
  ground: ProvingGround;
  chance: Chance;
  /** A genuine request of another kind or call, to mix with. */
  other: GenuineRequest;
}

/** A request that the carrier never made. */
type Spoil = (genuine: GenuineRequest, parts: SpoilParts) => RawRequest;

function toRaw(
  genuine: GenuineRequest,
  signature: string | string[] | null,
  more: Partial<RawRequest> = {},
): RawRequest {
  const headers: RawRequest['headers'] = { 'content-type': formType, ...more.headers };
  if (signature !== null) headers['x-twilio-signature'] = signature;
  return { method: 'POST', path: genuine.path, body: toBody(genuine.fields), ...more, headers };
}

const signed = ({ path, fields }: GenuineRequest, { ground }: SpoilParts) => ground.sign(path, fields);

/** The signature of something else than what is sent. */
const byAddress =
  (change: (address: string, parts: SpoilParts) => string): Spoil =>
  (genuine, parts) => {
    const address = change(`${parts.ground.url}${genuine.path}`, parts);
    return toRaw(genuine, signAddress(authToken, address, genuine.fields));
  };

const bySignature =
  (change: (signature: string, parts: SpoilParts) => string | string[] | null): Spoil =>
  (genuine, parts) =>
    toRaw(genuine, change(signed(genuine, parts), parts));

const byToken =
  (token: string): Spoil =>
  (genuine, { ground }) =>
    toRaw(genuine, ground.sign(genuine.path, genuine.fields, token));

/** Sends other fields than were signed. */
const byFields =
  (change: (fields: Fields, parts: SpoilParts) => Fields): Spoil =>
  (genuine, parts) =>
    toRaw(genuine, signed(genuine, parts), { body: toBody(change(genuine.fields, parts)) });

/** Sends to another path than was signed; what comes out must not be the very same. */
const byPath =
  (change: (path: string, parts: SpoilParts) => string): Spoil =>
  (genuine, parts) => {
    const path = change(genuine.path, parts);
    return toRaw(genuine, signed(genuine, parts), { path: path === genuine.path ? `${path}&` : path });
  };

const byHeaders =
  (headers: (genuine: GenuineRequest) => RawRequest['headers'], body?: (genuine: GenuineRequest) => string): Spoil =>
  (genuine, parts) =>
    toRaw(genuine, signed(genuine, parts), {
      headers: headers(genuine),
      ...(body ? { body: body(genuine) } : {}),
    });

/** Believed, these would make a request to us one to `evil.example.org`, for which the signature is right. */
const bySpoofedHost =
  (headers: Record<string, string>): Spoil =>
  (genuine) =>
    toRaw(genuine, signAddress(authToken, `https://evil.example.org${genuine.path}`, genuine.fields), { headers });

const asJson = ({ fields }: GenuineRequest) => JSON.stringify(Object.fromEntries(fields));
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const withQuery = (path: string, query: string) => `${path}${path.includes('?') ? '&' : '?'}${query}`;

function changeOneByte(text: string, { chance }: SpoilParts): string {
  const at = chance.below(text.length);
  const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
  const letter = chance.pick([...letters].filter((candidate) => candidate !== text[at]));
  return text.slice(0, at) + letter + text.slice(at + 1);
}

const changeOne = (
  fields: Fields,
  { chance }: SpoilParts,
  change: (pair: readonly [string, string]) => readonly [string, string],
) => {
  const at = chance.below(fields.length);
  return fields.map((pair, index) => (index === at ? change(pair) : pair));
};

export const spoils: Record<string, Spoil> = {
  'no signature': bySignature(() => null),
  'empty signature': bySignature(() => ''),
  'invented signature': bySignature((_, { chance }) => Buffer.from(chance.bytes(20)).toString('base64')),
  'signature with one letter changed': bySignature(changeOneByte),
  'signature cut short': bySignature((signature) => signature.slice(0, -2)),
  'signature in lower case': bySignature((signature) => `${signature.toLowerCase()}a`.slice(1)),
  'signature twice': bySignature((signature) => [signature, signature]),
  'signature in base64url': bySignature(
    (signature) => `${signature.replaceAll('+', '-').replaceAll('/', '_').replace('=', '')}`,
  ),
  'signature as bytes in hexadecimal': bySignature((signature) => Buffer.from(signature, 'base64').toString('hex')),
  'signature of 4000 letters': bySignature((signature) => signature.repeat(143)),
  'bearer in the place of a signature': (genuine, { ground }) => toRaw(genuine, null, { headers: { ...ground.key } }),
  'SHA-256 in the place of SHA-1': (genuine, { ground }) => {
    const hash = createHmac('sha256', authToken).update(`${ground.url}${genuine.path}`).digest('base64');
    return toRaw(genuine, hash);
  },
  "another account's token": byToken('f123456789abcdef0123456789abcdef'),
  'an empty token': byToken(''),
  'the word undefined as token': byToken('undefined'),
  'another host': byAddress((address) => address.replace('localhost', 'evil.example.org')),
  'the same host by its number': byAddress((address) => address.replace('localhost', '127.0.0.1')),
  https: byAddress((address) => address.replace('http:', 'https:')),
  'another port': byAddress((address) => address.replace(/:\d+\//, ':1/')),
  'a user in the address': byAddress((address) => address.replace('//', '//user:secret@')),
  'a fragment in the address': byAddress((address) => `${address}#rc=3`),
  'an address in capitals': byAddress((address) => address.toUpperCase()),
  'no query': byAddress((address) => address.replace(/\?.*|$/, '?')),
  'a slash more': byAddress((address) => `${address}/`),
  'another path': byAddress((address, { ground, other }) => `${ground.url}${other.path}${address.length}`),
  'the path alone': byAddress((address, { ground }) => address.slice(ground.url.length)),
  'no fields': (genuine, { ground }) => toRaw(genuine, ground.sign(genuine.path)),
  'the fields of another request': (genuine, { ground, other }) =>
    toRaw(genuine, ground.sign(genuine.path, [...other.fields, ['x', '1']])),
  'the signature of another request': (genuine, parts) =>
    toRaw(genuine, `${signed(parts.other, parts)}`, { path: `${genuine.path}`, body: `${toBody(genuine.fields)}&x=1` }),
  'a field less': byFields((fields, { chance }) => fields.toSpliced(chance.below(fields.length), 1)),
  'a field more': byFields((fields, { chance }) => [
    ...fields,
    [chance.pick(['Extra', '__proto__', 'CallSid2', '']), chance.pick(['1', 'x'])],
  ]),
  'a field twice with two values': byFields((fields, parts) => [...fields, [parts.chance.pick(fields)[0], 'other']]),
  'a value with one letter changed': byFields((fields, parts) =>
    changeOne(fields, parts, ([name, value]) => [name, value === '' ? 'x' : changeOneByte(value, parts)]),
  ),
  'a name with one letter changed': byFields((fields, parts) =>
    changeOne(fields, parts, ([name, value]) => [changeOneByte(name, parts), value]),
  ),
  'a space behind a value': byFields((fields, parts) =>
    changeOne(fields, parts, ([name, value]) => [name, `${value} `]),
  ),
  'U+0000 behind a value': byFields((fields, parts) =>
    changeOne(fields, parts, ([name, value]) => [name, `${value}\0`]),
  ),
  'a name as an array': byFields((fields, parts) => changeOne(fields, parts, ([name, value]) => [`${name}[]`, value])),
  'another status': byFields((fields) =>
    fields
      .map(
        ([name, value]) => [name, name === 'CallStatus' ? `${value === 'failed' ? 'busy' : 'failed'}` : value] as const,
      )
      .concat(fields.some(([name]) => name === 'CallStatus') ? [] : [['CallStatus', 'failed']]),
  ),
  'fields of another call': byFields((fields) =>
    fields.map(([name, value]) => [name, name === 'CallSid' ? `CA${value.slice(3)}0` : value]),
  ),
  'no body': (genuine, parts) => toRaw(genuine, signed(genuine, parts), { body: '' }),
  'a body of 70 kB': byFields((fields) => [...fields, ['Pad', 'x'.repeat(70_000)]]),
  'JSON that was signed as a form': byHeaders(() => ({ 'content-type': 'application/json' }), asJson),
  'a form that says it is JSON': byHeaders(() => ({ 'content-type': 'application/json' })),
  'a form that says it is text': byHeaders(() => ({ 'content-type': 'text/plain' })),
  'a form that says it is in parts': byHeaders(() => ({ 'content-type': 'multipart/form-data; boundary=x' })),
  'a form in UTF-16': byHeaders(() => ({ 'content-type': `${formType}; charset=utf-16le` })),
  'a form in Latin-1': byHeaders(() => ({ 'content-type': `${formType}; charset=iso-8859-1` })),
  'two content types': byHeaders(() => ({ 'content-type': `${formType}, application/json` })),
  'the hash of the body in the query': (genuine, parts) => {
    const path = withQuery(genuine.path, `bodySHA256=${sha256(toBody(genuine.fields))}`);
    return toRaw(genuine, signed(genuine, parts), { path });
  },
  'a form beside a signed hash': (genuine, { ground }) => {
    const path = withQuery(genuine.path, `bodySHA256=${sha256(toBody(genuine.fields))}`);
    return toRaw(genuine, ground.sign(path), { path });
  },
  'JSON with the hash of something else': (genuine, { ground }) => {
    const path = withQuery(genuine.path, `bodySHA256=${sha256('{}')}`);
    return toRaw(genuine, ground.sign(path), {
      path,
      body: asJson(genuine),
      headers: { 'content-type': 'application/json' },
    });
  },
  'JSON with two hashes': (genuine, { ground }) => {
    const body = asJson(genuine);
    const path = withQuery(genuine.path, `bodySHA256=${sha256(body)}&bodySHA256=${sha256(body)}`);
    return toRaw(genuine, ground.sign(path), { path, body, headers: { 'content-type': 'application/json' } });
  },
  'something more in the query': byPath((path, { chance }) =>
    withQuery(path, chance.pick(['x=1', 'callId=1', '', '&'])),
  ),
  'something less in the query': byPath((path) => path.replace(/\?.*|$/, path.includes('?') ? '' : '?')),
  'a query with one letter changed': byPath((path, parts) => {
    const [bare = '', query = ''] = path.split('?', 2);
    return `${bare}?${query === '' ? 'x' : changeOneByte(query, parts)}`;
  }),
  'a slash behind the path': byPath((path) => path.replace(/(?=\?|$)/, '/')),
  'two slashes': byPath((path) => `/${path}`),
  'a dot in the path': byPath((path) => `/.${path}`),
  'an escaped letter': byPath((path) => `${path.slice(0, 2)}%${path.charCodeAt(2).toString(16)}${path.slice(3)}`),
  'a path in capitals': byPath((path) => path.replace(/^[^?]*/, (bare) => bare.toUpperCase())),
  'escapes in the other case': byPath((path) =>
    /%[0-9A-F]*[A-F]/.test(path) ? path.replaceAll(/%../g, (digits) => digits.toLowerCase()) : `${path}&%2f`,
  ),
  'a fragment in the path': byPath((path) => `${path}#x`),
  'a semicolon in the path': byPath((path) => path.replace(/(?=\?|$)/, ';x=1')),
  'a whole address in the place of a path': byPath((path, { ground }) => `${ground.url}${path}`),
  "another host's address in the place of a path": byPath((path) => `http://evil.example.org${path}`),
  'GET with the fields as its query': (genuine, { ground }) => {
    const path = withQuery(genuine.path, toBody(genuine.fields));
    return { method: 'GET', path, body: '', headers: { 'x-twilio-signature': ground.sign(path) } };
  },
  'another method': (genuine, parts) =>
    toRaw(genuine, signed(genuine, parts), {
      method: parts.chance.pick(['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']),
    }),
  'GET that says it is POST': (genuine, parts) =>
    toRaw(genuine, signed(genuine, parts), { method: 'GET', body: '', headers: { 'x-http-method-override': 'POST' } }),
  'spoofed Host': bySpoofedHost({ host: 'evil.example.org' }),
  'spoofed X-Forwarded-Host': bySpoofedHost({ 'x-forwarded-host': 'evil.example.org', 'x-forwarded-proto': 'https' }),
  'spoofed Forwarded': bySpoofedHost({ forwarded: 'host=evil.example.org;proto=https' }),
  'spoofed X-Original-URL': bySpoofedHost({
    'x-original-url': 'https://evil.example.org/twiml',
    'x-rewrite-url': '/twiml',
  }),
  'another account, signed': (genuine, { ground }) => {
    const named = genuine.fields.map(
      ([name, value]) => [name, name === 'AccountSid' ? `AC${'6'.repeat(32)}` : value] as const,
    );
    const fields = named.some(([name]) => name === 'AccountSid')
      ? named
      : [...named, ['AccountSid', `AC${'6'.repeat(32)}`] as const];
    return toRaw({ ...genuine, fields }, ground.sign(genuine.path, fields));
  },
};

/** Ways in which the carrier's genuine requests may differ and are genuine still. */
export const variations: Record<string, Spoil> = {
  'as it is': (genuine, parts) => toRaw(genuine, signed(genuine, parts)),
  'in another order': (genuine, parts) =>
    toRaw(genuine, signed(genuine, parts), { body: toBody(genuine.fields.toReversed()) }),
  'the same field twice': (genuine, parts) =>
    toRaw(genuine, signed(genuine, parts), { body: toBody([...genuine.fields, genuine.fields[0] ?? ['', '']]) }),
  'with its charset': (genuine, parts) =>
    toRaw(genuine, signed(genuine, parts), { headers: { 'content-type': `${formType}; charset=UTF-8` } }),
  'behind a proxy': (genuine, parts) =>
    toRaw(genuine, signed(genuine, parts), {
      headers: { 'x-forwarded-host': 'proxy.internal', 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.9' },
    }),
  'signed without the port': (genuine) =>
    toRaw(genuine, signAddress(authToken, `http://localhost${genuine.path}`, genuine.fields)),
  'with a token against repetition': (genuine, parts) =>
    toRaw(genuine, signed(genuine, parts), {
      headers: { 'i-twilio-idempotency-token': Buffer.from(parts.chance.bytes(8)).toString('hex') },
    }),
  'with the hash of a JSON body': (genuine, { ground }) => {
    const body = asJson(genuine);
    const path = withQuery(genuine.path, `bodySHA256=${sha256(body)}`);
    return toRaw(genuine, ground.sign(path), { path, body, headers: { 'content-type': 'application/json' } });
  },
};
