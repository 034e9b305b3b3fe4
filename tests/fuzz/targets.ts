/** Every parser of what comes from outside: what it is fed, and what it may throw. */
import { isDeepStrictEqual } from 'node:util';
import { type AccessTokens, createAccessTokens } from '../../src/account/access-tokens.ts';
import { prefixOf } from '../../src/account/api-key.ts';
import { parseByteRange } from '../../src/api/byte-range.ts';
import { callCursorSchema } from '../../src/api/call-cursor.ts';
import { fromCursor, toCursor } from '../../src/api/cursor.ts';
import { nestingOf } from '../../src/api/parse-json.ts';
import { createFakeClock } from '../../src/base/clock.ts';
import { CallwrightError } from '../../src/base/errors.ts';
import { silentLogger } from '../../src/base/log.ts';
import { findNearMiss } from '../../src/config/near-miss.ts';
import { readConfig } from '../../src/config/read-config.ts';
import { checkBlobName } from '../../src/ports/blob-store.ts';
import type { CarrierInstruction, CarrierRequest } from '../../src/ports/carrier.ts';
import { parseForm } from '../../src/providers/twilio/form.ts';
import { decodeJson, mediaCodec } from '../../src/providers/twilio/media-codec.ts';
import { parseRecordingChanged, parseTranscribed } from '../../src/providers/twilio/recording-webhooks.ts';
import { relayCodec } from '../../src/providers/twilio/relay-codec.ts';
import { isSignedSocket, isSignedWebhook, signRequest } from '../../src/providers/twilio/signature.ts';
import { cutSoundFrame } from '../../src/providers/twilio/sound-frame.ts';
import { writeTwiml } from '../../src/providers/twilio/twiml.ts';
import { parseInstructionsWanted, parseSessionEnded, parseStatusChanged } from '../../src/providers/twilio/webhooks.ts';
import { parsePerson } from '../../src/simulator/person/parse-person.ts';
import { parseTwiml } from '../../src/simulator/twiml/parse-twiml.ts';
import { fromSafeCell, parseCsv, toCsvLine } from '../../src/text/csv.ts';
import { renderTemplate } from '../../src/text/template.ts';
import { bodyTargets } from './bodies.ts';
import type { FuzzTarget } from './fuzz-target.ts';

const publicUrl = 'https://voice.example.test';
const check = { publicUrl, authTokens: ['test-auth-token'] };
const sid = `CA${'a1'.repeat(16)}`;
const webhookForms = [
  `CallSid=${sid}&AccountSid=AC${'0'.repeat(32)}&From=%2B15551234567&To=%2B15558675310&CallStatus=in-progress&Direction=outbound-api&SequenceNumber=2&CallDuration=7`,
  `CallSid=${sid}&CallStatus=failed&ErrorCode=13224&ErrorMessage=no+way&SipResponseCode=486`,
  `CallSid=${sid}&SessionStatus=failed&SessionDuration=3&ErrorCode=64102`,
  `CallSid=${sid}&RecordingSid=RE${'b'.repeat(32)}&RecordingStatus=completed&RecordingDuration=7&RecordingChannels=2`,
  `CallSid=${sid}&TranscriptionEvent=transcription-content&Track=inbound_track&Final=true&SequenceId=3&TranscriptionData=%7B%22transcript%22%3A%22Who+is+this%3F%22%2C%22confidence%22%3A0.9%7D`,
];

const requestOf = (input: string): CarrierRequest => {
  const [path = '', body = '', type = 'application/x-www-form-urlencoded', signature = ''] = input.split('\x01');
  return { method: 'POST', path, headers: { 'content-type': type, 'x-twilio-signature': signature }, body };
};

function ensure(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(what);
}

const parsers = [
  parseInstructionsWanted,
  parseStatusChanged,
  parseSessionEnded,
  parseRecordingChanged,
  parseTranscribed,
];

/** Whatever gets into our hands here is stored, so it has to be storable. */
const isStorable = (value: unknown): boolean => {
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed();
  return typeof value !== 'object' || value === null || Object.values(value).every(isStorable);
};

