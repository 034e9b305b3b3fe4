/** Twilio's way of writing identifiers and dates on the wire. */
import type { Random } from '../base/random.ts';

/** What a SID names: account, call, phone number, ConversationRelay session, media stream, recording, transcription. */
export type SidPrefix = 'AC' | 'CA' | 'PN' | 'VX' | 'MZ' | 'RE' | 'GT';

/** Two letters and 32 lower-case hexadecimal digits. */
export function newSid(prefix: SidPrefix, random: Random): string {
  return prefix + Buffer.from(random.bytes(16)).toString('hex');
}

/** For example `Fri, 20 Nov 2026 15:04:05 +0000`. */
export function toRfc2822(ms: number): string {
  return new Date(ms).toUTCString().replace('GMT', '+0000');
}
