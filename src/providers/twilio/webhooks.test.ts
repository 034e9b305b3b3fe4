import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { silentLogger } from '../../base/log.ts';
import type { CarrierRequest } from '../../ports/carrier.ts';
import { paths } from './testing/far-side.ts';
import { createRoutes } from './webhooks.ts';

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

test('the webhook for every other call is asked and answered alike', () => {
  const form = { CallSid, From: '+15005550199', To: '+15005550006', Direction: 'inbound', CallStatus: 'ringing' };
  const event = routes.voice.parse(post(`${paths.voice}?callId=call_1`, form));
  expect(event).toMatchObject({ type: 'instructions-wanted', from: '+15005550199', direction: 'inbound' });
  expect(event?.query.get('callId')).toBe('call_1');
  const stream = { type: 'stream-audio' as const, socketPath: '/streams', parameters: {}, afterPath: null };
  expect(routes.voice.reply(stream, { type: 'hang-up' }).body).toContain('</Connect><Hangup/></Response>');
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

describe('what is told of a recording', () => {
  const RecordingSid = `RE${'2'.repeat(32)}`;
  const form = { CallSid, RecordingSid, RecordingStatus: 'completed' };
  const parse = (over: Record<string, string>) =>
    routes.recording.parse(post(`${paths.recording}?callId=call_1`, { ...form, ...over }));

  test('a finished one comes with its id, length and channels, and never with an address', () => {
    const RecordingUrl = 'https://elsewhere.example/Recordings/RE1';
    const event = parse({ RecordingDuration: '83', RecordingChannels: '2', RecordingUrl, ErrorCode: '0' });
    expect(event).toEqual({
      type: 'recording-changed',
      carrierSid: CallSid,
      recordingSid: RecordingSid,
      status: 'completed',
      durationSeconds: 83,
      channels: 2,
      query: new URLSearchParams({ callId: 'call_1' }),
    });
  });

  test.each([
    ['in-progress', 'in_progress'],
    ['completed', 'completed'],
    ['absent', 'absent'],
    ['failed', 'failed'],
  ])('%s is %s', (RecordingStatus, status) => {
    const unknown = { durationSeconds: null, channels: null };
    expect(parse({ RecordingStatus, RecordingDuration: '-1' })).toMatchObject({ status, ...unknown });
  });

  test('another word, a strange id or a recording of no call is no event', () => {
    expect(parse({ RecordingStatus: 'paused' })).toBeNull();
    expect(parse({ RecordingSid: '../Calls/CA1' })).toBeNull();
    expect(parse({ RecordingSid: '' })).toBeNull();
    expect(parse({ CallSid: '', ConferenceSid: `CF${'1'.repeat(32)}` })).toBeNull();
  });
});

describe("what is told of the carrier's transcript", () => {
  const content = {
    CallSid,
    TranscriptionEvent: 'transcription-content',
    Track: 'inbound_track',
    Final: 'true',
    SequenceId: '7',
    TranscriptionData: '{"transcript":"Hello, who is this?","confidence":0.98}',
  };
  const parse = (over: Record<string, string>) =>
    routes.transcript.parse(post(`${paths.transcript}?callId=call_1`, { ...content, ...over }));

  test('a final piece says who spoke: the person on the inbound track, the assistant on the other', () => {
    expect(parse({})).toEqual({
      type: 'transcribed',
      carrierSid: CallSid,
      speaker: 'person',
      text: 'Hello, who is this?',
      sequence: 7,
      query: new URLSearchParams({ callId: 'call_1' }),
    });
    expect(parse({ Track: 'outbound_track' })).toMatchObject({ speaker: 'assistant' });
  });

  test('a text is kept without what no database holds', () => {
    const TranscriptionData = '{"transcript":" a\\u0000b\\ud800 "}';
    expect(parse({ TranscriptionData })).toMatchObject({ text: 'ab\ufffd' });
  });

  test.each([
    { TranscriptionEvent: 'transcription-started' },
    { TranscriptionEvent: 'transcription-stopped' },
    { TranscriptionEvent: 'transcription-error', TranscriptionError: 'no' },
    { Final: 'false' },
    { Final: '' },
    { Track: 'somewhere' },
    { TranscriptionData: '' },
    { TranscriptionData: '{bad' },
    { TranscriptionData: 'null' },
    { TranscriptionData: '{"transcript":5}' },
    { TranscriptionData: '{"transcript":" "}' },
  ])('%j is no event', (over) => {
    expect(parse({})).not.toBeNull();
    expect(parse(over)).toBeNull();
  });
});

test('each webhook is a POST to its own path', () => {
  const mounted = Object.entries(routes).map(([name, { method, path }]) => [name, `${method} ${path}`]);
  const wanted = Object.entries(paths).map(([name, path]) => [name, `POST ${path}`]);
  expect(Object.fromEntries(mounted)).toEqual(Object.fromEntries(wanted));
});

describe('the answers', () => {
  test('instructions are markup, whatever is only told gets an empty 204', () => {
    expect(routes.instructions.reply({ type: 'hang-up' })).toEqual({
      status: 200,
      contentType: 'text/xml; charset=utf-8',
      body: '<?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>',
    });
    for (const route of [routes.status, routes.recording, routes.transcript]) {
      expect(route.reply({ type: 'hang-up' })).toEqual({ status: 204, contentType: null, body: '' });
    }
  });
});

test('no request, however made, throws', () => {
  const names = fc.constantFrom(
    ...['CallSid', 'CallStatus', 'Direction', 'SessionStatus', 'SequenceNumber', '__proto__', 'RecordingSid'],
    ...['RecordingStatus', 'TranscriptionEvent', 'TranscriptionData', 'Track', 'Final'],
  );
  const values = fc.oneof(
    fc.constantFrom(CallSid, 'RE1', 'busy', 'ended', 'completed', '9999999999', '-1', '{"transcript":{}}', 'true'),
    fc.string({ unit: 'binary' }),
  );
  const body = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.tuple(names, values)).map((pairs) => new URLSearchParams(pairs).toString()),
  );
  fc.assert(
    fc.property(fc.string(), body, (query, text) => {
      for (const route of Object.values(routes)) {
        const event = route.parse({ method: 'POST', path: `${route.path}?${query}`, headers: {}, body: text });
        expect(event === null || event.carrierSid.startsWith('CA')).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});
