/** The addresses we hand to Twilio, all made from the configured public URL. */
import { CallwrightError } from '../../base/errors.ts';

/** Three more tries when we cannot be reached, are slow or answer 5xx; Twilio neither sends nor signs the fragment. */
const connectionOverrides = '#rc=3&rp=ct,rt,5xx';

/** What RFC 3986 allows in a path and query; whatever Twilio might rewrite before it signs has no business here. */
const escapedPath = /^\/[\w\-.~!$&'()*+,;=:@/?%]*$/;

/**
 * The public URL (without a trailing slash) followed by a path and query.
 * An apostrophe is escaped: it is the one character left alone by `encodeURIComponent` that some signers escape.
 * @throws CallwrightError `carrier/bad-path` when the path does not begin with "/" or is not escaped
 */
function toAddress(baseUrl: string, path: string): string {
  if (!escapedPath.test(path)) throw new CallwrightError('carrier/bad-path', 'not an escaped path and query');
  return `${baseUrl}${path.replaceAll("'", '%27')}`;
}

export function toWebhookUrl(publicUrl: string, path: string): string {
  return `${toAddress(publicUrl, path)}${connectionOverrides}`;
}

/** The same host spoken to by WebSocket: `https` becomes `wss`, `http` becomes `ws`. */
export function toSocketUrl(publicUrl: string, path: string): string {
  return toAddress(publicUrl.replace(/^http/i, 'ws'), path);
}
