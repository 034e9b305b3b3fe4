/** What Twilio's answers about calls mean: the call, a page of calls, or why not. */
import { z } from 'zod';
import { parseMicros } from '../../base/money.ts';
import type { CarrierCall, CarrierCharge } from '../../ports/carrier.ts';
import { toCallStatus } from './call-status.ts';
import type { RestAnswer } from './rest-client.ts';

/** The SID is used in paths, so it is the one field that is looked at closely. */
const callSid = z.string().regex(/^CA[0-9A-Za-z]{1,62}$/);

const placedSchema = z.object({ sid: callSid, status: z.string().nullish() });

const callSchema = z.object({
  sid: callSid,
  status: z.string(),
  to: z.string().nullish(),
  from: z.string().nullish(),
  date_created: z.string(),
  duration: z.coerce.number().nullish().catch(null),
  price: z.string().nullish().catch(null),
  price_unit: z.string().nullish().catch(null),
});

const pageSchema = z.object({ calls: z.array(z.unknown()), next_page_uri: z.string().nullish() });

/** The documented form and the newer one of RFC 9457. */
const errorSchema = z.object({
  code: z.coerce.number().int(),
  message: z.string().nullish(),
  detail: z.string().nullish(),
  title: z.string().nullish(),
});

/**
 * A status we do not know becomes `queued`: the one that moves nothing forward, so the call stays unfinished and is
 * asked for again instead of being taken for answered or over.
 */
const statusWhenUnknown = 'queued';

export function parsePlacedCall(answer: RestAnswer): Pick<CarrierCall, 'carrierSid' | 'status'> | null {
  const parsed = placedSchema.safeParse(answer.body);
  if (answer.httpStatus < 200 || answer.httpStatus > 299 || !parsed.success) return null;
  return { carrierSid: parsed.data.sid, status: toCallStatus(parsed.data.status) ?? statusWhenUnknown };
}

export function parseCall(body: unknown): CarrierCall | null {
  const parsed = callSchema.safeParse(body);
  if (!parsed.success) return null;
  const call = parsed.data;
  const createdAtMs = Date.parse(call.date_created);
  if (Number.isNaN(createdAtMs)) return null;
  return {
    carrierSid: call.sid,
    status: toCallStatus(call.status) ?? statusWhenUnknown,
    to: call.to ?? '',
    from: call.from ?? '',
    createdAtMs,
    durationSeconds: call.duration ?? null,
    charge: toCharge(call.price, call.price_unit),
  };
}

/** Twilio writes what it takes as a negative decimal, once it has rated the call. */
function toCharge(price: string | null | undefined, unit: string | null | undefined): CarrierCharge | null {
  const micros = price ? parseMicros(price.replace(/^-/, '').slice(0, 16)) : null;
  return micros !== null && unit && /^[A-Z]{3}$/.test(unit) ? { micros, currency: unit } : null;
}

/** A page of calls; null when any of them cannot be read, since a call that is overlooked could be dialled again. */
export function parseCallPage(body: unknown): { calls: CarrierCall[]; nextPath: string | null } | null {
  const parsed = pageSchema.safeParse(body);
  if (!parsed.success) return null;
  const calls = parsed.data.calls.map(parseCall);
  const nextPath = parsed.data.next_page_uri ?? null;
  // Only a path: an absolute address could send our credentials to another host.
  if (nextPath !== null && !nextPath.startsWith('/')) return null;
  return calls.every((call) => call !== null) ? { calls, nextPath } : null;
}

/** Twilio's own code and words for a refusal; null when the body is not Twilio's. */
export function parseRefusal(answer: RestAnswer): { code: number; message: string } | null {
  const parsed = errorSchema.safeParse(answer.body);
  if (answer.httpStatus < 400 || !parsed.success) return null;
  const { code, message, detail, title } = parsed.data;
  return { code, message: message ?? detail ?? title ?? `HTTP ${answer.httpStatus}` };
}
