/** Computes `X-Twilio-Signature`, the proof that a webhook or a socket comes from the phone network. */
import { createHmac } from 'node:crypto';

/** Form parameters; a name that is sent several times has a list. */
export type SignedParameters = Record<string, string | readonly string[]>;

/** The URL as it is signed: exactly as configured, without fragment and without user name and password. */
export function toSignedUrl(url: string): string {
  const [withoutFragment = ''] = url.split('#', 1);
  return withoutFragment.replace(/^([a-z]+:\/\/)[^/?]*@/i, '$1');
}

/**
 * Base64 of HMAC-SHA1 over the URL followed by every POST parameter's name and value, in byte order of the names.
 * For GET, a socket, or a body that is not a form, leave the parameters out.
 * @see https://www.twilio.com/docs/usage/webhooks/webhooks-security (2026-11)
 */
export function signTwilioRequest(authToken: string, url: string, parameters: SignedParameters = {}): string {
  let signed = toSignedUrl(url);
  for (const name of Object.keys(parameters).sort()) {
    const value = parameters[name] ?? '';
    const distinct = typeof value === 'string' ? [value] : [...new Set(value)].sort();
    for (const one of distinct) signed += name + one;
  }
  return createHmac('sha1', authToken).update(signed, 'utf8').digest('base64');
}
