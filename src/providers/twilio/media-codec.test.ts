import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CallwrightError } from '../../base/errors.ts';
import type { MediaCommand } from '../../ports/carrier.ts';
import { decodeJson, mediaCodec } from './media-codec.ts';
import { cutSoundFrame } from './sound-frame.ts';

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
const sound = Buffer.alloc(160, 0xff);
const payload = sound.toString('base64');
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
  ])('sound with %j is at %i ms', (over, timestampMs) => {
    expect(decode({ ...media, media: { ...media.media, ...over } })).toEqual({ type: 'audio', sound, timestampMs });
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

/** A frame of sound as Twilio writes it, or spoiled in one of the ways that a hostile carrier might think of. */
const soundFrames = fc
  .record({
    payload: fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('base64')),
      fc.string({ unit: fc.constantFrom('A', '/', '+', '=', '-', '_', '\\', '"', ' ', '\n', 'é'), maxLength: 20 }),
    ),
    timestamp: fc.oneof(
      { weight: 4, arbitrary: fc.nat().map(String) },
      fc.constantFrom('007', '-1', '1.5', '1e3', '', '9'.repeat(15), 'x', ' 1'),
    ),
    track: fc.constantFrom('inbound', 'inbound', 'inbound', 'outbound', 'Inbound', ''),
    streamSid: fc.constantFrom(streamSid, 'MZ1', streamSid, 'M"Z', ''),
    isLastFirst: fc.boolean(),
    isEscaped: fc.boolean(),
  })
  .map(({ payload: sound, timestamp, track, streamSid: stream, isLastFirst, isEscaped }) => {
    const quoted = isEscaped ? JSON.stringify(sound).replaceAll('/', '\\/') : `"${sound}"`;
    const inner = `"media":{"track":"${track}","chunk":"2","timestamp":"${timestamp}","payload":${quoted}}`;
    const [first, last] = isLastFirst ? [`${inner},`, `"streamSid":"${stream}"`] : [`"streamSid":"${stream}",`, inner];
    return `{"event":"media","sequenceNumber":"4",${first}${last}}`;
  });

/** Something put in, taken out or doubled anywhere. */
const spoiledFrames = fc
  .tuple(
    soundFrames,
    fc.nat(400),
    fc.nat(40),
    fc.constantFrom(
      ...['', '"', '\\', '\\"', '}', ' ', '\n', ',"media":{"payload":"AAAA"}', '"payload":"AAAA",', '\0', '\\u0041'],
      ...['"event":"stop",', ',"event":"mark"', '"__proto__":{},', '//', '='],
    ),
  )
  .map(([frame, at, less, more]) => {
    const place = at % (frame.length + 1);
    return frame.slice(0, place) + more + frame.slice(place + (less > 20 ? 0 : less));
  });

const outcomeOf = (read: () => unknown) => {
  try {
    return read();
  } catch (error) {
    return (error as CallwrightError).code;
  }
};

describe('sound cut out of the text of a frame', () => {
  test('is taken from the two forms that Twilio writes', () => {
    const inner = `"media":{"track":"inbound","chunk":"2","timestamp":"40","payload":"${payload}"}`;
    for (const frame of [
      `{"event":"media","sequenceNumber":"4","streamSid":"${streamSid}",${inner}}`,
      `{"event":"media","sequenceNumber":"4",${inner},"streamSid":"${streamSid}"}`,
    ]) {
      expect(cutSoundFrame(frame)).toEqual({ type: 'audio', sound, timestampMs: 40 });
    }
  });

  test('is what reading the JSON gives, for any frame and any spoiled one', () => {
    let cut = 0;
    fc.assert(
      fc.property(fc.oneof(soundFrames, spoiledFrames), (frame) => {
        const found = cutSoundFrame(frame);
        if (!found) return;
        cut += 1;
        expect(decodeJson(frame)).toEqual(found);
      }),
      { numRuns: 20_000 },
    );
    expect(cut).toBeGreaterThan(1000);
  });

  test('changes nothing about what a frame is taken for', () => {
    fc.assert(
      fc.property(fc.oneof(soundFrames, spoiledFrames), (frame) => {
        expect(outcomeOf(() => mediaCodec.decode(frame))).toEqual(outcomeOf(() => decodeJson(frame)));
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('frames to Twilio', () => {
  test.each<[MediaCommand, string]>([
    [
      { type: 'audio' as const, sound: new Uint8Array(sound) },
      `{"event":"media","streamSid":"${streamSid}","media":{"payload":"${payload}"}}`,
    ],
    [
      { type: 'mark' as const, name: 'a "b"' },
      `{"event":"mark","streamSid":"${streamSid}","mark":{"name":"a \\"b\\""}}`,
    ],
    [{ type: 'clear' as const }, `{"event":"clear","streamSid":"${streamSid}"}`],
  ])('%#', (command, frame) => {
    expect(mediaCodec.encoderOf(streamSid)(command)).toBe(frame);
  });
});