const carrierTargets: FuzzTarget[] = [
  {
    name: 'webhook',
    weight: 8,
    corpus: webhookForms.map((form) => `/api/call-status?callId=call_01\x01${form}`),
    feed(input) {
      const request = requestOf(input);
      for (const parse of parsers) {
        const { query, ...event } = parse(request) ?? { query: null };
        ensure(isStorable(event), 'an event cannot be stored');
        query?.get('callId');
      }
    },
  },
  {
    name: 'signature',
    weight: 8,
    corpus: webhookForms.flatMap((form) => [
      `/twiml?callId=call_01\x01${form}\x01application/x-www-form-urlencoded\x01RSOYDt4T1cUTdK1PDd93/VVr8B8=`,
      `/twiml?bodySHA256=${'0'.repeat(64)}\x01{"a":1}\x01application/json\x01RSOYDt4T1cUTdK1PDd93/VVr8B8=`,
    ]),
    feed(input) {
      const request = requestOf(input);
      ensure(!isSignedWebhook(request, check), 'a forged webhook was taken for genuine');
      ensure(!isSignedSocket({ ...request, method: 'GET' }, check), 'a forged socket was taken for genuine');
      const signature = signRequest('test-auth-token', publicUrl + request.path, parseForm(request.body));
      const form = { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature };
      const isWhole = request.path.startsWith('/') && !/bodySHA256/.test(decodeURIComponentOrNot(request.path));
      const genuine = isSignedWebhook({ ...request, headers: form }, check);
      ensure(genuine || !isWhole || request.body.length > 65_536, 'a genuine webhook was refused');
    },
  },
  {
    name: 'relay-frame',
    weight: 14,
    corpus: [
      JSON.stringify({
        type: 'setup',
        sessionId: 'VX1',
        callSid: sid,
        from: '+1',
        to: '+2',
        customParameters: { a: 'b', n: 1 },
      }),
      '{"type":"prompt","voicePrompt":"Why do you call?","lang":"en-US","last":true}',
      '{"type":"interrupt","utteranceUntilInterrupt":"Hello, this","durationUntilInterruptMs":"460"}',
      '{"type":"dtmf","digit":"5"}',
      '{"type":"info","name":"tokensPlayed","value":"Hello."}',
      '{"type":"info","name":"agentSpeaking","value":"on"}',
      '{"type":"error","description":"Invalid message"}',
    ],
    feed(input) {
      const event = relayCodec.decode(input);
      // The carrier's id of the call is only compared with the one we know.
      const kept = event?.type === 'setup' ? { ...event, carrierSid: '' } : event;
      ensure(isStorable(kept), 'an event cannot be stored');
    },
  },
  {
    name: 'media-frame',
    weight: 14,
    corpus: [
      '{"event":"connected","protocol":"Call","version":"1.0.0"}',
      JSON.stringify({
        event: 'start',
        streamSid: 'MZ1',
        start: {
          streamSid: 'MZ1',
          callSid: sid,
          tracks: ['inbound'],
          mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
          customParameters: { callId: 'call_01', token: 'x' },
        },
      }),
      `{"event":"media","sequenceNumber":"4","media":{"track":"inbound","chunk":"2","timestamp":"40","payload":"${'/w'.repeat(107)}=="},"streamSid":"MZ1"}`,
      `{"event":"media","sequenceNumber":"4","streamSid":"MZ1","media":{"track":"inbound","chunk":"2","timestamp":"40","payload":"${'/w'.repeat(107)}=="}}`,
      '{"event":"dtmf","streamSid":"MZ1","dtmf":{"track":"inbound_track","digit":"1"}}',
      '{"event":"mark","streamSid":"MZ1","mark":{"name":"m1"}}',
      '{"event":"stop","streamSid":"MZ1","stop":{"callSid":"CA1"}}',
    ],
    feed(input) {
      const cut = cutSoundFrame(input);
      if (cut) ensure(isDeepStrictEqual(cut, decodeJson(input)), 'cut out of the text, the sound is another');
      ensure(isStorable(cut ?? mediaCodec.decode(input)), 'an event cannot be stored');
    },
  },
  {
    name: 'twiml-writer',
    weight: 6,
    corpus: ["Hello <Say>you</Say> & 'others'", 'https://x/?a=1&b="2"', 'plain', '{{name}}\r\n\t'],
    feed(input) {
      const instructions: CarrierInstruction[] = [
        { type: 'stream-audio', socketPath: '/streams', parameters: { [input.slice(0, 40)]: input }, afterPath: null },
        { type: 'say-and-hang-up', text: input, language: 'en-US' },
      ];
      const written = parseTwiml(writeTwiml(instructions, { publicUrl, log: silentLogger }));
      ensure(written.ok, 'what was written is not XML');
      if (!written.ok) return;
      const names = written.verbs.map(({ name }) => name).join();
      ensure(/^Connect(,Say)?,Hangup$/.test(names), `data became markup: ${names}`);
      const inside = written.verbs[0]?.children[0]?.children ?? [];
      ensure(
        inside.every(({ name, children }) => name === 'Parameter' && children.length === 0),
        'data became markup',
      );
    },
  },
  {
    name: 'twiml-reader',
    weight: 4,
    corpus: [
      '<?xml version="1.0" encoding="UTF-8"?><Response><Connect action="/a"><Stream url="wss://x/streams"><Parameter name="a" value="b"/></Stream></Connect><Hangup/></Response>',
      '<Response><Say language="en-US">Hello &amp; goodbye</Say><Pause length="2"/></Response>',
      '<Response><Gather><Say><![CDATA[Press <1>]]></Say></Gather><!-- c --></Response>',
    ],
    feed: (input) => parseTwiml(input),
  },
];

