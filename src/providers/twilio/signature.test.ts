import fc from 'fast-check';
import twilio from 'twilio';
import { describe, expect, test } from 'vitest';
import type { CarrierRequest } from '../../ports/carrier.ts';
import { parseForm } from './form.ts';
import { isSignedSocket, isSignedWebhook, signRequest } from './signature.ts';

const token = 'test-auth-token-000000000000000000';
const publicUrl = 'https://voice.example.test';
const check = { publicUrl, authTokens: [token] };
const formType = 'application/x-www-form-urlencoded; charset=UTF-8';

function post(path: string, body: string, headers: CarrierRequest['headers']): CarrierRequest {
  return { method: 'POST', path, headers: { 'content-type': formType, ...headers }, body };
}

function signedPost(path: string, body: string, over: Partial<typeof check> = {}): CarrierRequest {
  const url = `${over.publicUrl ?? publicUrl}${path}`;
  return post(path, body, { 'x-twilio-signature': signRequest(over.authTokens?.[0] ?? token, url, parseForm(body)) });
}

const statusBody = new URLSearchParams({
  AccountSid: `AC${'0'.repeat(32)}`,
  CallSid: `CA${'1'.repeat(32)}`,
  CallStatus: 'completed',
  SequenceNumber: '3',
  From: '+15005550006',
  To: '+15005550100',
  CallDuration: '17',
}).toString();

describe('the documented vectors', () => {
  test('the classic one, with a form', () => {
    const body = 'CallSid=CA1234567890ABCDE&Caller=%2B14158675310&Digits=1234&From=%2B14158675310&To=%2B18005551212';
    const headers = { 'x-twilio-signature': 'L/OH5YylLD5NRKLltdqwSvS0BnU=' };
    const example = { publicUrl: 'https://example.com', authTokens: ['12345'] };
    expect(isSignedWebhook(post('/myapp.php?foo=1&bar=2', body, headers), example)).toBe(true);
  });

  test('a status callback with a query', () => {
    const headers = { 'x-twilio-signature': 'zu1KBBB2ukyNiNOA73t90Q0GJ1A=' };
    expect(isSignedWebhook(post('/hooks/twilio/status?job=42', statusBody, headers), check)).toBe(true);
  });

  test('repeated names count with their distinct values, capitals before small letters', () => {
    const headers = { 'x-twilio-signature': '5Neajxw6Py8IFecJ8QDldV/2McE=' };
    expect(isSignedWebhook(post('/x', 'Tag=b&Tag=a&Zed=1&Tag=b', headers), check)).toBe(true);
  });

  test('a GET is signed by its address alone', () => {
    const headers = { 'x-twilio-signature': 'RA2RHrR9zWmnN2OVzYICgVxPZKY=' };
    const request = { method: 'GET', path: '/x?CallSid=CA1&From=%2B1500', headers, body: '' };
    expect(isSignedWebhook(request, check)).toBe(true);
    expect(isSignedWebhook({ ...request, body: 'a=1' }, check)).toBe(false);
  });

  test('a JSON body is signed by its hash in the query', () => {
    const hash = '15fe936d5a5c4a564c8dc9002280009263c0cc0bd0f28e16652529a9f83b2d23';
    const headers = { 'content-type': 'application/json', 'x-twilio-signature': 'xlUvpsNgEDccv8G/RMIZedYGYAk=' };
    const request = post(`/hooks/debugger?bodySHA256=${hash}`, '{"hello":"wörld"}', headers);
    expect(isSignedWebhook(request, check)).toBe(true);
    expect(isSignedWebhook({ ...request, body: '{"hello":"world"}' }, check)).toBe(false);
    expect(isSignedWebhook({ ...request, body: '' }, check)).toBe(false);
  });

  test.each([
    ['/media', 'peLshtVXcKaI/Yvj5r36vUlnaEM='],
    ['/media/', 'RxXb3d5OFliXFekNJJEnHGZqJsQ='],
  ])('a socket on %s, with or without the trailing slash', (path, signature) => {
    expect(signRequest(token, `wss://voice.example.test${path}`)).toBe(signature);
    const headers = { 'x-twilio-signature': signature };
    for (const asked of ['/media', '/media/']) {
      expect(isSignedSocket({ method: 'GET', path: asked, headers, body: '' }, check)).toBe(true);
    }
    expect(isSignedSocket({ method: 'GET', path: '/medi', headers, body: '' }, check)).toBe(false);
    expect(isSignedSocket({ method: 'POST', path: '/media', headers, body: '' }, check)).toBe(false);
  });
});

