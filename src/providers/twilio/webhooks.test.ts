import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { silentLogger } from '../../base/log.ts';
import type { CarrierRequest } from '../../ports/carrier.ts';
import { createRoutes } from './webhooks.ts';

const paths = { instructions: '/api/outbound-call-twiml', status: '/api/call-status', after: '/api/call-after' };
const routes = createRoutes(paths, { publicUrl: 'https://voice.example.test', log: silentLogger });
const CallSid = 'CA5f1c0de000000000000000000000a001';

function post(path: string, form: Record<string, string> | string): CarrierRequest {
  return { method: 'POST', path, headers: {}, body: new URLSearchParams(form).toString() };
}

describe('the request for instructions', () => {
  test('tells the call, its ends, its direction and the query of our address', () => {
    const form = {
      CallSid,
      From: '+15005550006',
      To: '+15005550111',
      Direction: 'outbound-api',
      CallStatus: 'in-progress',
    };
    const event = routes.instructions.parse(post(`${paths.instructions}?attempt=attempt_1&customParams=%7B%7D`, form));
    expect(event).toMatchObject({
      type: 'instructions-wanted',
      carrierSid: CallSid,
      from: '+15005550006',
      to: '+15005550111',
      direction: 'outbound',
    });
    expect([...(event?.query ?? [])]).toEqual([
      ['attempt', 'attempt_1'],
      ['customParams', '{}'],
    ]);
  });

  test.each([
    [{ Direction: 'inbound' }, 'inbound'],
    [{ Direction: 'outbound-dial' }, 'outbound'],
    [{ CallStatus: 'ringing' }, 'inbound'],
    [{ CallStatus: 'in-progress' }, 'outbound'],
  ])('with %j it is %s', (form, direction) => {
    expect(routes.instructions.parse(post(paths.instructions, { CallSid, ...form }))).toMatchObject({ direction });
  });

  test('a withheld caller is an empty one', () => {
    expect(routes.instructions.parse(post(paths.instructions, { CallSid }))).toMatchObject({ from: '', to: '' });
  });
});

describe('the change of status', () => {
  test.each([
    ['initiated', 'initiated'],
    ['ringing', 'ringing'],
    ['in-progress', 'in_progress'],
    ['answered', 'in_progress'],
    ['completed', 'completed'],
    ['busy', 'busy'],
    ['no-answer', 'no_answer'],
    ['failed', 'failed'],
    ['canceled', 'canceled'],
  ])('%s is %s', (CallStatus, status) => {
    expect(routes.status.parse(post(paths.status, { CallSid, CallStatus }))).toMatchObject({ status });
  });

  test('carries the numbers of a call that is over', () => {
    const form = { CallSid, CallStatus: 'failed', SequenceNumber: '3', CallDuration: '83', Duration: '2' };
    const reasons = { SipResponseCode: '486', ErrorCode: '13224', ErrorMessage: 'No route' };
    expect(routes.status.parse(post(paths.status, { ...form, ...reasons }))).toMatchObject({
      sequence: 3,
      durationSeconds: 83,
      sipCode: 486,
      errorCode: 13224,
      errorMessage: 'No route',
    });
  });

  test('does without what is missing, empty, not a number, or said twice differently', () => {
    const body = `CallSid=${CallSid}&CallStatus=busy&SequenceNumber=&CallDuration=abc&SipResponseCode=1&SipResponseCode=2`;
    const event = routes.status.parse({ method: 'POST', path: paths.status, headers: {}, body });
    const nothing = { sequence: null, durationSeconds: null, sipCode: null, errorCode: null, errorMessage: null };
    expect(event).toMatchObject(nothing);
  });

  test('a status nobody knows, two calls at once, a strange id, another method or a huge body is no event', () => {
    const genuine = post(paths.status, { CallSid, CallStatus: 'busy' });
    expect(routes.status.parse(genuine)).not.toBeNull();
    expect(routes.status.parse(post(paths.status, { CallSid, CallStatus: 'exploded' }))).toBeNull();
    expect(routes.status.parse(post(paths.status, { CallSid: '../etc', CallStatus: 'busy' }))).toBeNull();
    expect(routes.status.parse({ ...genuine, body: `${genuine.body}&CallSid=CA2` })).toBeNull();
    expect(routes.status.parse({ ...genuine, method: 'GET' })).toBeNull();
    expect(routes.status.parse({ ...genuine, body: `${genuine.body}&x=${'x'.repeat(65_536)}` })).toBeNull();
  });
});

describe('the end of a session', () => {
  test.each([
    [{ SessionStatus: 'ended', CallStatus: 'in-progress' }, 'ended'],
    [{ SessionStatus: 'completed', CallStatus: 'completed' }, 'completed'],
    [{ SessionStatus: 'failed', CallStatus: 'in-progress', ErrorCode: '39001' }, 'failed'],
    [{ CallStatus: 'completed' }, 'completed'],
    [{ CallStatus: 'in-progress' }, 'failed'],
  ])('%j is %s', (form, session) => {
    const errorCode = 'ErrorCode' in form ? Number(form.ErrorCode) : null;
    expect(routes.after.parse(post(paths.after, { CallSid, ...form }))).toMatchObject({ session, errorCode });
  });
});

describe('the answers', () => {
  test('instructions are markup, a status gets an empty 204', () => {
    expect(routes.instructions.reply({ type: 'hang-up' })).toEqual({
      status: 200,
      contentType: 'text/xml; charset=utf-8',
      body: '<?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>',
    });
    expect(routes.status.reply({ type: 'acknowledge' })).toEqual({ status: 204, contentType: null, body: '' });
  });
});

test('no request, however made, throws', () => {
  const names = fc.constantFrom('CallSid', 'CallStatus', 'Direction', 'SessionStatus', 'SequenceNumber', '__proto__');
  const values = fc.oneof(fc.constantFrom(CallSid, 'busy', 'ended', '9999999999', '-1'), fc.string({ unit: 'binary' }));
  const body = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.tuple(names, values)).map((pairs) => new URLSearchParams(pairs).toString()),
  );
  fc.assert(
    fc.property(fc.string(), body, (query, text) => {
      for (const route of [routes.instructions, routes.status, routes.after]) {
        const event = route.parse({ method: 'POST', path: `${route.path}?${query}`, headers: {}, body: text });
        expect(event === null || event.carrierSid.startsWith('CA')).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});