function decodeURIComponentOrNot(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // What cannot be decoded may still hide the name in single escapes.
    return text.replace(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
  }
}

const clock = createFakeClock();
let tokens: Promise<{ tokens: AccessTokens; genuine: string }> | null = null;
function openTokens() {
  tokens ??= (async () => {
    const keys = [{ kid: 'k1', secret: new Uint8Array(32).fill(7), createdAtMs: clock.now() }];
    const made = createAccessTokens({ clock, keys: { all: async () => keys } });
    const genuine = await made.issue({
      userId: 'user_1',
      clientId: 'client_1',
      role: 'client',
      sessionId: 'session_1',
      tokenVersion: 1,
    });
    return { tokens: made, genuine };
  })();
  return tokens;
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const claims = {
  iss: 'callwright',
  aud: 'callwright-api',
  typ: 'access',
  sub: 'user_1',
  cid: null,
  role: 'admin',
  sid: 's',
  ver: 1,
  iat: 1_767_625_200,
  exp: 1_767_626_100,
};

const textTargets: FuzzTarget[] = [
  {
    name: 'template',
    weight: 8,
    corpus: [
      'Hello {{name}}, this is {{company}} about {{order.id}}.',
      '{{ a }}{{b}}',
      '{{{x}}}',
      'no names',
      '{{constructor}}{{a.__proto__.b}}{{toString}}',
    ],
    feed(input) {
      const values = { name: input, company: '{{secret}}', order: { id: 7 }, a: null, b: [1, { c: 2 }] };
      const { text, missing } = renderTemplate(input, values);
      ensure(text.isWellFormed() && !text.includes('\0'), 'what was rendered cannot be stored');
      for (const [, inside = ''] of input.matchAll(/\{\{([^{}]*)\}\}/g)) {
        const name = inside.trim();
        const isGiven = Object.hasOwn(values, name.split('.')[0] ?? '');
        ensure(isGiven || missing.includes(name), `nobody gave ${name}, and it is not missing`);
      }
    },
  },
  {
    name: 'csv',
    weight: 8,
    corpus: [
      'number,reason\r\n+15551234567,asked us\r\n"+15551234568","said ""no"", twice"\r\n',
      '\ufeff+15551234567\n+15551234568\n\n',
      'a;b\n"unclosed,\n',
    ],
    feed(input) {
      const rows = [...parseCsv(input)];
      const cells = rows.at(0)?.cells ?? [];
      const line = toCsvLine(cells);
      // Below a line of names, as everything that we write.
      const [, again] = [...parseCsv(`number\r\n${line}`)];
      const blank = cells.length === 1 && cells[0] === '';
      const same =
        JSON.stringify((again?.cells ?? []).map(fromSafeCell)) ===
        JSON.stringify(cells.map((cell) => (cell.startsWith("'") ? fromSafeCell(cell) : cell)));
      ensure(
        blank || same || cells.some((cell) => cell.includes('\r') || cell.startsWith("'")),
        'a row was not read as written',
      );
      ensure(
        (again?.cells ?? []).every((cell) => !/^[=+\-@\t\r]/.test(cell)),
        'a spreadsheet would run this',
      );
    },
  },
  {
    name: 'person-script',
    weight: 4,
    corpus: [
      '# Sarah\nanswers after 2s\nlistens\nsays "Who is this?"\nwaits 3s\npresses 12#\nhangs up',
      'is busy',
      'is a voicemail "Leave a message."',
      'interrupts after 3 words "Stop"',
    ],
    feed: (input) => parsePerson('someone', input),
  },
  {
    name: 'cursor',
    weight: 6,
    corpus: [toCursor([1_700_000_000_000, 'call_01kad3v7x2m4q8r5t9w1y3z6bc']), toCursor([-1, '']), 'bnVsbA', ''],
    feed: (input) => fromCursor(input, callCursorSchema),
  },
  {
    name: 'range',
    weight: 6,
    corpus: ['bytes=0-99', 'bytes=100-', 'bytes=-5', 'bytes=0-1,5-9', 'bytes=99999999999999-'],
    feed(input) {
      for (const length of [0, 1, 1000]) {
        const range = parseByteRange(input, length);
        if (typeof range === 'string') continue;
        ensure(
          range.start >= 0 && range.start <= range.end && range.end < length,
          `bytes ${range.start}-${range.end} of ${length}`,
        );
      }
    },
  },
  {
    name: 'json-depth',
    weight: 4,
    corpus: ['{"to":"+15551234567","customParameters":{"a":[1,{"b":"}]"}]}}', '[[[[]]]]', '"\\"[["'],
    feed(input) {
      ensure(nestingOf(input) >= 0, 'depth below nought');
    },
  },
  {
    name: 'setting-name',
    weight: 2,
    corpus: ['TWILIO_ACOUNT_SID', 'PUBLC_URL', 'PORT', 'LOG_LEVL'],
    feed: (input) =>
      findNearMiss(input.slice(0, 64), ['TWILIO_ACCOUNT_SID', 'PUBLIC_URL', 'PORT', 'LOG_LEVEL', 'DATA_DIR']),
  },
  {
    name: 'settings',
    weight: 2,
    corpus: [
      'PORT=3000',
      'HOST=127.0.0.1',
      'PUBLIC_URL=https://voice.example.test',
      'DATABASE_URL=postgres://u:p@h/d',
      'OPEN_DIALECTS=call-customer,outbound-call',
      'CALLS_PER_SECOND=1',
      'LOG_PII=true',
      'TWILIO_PHONE_NUMBER=+15551234567',
      'ADMIN_EMAIL=a@b.example',
    ],
    feed(input) {
      const at = input.indexOf('=');
      readConfig({ [input.slice(0, Math.max(at, 0)).slice(0, 200)]: input.slice(at + 1) });
    },
  },
  {
    name: 'blob-name',
    weight: 4,
    corpus: ['recordings/call_01/recording_01.wav', 'a', 'a/b.c', '../secret', 'a/../b'],
    feed(input) {
      checkBlobName(input);
      ensure(!/\.\.|^\/|\\|%|\0/.test(input), 'a blob could lie elsewhere');
    },
  },
  {
    name: 'api-key',
    weight: 2,
    corpus: [`cw_live_${'a'.repeat(12)}_${'B'.repeat(43)}`, 'cw_live_', 'Bearer x'],
    feed: (input) => prefixOf(input),
  },
  {
    name: 'jwt',
    weight: 1,
    corpus: [
      `${part({ alg: 'HS256', typ: 'JWT', kid: 'k1' })}.${part(claims)}.${'A'.repeat(43)}`,
      `${part({ alg: 'none' })}.${part(claims)}.`,
      `${part({ alg: 'RS256', kid: '../../k1' })}.${part(claims)}.AAAA`,
      `${part({ alg: 'HS256', kid: 'k1', crit: ['b64'], b64: false })}.${part({ ...claims, exp: null })}.${'B'.repeat(43)}`,
    ],
    async feed(input) {
      const { tokens: known, genuine } = await openTokens();
      const spliced = genuine.slice(0, input.length % genuine.length) + input.slice(input.length % genuine.length);
      for (const token of [input, spliced])
        ensure(token === genuine || (await known.verify(token)) === null, 'a forged token was taken for genuine');
    },
  },
];

export const fuzzTargets: readonly FuzzTarget[] = [...carrierTargets, ...textTargets, ...bodyTargets];

/** A parser's own word for what it will not take. */
export const isRefusal = (error: unknown) => error instanceof CallwrightError;