describe('what the address is made of', () => {
  test('only the configured public URL counts, whatever the headers say', () => {
    const genuine = signedPost('/status', statusBody);
    const forged = signedPost('/status', statusBody, { publicUrl: 'https://evil.example' });
    const claims = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' };
    expect(isSignedWebhook({ ...genuine, headers: { ...genuine.headers, ...claims } }, check)).toBe(true);
    expect(isSignedWebhook({ ...forged, headers: { ...forged.headers, ...claims } }, check)).toBe(false);
  });

  test.each([
    ['https://voice.example.test', 'https://voice.example.test:443'],
    ['http://voice.example.test', 'http://voice.example.test:80'],
    ['https://voice.example.test:8443', 'https://voice.example.test'],
    ['https://voice.example.test:8443', 'https://voice.example.test:8443'],
    ['http://[::1]:3000', 'http://[::1]'],
  ])('%s may be signed as %s: with its port, or without any', (configured, signed) => {
    const request = signedPost('/status?a=b:1', statusBody, { publicUrl: signed });
    expect(isSignedWebhook(request, { publicUrl: configured, authTokens: [token] })).toBe(true);
  });

  test('a path that is only equivalent to the signed one is refused', () => {
    const { headers } = signedPost('/a/b?x=%20y', statusBody);
    for (const path of ['/a/./b?x=%20y', '/a//b?x=%20y', '/a/b?x=+y', '/a/b/?x=%20y', '/A/b?x=%20y', '/a/b?x=%20y&']) {
      expect(isSignedWebhook(post(path, statusBody, headers), check)).toBe(false);
    }
    expect(isSignedWebhook(post('https://voice.example.test/a/b?x=%20y', statusBody, headers), check)).toBe(false);
  });
});

describe('tokens', () => {
  test('while they are rotated either one counts, a third does not', () => {
    const rotating = { publicUrl, authTokens: ['new', 'old'] };
    expect(isSignedWebhook(signedPost('/s', 'a=1', { authTokens: ['old'] }), rotating)).toBe(true);
    expect(isSignedWebhook(signedPost('/s', 'a=1', { authTokens: ['new'] }), rotating)).toBe(true);
    expect(isSignedWebhook(signedPost('/s', 'a=1', { authTokens: ['else'] }), rotating)).toBe(false);
  });

  test('an empty token never counts', () => {
    expect(isSignedWebhook(signedPost('/s', 'a=1', { authTokens: [''] }), { publicUrl, authTokens: [''] })).toBe(false);
  });
});

describe('tricks with the body', () => {
  const genuine = signedPost('/status', statusBody);
  test.each([
    ['application/json'],
    ['application/x-www-form-urlencoded; charset=utf-16'],
    ['application/x-www-form-urlencoded, application/json'],
    ['multipart/form-data; boundary=x'],
    ['text/plain'],
  ])('a form body under the content type %s is refused', (type) => {
    expect(isSignedWebhook({ ...genuine, headers: { ...genuine.headers, 'content-type': type } }, check)).toBe(false);
  });

  test('a body without a content type, a doubled header and another method are refused', () => {
    const signature = genuine.headers['x-twilio-signature'] as string;
    const bad: Partial<CarrierRequest>[] = [
      { headers: { 'x-twilio-signature': signature } },
      { headers: { ...genuine.headers, 'content-type': [formType, formType] } },
      { headers: { ...genuine.headers, 'x-twilio-signature': [signature, signature] } },
      { headers: { ...genuine.headers, 'x-twilio-signature': `${signature}, ${signature}` } },
      { method: 'GET' },
      { method: 'PUT' },
      { method: 'post' },
    ];
    for (const change of bad) expect(isSignedWebhook({ ...genuine, ...change }, check)).toBe(false);
  });

  test('a form next to a body hash is refused, and so are two hashes', () => {
    const hash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    expect(isSignedWebhook(signedPost(`/s?bodySHA256=${hash}`, 'a=1'), check)).toBe(false);
    for (const query of [`bodySHA256=${hash}&bodySHA256=${hash}`, `bodySHA256=${hash}&body%53HA256=0`]) {
      const path = `/s?${query}`;
      const headers = { 'content-type': undefined, 'x-twilio-signature': signRequest(token, publicUrl + path) };
      expect(isSignedWebhook(post(path, '', headers), check)).toBe(false);
    }
  });

  test('a question mark before a form is part of it', () => {
    expect(isSignedWebhook({ ...genuine, body: `?${genuine.body}` }, check)).toBe(false);
  });

  test('a body over 64 kB is refused', () => {
    expect(isSignedWebhook(signedPost('/s', `a=${'x'.repeat(65_536)}`), check)).toBe(false);
  });
});

