import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CallwrightError } from '../../base/errors.ts';
import { mediaCodec } from './media-codec.ts';

const decode = (frame: unknown) => mediaCodec.decode(JSON.stringify(frame));
const badFrame = expect.objectContaining({ code: 'carrier/bad-frame' });
const streamSid = 'MZ5f1c0de0000000000000000000000001';
const callSid = 'CA5f1c0de000000000000000000000a001';
const start = {
  event: 'start',
  sequenceNumber: '1',
  streamSid,
  start: {
    accountSid: 'AC5f1c0de000000000000000000000ac01',
    streamSid,
    callSid,
    tracks: ['inbound'],
    mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
    customParameters: { To: '+15551234567', token: 'abc' },
  },
};
const startWith = (over: Record<string, unknown>) => ({ ...start, start: { ...start.start, ...over } });
const payload = Buffer.alloc(160, 0xff).toString('base64');
const media = { event: 'media', sequenceNumber: '2', streamSid, media: { track: 'inbound', chunk: '1', payload } };

describe('frames from Twilio', () => {
  test('the start brings the call, the stream and its parameters', () => {
    expect(decode(start)).toEqual({
      type: 'start',
      carrierSid: callSid,
      streamSid,
      parameters: { To: '+15551234567', token: 'abc' },
    });
  });

  test('parameters come as text, whatever they are, and may be missing', () => {
    const customParameters = { number: 42, flag: true, list: ['a'], text: 'a\0b' };
    const parameters = { number: '42', flag: 'true', list: '["a"]', text: 'ab' };
    expect(decode(startWith({ customParameters }))).toMatchObject({ parameters });
    expect(decode(startWith({ customParameters: undefined }))).toMatchObject({ parameters: {} });
  });

  test.each([
    { callSid: undefined },
    { callSid: '../CA1' },
    { streamSid: '' },
    { mediaFormat: { encoding: 'audio/l16', sampleRate: 8000, channels: 1 } },
    { mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 16000, channels: 1 } },
    { mediaFormat: { channels: 2 } },
  ])('a start with %j is a bad frame', (over) => {
    expect(() => decode(startWith(over))).toThrow(badFrame);
  });

  test.each([undefined, null, {}, { encoding: 'audio/x-mulaw', sampleRate: '8000', channels: '1' }])(
    'a start whose format is %j can be heard',
    (mediaFormat) => {
      expect(decode(startWith({ mediaFormat }))).toMatchObject({ type: 'start' });
    },
  );

  test.each([
    [{ timestamp: '20' }, 20],
    [{ timestamp: 20 }, 20],
    [{}, 0],
    [{ timestamp: 'soon' }, 0],
    [{ timestamp: -5 }, 0],
  ])('sound with %j is at %i ms, base64 as it came', (over, timestampMs) => {
    expect(decode({ ...media, media: { ...media.media, ...over } })).toEqual({ type: 'audio', payload, timestampMs });
  });

  test('our own sound is no news, and sound that is no base64 is a bad frame', () => {
    expect(decode({ ...media, media: { track: 'outbound', payload } })).toBeNull();
    for (const bad of [undefined, 5, 'a b', '"}', 'a===', `${payload}\n`]) {
      expect(() => decode({ ...media, media: { payload: bad } })).toThrow(badFrame);
    }
  });

  test.each([
    [{ event: 'connected', protocol: 'Call', version: '1.0.0' }, null],
    [
      { event: 'dtmf', streamSid, dtmf: { track: 'inbound_track', digit: '5' } },
      { type: 'key', digit: '5' },
    ],
    [
      { event: 'dtmf', dtmf: { digit: 0 } },
      { type: 'key', digit: '0' },
    ],
    [
      { event: 'mark', sequenceNumber: '9', streamSid, mark: { name: 'reply-3' } },
      { type: 'mark', name: 'reply-3' },
    ],
    [
      { event: 'mark', mark: { name: 3 } },
      { type: 'mark', name: '3' },
    ],
    [{ event: 'stop', sequenceNumber: '5', streamSid, stop: { callSid } }, { type: 'stop' }],
    [{ event: 'stop' }, { type: 'stop' }],
    [{ event: 'somethingNew', a: 1 }, null],
  ])('%j', (frame, event) => {
    expect(decode(frame)).toEqual(event);
  });

  test.each(['{bad', '""', 'null', '[]', '{}', '{"event":1}', '{"event":"dtmf","dtmf":{"digit":"12"}}', ''])(
    '%s is a bad frame',
    (frame) => {
      expect(() => mediaCodec.decode(frame)).toThrow(badFrame);
    },
  );

  test('a frame over 64 kB is bad without being read, one of 64 kB is not', () => {
    const frame = JSON.stringify({ event: 'stop', padding: '' });
    const padded = (length: number) => frame.replace('""', `"${'x'.repeat(length - frame.length)}"`);
    expect(mediaCodec.decode(padded(65_536))).toEqual({ type: 'stop' });
    expect(() => mediaCodec.decode(padded(65_537))).toThrow(badFrame);
  });

  test('whatever arrives is an event, nothing, or a bad frame', () => {
    const event = fc.constantFrom('connected', 'start', 'media', 'dtmf', 'mark', 'stop', 'other');
    const inner = fc.dictionary(
      fc.constantFrom('payload', 'timestamp', 'name', 'digit', 'callSid', 'streamSid', 'customParameters', '__proto__'),
      fc.jsonValue(),
    );
    const wrapped = fc.tuple(event, inner).map(([kind, rest]) => JSON.stringify({ event: kind, [kind]: rest }));
    const known = ['start', 'audio', 'key', 'mark', 'stop'];
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), wrapped), (frame) => {
        try {
          const decoded = mediaCodec.decode(frame);
          expect(decoded === null || known.includes(decoded.type)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(CallwrightError);
          expect(error).toMatchObject({ code: 'carrier/bad-frame' });
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('frames to Twilio', () => {
  test.each([
    [
      { type: 'audio' as const, payload },
      `{"event":"media","streamSid":"${streamSid}","media":{"payload":"${payload}"}}`,
    ],
    [
      { type: 'mark' as const, name: 'a "b"' },
      `{"event":"mark","streamSid":"${streamSid}","mark":{"name":"a \\"b\\""}}`,
    ],
    [{ type: 'clear' as const }, `{"event":"clear","streamSid":"${streamSid}"}`],
  ])('%j', (command, frame) => {
    expect(mediaCodec.encode(command, streamSid)).toBe(frame);
  });
});
