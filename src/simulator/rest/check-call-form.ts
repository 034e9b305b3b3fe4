/** Checks the form of a create or update request as strictly as Twilio does, with its error codes. */
import type { DetectionOrder } from '../detection/detection-order.ts';
import type { CallSettings, Source, WebhookTarget } from '../live-call.ts';
import { type RecordingOrder, readRecordingEvents, readTrack } from '../recording/recording-order.ts';
import { parseTwiml } from '../twiml/parse-twiml.ts';
import type { StatusEventName, StatusSubscription } from '../webhooks/announce-status.ts';
import { Refusal } from './rest-exchange.ts';

const e164 = /^\+[1-9]\d{6,14}$/;
const longestTwiml = 4000;
const ringSeconds = { usual: 60, most: 600 };
const usualTimeLimitSeconds = 4 * 3600;
const statusEvents: readonly StatusEventName[] = ['initiated', 'ringing', 'answered', 'completed'];

/** Twilio's magic numbers, which refuse on purpose. */
const magicTo: Record<string, [number, string]> = {
  '+15005550001': [21217, 'does not appear to be valid'],
  '+15005550002': [21214, 'cannot be reached'],
  '+15005550003': [21215, 'is in a country that the account has no permission to call'],
  '+15005550004': [21216, 'is on the block list'],
};
const magicFrom = { invalid: '+15005550001', valid: '+15005550006' };

function bad(code: number, message: string): Refusal {
  return new Refusal(400, code, message);
}

/** @throws Refusal 21201, 21211, 21214–21217 */
export function checkTo(form: URLSearchParams): string {
  const to = form.get('To') ?? '';
  if (to === '') throw bad(21201, "No 'To' number is specified");
  const magic = magicTo[to];
  if (magic) throw bad(magic[0], `The 'To' number ${to} ${magic[1]}.`);
  if (!e164.test(to)) throw bad(21211, `The 'To' number ${to} is not a valid phone number.`);
  return to;
}

/** @throws Refusal 21213, 21212, 21210 */
export function checkFrom(form: URLSearchParams, isOwn: (number: string) => boolean): string {
  const from = form.get('From') ?? '';
  if (from === '') throw bad(21213, "Caller phone number is required: no 'From' number is specified");
  if (from === magicFrom.invalid || !e164.test(from)) {
    throw bad(21212, `The 'From' number ${from} is not a valid phone number, shortcode, or alphanumeric sender ID.`);
  }
  if (from !== magicFrom.valid && !isOwn(from)) {
    throw bad(21210, `The source phone number provided, ${from}, is not yet verified for your account.`);
  }
  return from;
}

function checkMethod(form: URLSearchParams, name: string): 'GET' | 'POST' {
  const method = (form.get(name) ?? 'POST').toUpperCase();
  if (method !== 'GET' && method !== 'POST') throw bad(21209, `${name} ${method} is not a valid HTTP method`);
  return method;
}

function checkUrl(url: string, name: string): string {
  const parsed = URL.parse(url);
  if (!parsed || !['http:', 'https:'].includes(parsed.protocol) || parsed.hostname.includes('_')) {
    throw bad(21205, `${name} is not a valid URL: ${url}`);
  }
  return url;
}

/** The URL and method under these names; null when there is no URL. @throws Refusal 21205, 21209 */
export function readTarget(form: URLSearchParams, urlName: string, methodName: string): WebhookTarget | null {
  const url = form.get(urlName) ?? '';
  if (url === '') return null;
  return { url: checkUrl(url, urlName), method: checkMethod(form, methodName) };
}

/** The given Url or Twiml; null when there is neither. @throws Refusal 21205, 21209, 32018, 12100 */
export function readInstructions(form: URLSearchParams): Source | null {
  const target = readTarget(form, 'Url', 'Method');
  if (target) return { type: 'url', kind: 'voice', ...target };
  const twiml = form.get('Twiml') ?? '';
  if (twiml === '') return null;
  if (twiml.length > longestTwiml) throw bad(32018, `Twiml is over ${longestTwiml} characters`);
  const parsed = parseTwiml(twiml);
  if (!parsed.ok) throw bad(parsed.code, parsed.message);
  return { type: 'twiml', twiml };
}

