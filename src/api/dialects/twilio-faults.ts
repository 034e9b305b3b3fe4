/** The answers that `POST /secure/make-call` gives to Twilio's error codes. */
import type { CarrierAdvice } from '../../ports/carrier.ts';

export interface TwilioFault {
  status: number;
  error: string;
  resolution: string;
}

const documented: Readonly<Record<number, Partial<TwilioFault>>> = {
  21211: { error: "Invalid 'To' phone number", resolution: 'Check the phone number format and try again' },
};

/** What the request itself could mend is 400, what is not allowed 403, what passes 429; our own account's troubles are 500. */
const statuses: Readonly<Record<number, number>> = {
  10004: 429,
  13223: 400,
  13224: 400,
  13225: 403,
  13226: 400,
  13227: 403,
  20003: 500,
  20404: 404,
  20429: 429,
  21201: 400,
  21202: 403,
  21203: 403,
  21210: 403,
  21211: 400,
  21212: 400,
  21214: 400,
  21215: 403,
  21216: 403,
  21217: 400,
  21219: 403,
  22005: 429,
  32205: 403,
};

export function toTwilioFault(code: number, advice: CarrierAdvice | null): TwilioFault {
  return {
    status: documented[code]?.status ?? statuses[code] ?? 500,
    error: documented[code]?.error ?? advice?.meaning ?? `Twilio error ${code}`,
    resolution:
      documented[code]?.resolution ??
      advice?.resolution ??
      `Look up error ${code} in Twilio's error dictionary (https://www.twilio.com/docs/api/errors/${code})`,
  };
}
