/** The parts that every webhook of Twilio's about a call has. */
import type { CarrierRequest } from '../../ports/carrier.ts';
import { type Form, fieldOf, longestBody, parseForm } from './form.ts';

export interface Webhook {
  carrierSid: string;
  form: Form;
  /** Of our own address, as we gave it. */
  query: URLSearchParams;
}

/** Null for a request that is no webhook about a call. */
export function parseWebhook(request: CarrierRequest): Webhook | null {
  if (request.method !== 'POST' || request.body.length > longestBody) return null;
  const form = parseForm(request.body);
  const carrierSid = fieldOf(form, 'CallSid');
  if (carrierSid === null || !/^CA[0-9A-Za-z]{1,62}$/.test(carrierSid)) return null;
  const queryAt = request.path.indexOf('?');
  const query = new URLSearchParams(queryAt === -1 ? '' : request.path.slice(queryAt));
  return { carrierSid, form, query };
}
