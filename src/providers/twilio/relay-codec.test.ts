import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CallwrightError } from '../../base/errors.ts';
import { relayCodec } from './relay-codec.ts';

const decode = (frame: unknown) => relayCodec.decode(JSON.stringify(frame));

describe('frames from Twilio', () => {
  const setup = { type: 'setup', sessionId: 'VX1', callSid: 'CA1', from: '+15005550006', to: '+15005550111' };

  test('setup brings the call and its parameters, all as text', () => {
    const customParameters = { name: 'Sarah', amount: 250, paid: false, list: ['a'] };
    expect(decode({ ...setup, parentCallSid: '', callType: 'PSTN', customParameters })).toEqual({
      type: 'setup',
      carrierSid: 'CA1',
      from: '+15005550006',
      to: '+15005550111',
      parameters: { name: 'Sarah', amount: '250', paid: 'false', list: '["a"]' },
    });
  });

  test('setup does without parameters and ends, but not without the call', () => {
    expect(decode({ type: 'setup', callSid: 'CA1' })).toMatchObject({ from: '', to: '', parameters: {} });
    expect(decode({ ...setup, customParameters: 'none' })).toMatchObject({ parameters: {} });
    expect(() => decode({ ...setup, callSid: undefined })).toThrow(
      expect.objectContaining({ code: 'carrier/bad-frame' }),
    );
  });

  test('parameters cannot reach the prototype of anything', () => {
    const event = relayCodec.decode(
      '{"type":"setup","callSid":"CA1","customParameters":{"__proto__":{"polluted":1},"a":"b"}}',
    );
    expect(event).toMatchObject({ parameters: { a: 'b' } });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test.each([
    [
      { type: 'prompt', voicePrompt: 'Hello?', lang: 'en-US', last: true },
      { type: 'prompt', text: 'Hello?', last: true },
    ],
    [
      { type: 'prompt', voicePrompt: 'Hel', last: false },
      { type: 'prompt', text: 'Hel', last: false },
    ],
    [
      { type: 'prompt', voicePrompt: 'Hello?' },
      { type: 'prompt', text: 'Hello?', last: true },
    ],
    [
      { type: 'prompt', last: true },
      { type: 'prompt', text: '', last: true },
    ],
    [
      { type: 'interrupt', utteranceUntilInterrupt: 'Your pay', durationUntilInterruptMs: 460 },
      { type: 'interrupt', heardText: 'Your pay', afterMs: 460 },
    ],
    [
      { type: 'interrupt', utteranceUntilInterrupt: '', durationUntilInterruptMs: '460' },
      { type: 'interrupt', heardText: '', afterMs: 460 },
    ],
    [{ type: 'interrupt' }, { type: 'interrupt', heardText: '', afterMs: 0 }],
    [
      { type: 'dtmf', digit: '#' },
      { type: 'key', digit: '#' },
    ],
    [
      { type: 'dtmf', digit: 5 },
      { type: 'key', digit: '5' },
    ],
    [
      { type: 'info', name: 'agentSpeaking', value: 'on' },
      { type: 'assistant-speaking', speaking: true },
    ],
    [
      { type: 'info', name: 'clientSpeaking', value: 'off' },
      { type: 'person-speaking', speaking: false },
    ],
    [
      { type: 'info', name: 'tokensPlayed', value: 'Hello', ts: 1 },
      { type: 'text-played', text: 'Hello' },
    ],
    [{ type: 'info', name: 'roundTripDelayMs', value: '148' }, null],
    [{ type: 'info', name: 'agentSpeaking', value: 'maybe' }, null],
    [
      { type: 'error', description: 'Invalid values' },
      { type: 'error', description: 'Invalid values' },
    ],
    [{ type: 'error' }, { type: 'error', description: '' }],
    [{ type: 'somethingNew', a: 1 }, null],
  ])('%j', (frame, event) => {
    expect(decode(frame)).toEqual(event);
  });

  test.each([['{bad'], ['""'], ['null'], ['[]'], ['{}'], ['{"type":1}'], ['{"type":"dtmf","digit":"12"}'], ['']])(
    '%s is a bad frame',
    (frame) => {
      expect(() => relayCodec.decode(frame)).toThrow(expect.objectContaining({ code: 'carrier/bad-frame' }));
    },
  );

  test('a frame over 64 kB is bad without being read', () => {
    const frame = JSON.stringify({ type: 'prompt', voicePrompt: 'x'.repeat(65_536) });
    expect(() => relayCodec.decode(frame)).toThrow(expect.objectContaining({ code: 'carrier/bad-frame' }));
  });

  test('whatever arrives is an event, nothing, or a bad frame', () => {
    const type = fc.constantFrom('setup', 'prompt', 'interrupt', 'dtmf', 'info', 'error', 'other');
    const keys = fc.constantFrom('callSid', 'customParameters', 'voicePrompt', 'last', 'digit', 'name', 'value');
    const frames = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .tuple(type, fc.dictionary(keys, fc.jsonValue()))
        .map(([kind, rest]) => JSON.stringify({ ...rest, type: kind })),
    );
    const known = [
      'setup',
      'prompt',
      'interrupt',
      'key',
      'assistant-speaking',
      'person-speaking',
      'text-played',
      'error',
    ];
    fc.assert(
      fc.property(frames, (frame) => {
        try {
          const event = relayCodec.decode(frame);
          expect(event === null || known.includes(event.type)).toBe(true);
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
  test('text goes out as a token', () => {
    const frame = relayCodec.encode({ type: 'text', text: 'Hello "you"\n', last: false });
    expect(JSON.parse(frame)).toEqual({ type: 'text', token: 'Hello "you"\n', last: false, preemptible: true });
  });

  test('keys go out without anything that is no key', () => {
    expect(JSON.parse(relayCodec.encode({ type: 'keys', digits: '1w2#*a;' }))).toEqual({
      type: 'sendDigits',
      digits: '1w2#*',
    });
  });

  test('an end carries its reason as text', () => {
    expect(JSON.parse(relayCodec.encode({ type: 'end', reason: 'said goodbye' }))).toEqual({
      type: 'end',
      handoffData: '{"reason":"said goodbye"}',
    });
  });
});