/** Parameters as Twilio sends them: any text, names repeated at times. */
const pairs = fc.array(
  fc.tuple(
    fc.oneof(fc.constantFrom('CallSid', 'From', 'Tag', 'zed', '__proto__'), fc.string({ unit: 'binary' })),
    fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' })),
  ),
  { maxLength: 12 },
);
const requestPath = fc.stringMatching(/^\/[a-z0-9/._~-]{0,20}(\?[A-Za-z0-9=&%+_.~'()*!-]{0,30})?$/);

function toSdkParams(body: string): Record<string, string | string[]> {
  const params: Record<string, string | string[]> = Object.create(null);
  for (const [name, values] of parseForm(body)) params[name] = [...values];
  return params;
}

describe("compared with Twilio's own package", () => {
  test('what it signs we accept, on any address and form', () => {
    fc.assert(
      fc.property(requestPath, pairs, (path, fields) => {
        const body = new URLSearchParams(fields).toString();
        const params = toSdkParams(body);
        const signature = twilio.getExpectedTwilioSignature(token, publicUrl + path, params);
        expect(signRequest(token, publicUrl + path, parseForm(body))).toBe(signature);
        if (/bodySHA256/.test(path)) return;
        expect(isSignedWebhook(post(path, body, { 'x-twilio-signature': signature }), check)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('whatever we accept, it accepts', () => {
    const change = fc.record({ path: requestPath, fields: pairs, port: fc.constantFrom('', ':443', ':8443') });
    fc.assert(
      fc.property(change, change, fc.boolean(), (signed, asked, same) => {
        const body = new URLSearchParams(asked.fields).toString();
        const basis = same ? asked : signed;
        const signedForm = parseForm(new URLSearchParams(basis.fields).toString());
        const signature = signRequest(token, `${publicUrl}${signed.port}${basis.path}`, signedForm);
        const ours = isSignedWebhook(post(asked.path, body, { 'x-twilio-signature': signature }), check);
        const theirs = twilio.validateRequest(token, signature, publicUrl + asked.path, toSdkParams(body));
        expect(ours && !theirs).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});

describe('one byte changed', () => {
  const path = '/api/call-status?attempt=attempt_1';
  const genuine = signedPost(path, statusBody);
  const printable = Array.from({ length: 94 }, (_, at) => String.fromCharCode(33 + at));
  const changesOf = (text: string) =>
    Array.from(text, (byte, at) =>
      printable.filter((other) => other !== byte).map((other) => text.slice(0, at) + other + text.slice(at + 1)),
    ).flat();

  test('in the signature is refused', () => {
    expect(isSignedWebhook(genuine, check)).toBe(true);
    for (const signature of changesOf(genuine.headers['x-twilio-signature'] as string)) {
      const headers = { ...genuine.headers, 'x-twilio-signature': signature };
      expect(isSignedWebhook({ ...genuine, headers }, check)).toBe(false);
    }
  });

  test('in the path or query is refused', () => {
    for (const changed of changesOf(path)) expect(isSignedWebhook({ ...genuine, path: changed }, check)).toBe(false);
  });

  test('in the body is refused, unless it says the same (%2b is %2B)', () => {
    const pairsOf = (body: string) => JSON.stringify([...new URLSearchParams(body)]);
    for (const body of changesOf(statusBody)) {
      const saysTheSame = pairsOf(body) === pairsOf(statusBody);
      expect(isSignedWebhook({ ...genuine, body }, check)).toBe(saysTheSame);
    }
  });

  test('or one cut off or put on is refused', () => {
    const signature = genuine.headers['x-twilio-signature'] as string;
    for (const changed of [signature.slice(1), signature.slice(0, -1), `${signature}=`, ` ${signature}`, '']) {
      const headers = { ...genuine.headers, 'x-twilio-signature': changed };
      expect(isSignedWebhook({ ...genuine, headers }, check)).toBe(false);
    }
  });
});
