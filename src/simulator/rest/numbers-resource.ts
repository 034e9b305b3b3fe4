/** /IncomingPhoneNumbers: list, fetch and update the account's numbers. */
import type { OwnNumber, PhoneNetwork } from '../phone-network.ts';
import { apiVersion } from '../webhooks/webhook-parameters.ts';
import { toRfc2822 } from '../wire-values.ts';
import { readTarget } from './check-call-form.ts';
import { toListPage } from './list-page.ts';
import { json, notFound, type RestAnswer, type RestRequest } from './rest-exchange.ts';

function toNumberResource(accountSid: string, own: OwnNumber): Record<string, unknown> {
  return {
    sid: own.sid,
    account_sid: accountSid,
    phone_number: own.number,
    friendly_name: own.friendlyName,
    capabilities: { voice: true, sms: false, mms: false, fax: false },
    voice_url: own.voice?.url ?? '',
    voice_method: own.voice?.method ?? 'POST',
    voice_fallback_url: own.voiceFallback?.url ?? '',
    voice_fallback_method: own.voiceFallback?.method ?? 'POST',
    voice_receive_mode: 'voice',
    voice_caller_id_lookup: false,
    voice_application_sid: '',
    status_callback: own.statusCallback?.url ?? '',
    status_callback_method: own.statusCallback?.method ?? 'POST',
    trunk_sid: null,
    status: 'in-use',
    origin: 'twilio',
    beta: false,
    api_version: apiVersion,
    date_created: toRfc2822(own.createdAtMs),
    date_updated: toRfc2822(own.updatedAtMs),
    uri: `/${apiVersion}/Accounts/${accountSid}/IncomingPhoneNumbers/${own.sid}.json`,
  };
}

function find(network: PhoneNetwork, sid: string, path: string): OwnNumber {
  const own = network.numbers.find((number) => number.sid === sid);
  if (!own) throw notFound(path);
  return own;
}

export function fetchNumber(network: PhoneNetwork, request: RestRequest, sid: string): RestAnswer {
  return json(toNumberResource(network.account.sid, find(network, sid, request.path)));
}

/** An empty URL removes one; a URL that is not named stays. */
export function updateNumber(network: PhoneNetwork, request: RestRequest, sid: string): RestAnswer {
  const own = find(network, sid, request.path);
  const form = new URLSearchParams(request.body);
  if (form.has('VoiceUrl')) own.voice = readTarget(form, 'VoiceUrl', 'VoiceMethod');
  if (form.has('VoiceFallbackUrl')) own.voiceFallback = readTarget(form, 'VoiceFallbackUrl', 'VoiceFallbackMethod');
  if (form.has('StatusCallback')) own.statusCallback = readTarget(form, 'StatusCallback', 'StatusCallbackMethod');
  own.friendlyName = form.get('FriendlyName') ?? own.friendlyName;
  own.updatedAtMs = network.clock.now();
  return json(toNumberResource(network.account.sid, own));
}

export function listNumbers(network: PhoneNetwork, { path, query }: RestRequest): RestAnswer {
  // A plus sign that was not escaped arrives as a space.
  const wanted = query.get('PhoneNumber')?.replaceAll('*', '').replace(/^ /, '+') ?? '';
  const items = network.numbers.filter(({ number }) => number.includes(wanted));
  const { page, envelope } = toListPage({ items, sidOf: ({ sid }) => sid, path, query });
  return json({
    incoming_phone_numbers: page.map((own) => toNumberResource(network.account.sid, own)),
    ...envelope,
  });
}
