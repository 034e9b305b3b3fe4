/** What Twilio tells of `<Dial>`: the other line, what its whisper is answered, and what came of it. */
import type { CarrierEvent, CarrierRequest } from '../../ports/carrier.ts';
import { toCallStatus } from './call-status.ts';
import { fieldOf, wholeNumberOf } from './form.ts';
import { parseWebhook } from './webhook.ts';

type Result = Extract<CarrierEvent, { type: 'transfer-over' }>['result'];

const results: Readonly<Record<string, Result>> = {
  completed: 'connected',
  answered: 'connected',
  busy: 'busy',
  'no-answer': 'no_answer',
  failed: 'failed',
  canceled: 'canceled',
};

const longestAnswer = 500;

/** Only `DialBridged` says that both really talked: a whisper that hangs up leaves `completed`, too. */
export function parseTransferOver(request: CarrierRequest): CarrierEvent | null {
  const webhook = parseWebhook(request);
  if (!webhook) return null;
  const { carrierSid, form, query } = webhook;
  const told = results[fieldOf(form, 'DialCallStatus') ?? ''] ?? 'failed';
  const result = told === 'connected' && fieldOf(form, 'DialBridged') === 'false' ? 'declined' : told;
  const [legSid, legSeconds] = [fieldOf(form, 'DialCallSid'), wholeNumberOf(form, 'DialCallDuration')];
  return { type: 'transfer-over', carrierSid, result, legSid, legSeconds, query };
}

export function parseTransferLeg(request: CarrierRequest): CarrierEvent | null {
  const webhook = parseWebhook(request);
  const status = webhook && toCallStatus(fieldOf(webhook.form, 'CallStatus'));
  if (!webhook || !status) return null;
  return { type: 'transfer-leg-changed', carrierSid: webhook.carrierSid, status, query: webhook.query };
}

export function parseBriefingWanted(request: CarrierRequest): CarrierEvent | null {
  const webhook = parseWebhook(request);
  return webhook && { type: 'briefing-wanted', carrierSid: webhook.carrierSid, query: webhook.query };
}

export function parseBriefingAnswered(request: CarrierRequest): CarrierEvent | null {
  const webhook = parseWebhook(request);
  if (!webhook) return null;
  const { carrierSid, form, query } = webhook;
  const [keys, words] = [fieldOf(form, 'Digits') ?? '', (fieldOf(form, 'SpeechResult') ?? '').slice(0, longestAnswer)];
  return { type: 'briefing-answered', carrierSid, keys, words, query };
}