/** Only `completed` unless events are named; names that are none are passed over. */
export function readStatusCallback(form: URLSearchParams): StatusSubscription | null {
  const target = readTarget(form, 'StatusCallback', 'StatusCallbackMethod');
  if (!target) return null;
  const named = form.getAll('StatusCallbackEvent').flatMap((names) => names.split(/\s+/));
  const events = statusEvents.filter((event) => named.includes(event));
  return { ...target, events: named.length > 0 ? events : ['completed'] };
}

function readSeconds(form: URLSearchParams, name: string, usual: number): number {
  const text = form.get(name);
  if (text === null || text === '') return usual;
  if (!/^\d{1,6}$/.test(text) || Number(text) === 0)
    throw bad(21208, `${name} is not a valid number of seconds: ${text}`);
  return Number(text);
}

/** What a form says of a recording. @throws Refusal 20422, 21205, 21209 */
export function readRecordingOrder(form: URLSearchParams, source: RecordingOrder['source']): RecordingOrder {
  const track = readTrack(form.get('RecordingTrack') ?? 'both');
  if (!track)
    throw bad(20422, `RecordingTrack ${form.get('RecordingTrack')} is not valid: use inbound, outbound or both`);
  const channels = form.get('RecordingChannels') ?? 'mono';
  if (channels !== 'mono' && channels !== 'dual') {
    throw bad(20422, `RecordingChannels ${channels} is not valid: use mono or dual`);
  }
  const target = readTarget(form, 'RecordingStatusCallback', 'RecordingStatusCallbackMethod');
  const callback = target && { ...target, events: readRecordingEvents(form.getAll('RecordingStatusCallbackEvent')) };
  return { source, track, channels: channels === 'dual' ? 2 : 1, callback };
}

const detectionModes: Readonly<Record<string, DetectionOrder['until']>> = {
  Enable: 'answer',
  DetectMessageEnd: 'message-end',
};

/** What a form says of finding out who answers; with digits to be sent it counts as not asked. @throws Refusal 21234 */
export function readDetection(form: URLSearchParams): DetectionOrder | null {
  const mode = form.get('MachineDetection') ?? '';
  if (mode === '' || (form.get('SendDigits') ?? '') !== '') return null;
  const until = detectionModes[mode];
  if (!until) throw bad(21234, `MachineDetection ${mode} is not valid: use Enable or DetectMessageEnd`);
  const within = (name: string, usual: number, [least, most]: [number, number]) => {
    const text = form.get(name) ?? '';
    const value = text === '' ? usual : Number(text);
    if (!Number.isInteger(value) || value < least || value > most) {
      throw bad(21234, `${name} must be a whole number from ${least} to ${most}: ${text}`);
    }
    return value;
  };
  return {
    until,
    isAsync: form.get('AsyncAmd')?.toLowerCase() === 'true',
    timeoutMs: within('MachineDetectionTimeout', 30, [3, 59]) * 1000,
    speechMs: within('MachineDetectionSpeechThreshold', 2400, [1000, 6000]),
    speechEndMs: within('MachineDetectionSpeechEndThreshold', 1200, [500, 5000]),
    silenceMs: within('MachineDetectionSilenceTimeout', 5000, [2000, 10_000]),
    callback: readTarget(form, 'AsyncAmdStatusCallback', 'AsyncAmdStatusCallbackMethod'),
  };
}

/** Everything about a new call besides its two ends. @throws Refusal */
export function readSettings(form: URLSearchParams): CallSettings {
  if ((form.get('ApplicationSid') ?? '') !== '') throw bad(21218, 'ApplicationSid is not valid: there is none');
  const instructions = readInstructions(form);
  if (!instructions) throw bad(21205, 'Url parameter is required: give Url or Twiml');
  return {
    instructions,
    fallback: readTarget(form, 'FallbackUrl', 'FallbackMethod'),
    statusCallback: readStatusCallback(form),
    ringMs: Math.min(readSeconds(form, 'Timeout', ringSeconds.usual), ringSeconds.most) * 1000,
    timeLimitMs: readSeconds(form, 'TimeLimit', usualTimeLimitSeconds) * 1000,
    detection: readDetection(form),
    recording: form.get('Record')?.toLowerCase() === 'true' ? readRecordingOrder(form, 'OutboundAPI') : null,
  };
}
