/** Why a media stream's socket ended, in Twilio's error codes. */
import type { SocketEnd } from '../outside.ts';

const refusals: readonly [RegExp, number, string][] = [
  [/timed out|ETIMEDOUT/, 31_901, 'connection timeout'],
  [/ECONNREFUSED/, 31_902, 'connection refused'],
  [/ECONNRESET|EPIPE/, 31_903, 'broken pipe'],
  [/EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN/, 31_904, 'host unreachable'],
  [/CERT|TLS|SSL|ALTNAME|certificate/, 31_910, 'TLS error'],
];

/** Null for a socket that the application closed as it may. */
export function toStreamProblem(end: SocketEnd): { code: number; message: string } | null {
  if (end.refused !== undefined) {
    const text = end.refused;
    const [, code, name] = refusals.find(([pattern]) => pattern.test(text)) ?? [null, 31_920, 'handshake error'];
    return { code, message: `Stream: ${name}: ${text}` };
  }
  if (end.violation !== undefined) return { code: 31_924, message: `Stream: protocol error: ${end.violation}` };
  if (end.code === 1006) return { code: 31_921, message: 'Stream: the connection broke' };
  return null;
}
