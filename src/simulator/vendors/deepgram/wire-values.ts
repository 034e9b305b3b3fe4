/** Values that several of simulated Deepgram's services share. */

import type { HeardWord } from '../hearing.ts';
import { toBareWord } from '../hearing.ts';
import { toRefusal } from '../refusals.ts';
import type { VendorRefusal, VendorRequest } from '../vendor.ts';

export const requestId = '5f1e7d5c-0000-4000-8000-000000000001';

/** Close reasons as they begin with the vendor. */
export const closeReasons = {
  unreadable: 'DATA-0000: the payload cannot be decoded',
  tooBig: 'BIG-0000: the payload is too large',
  noAudioYet: 'NET-0000: no audio was received within the time limit',
  idle: 'NET-0001: did not receive audio data or a text message within the timeout window',
} as const;

/** The vendor counts in seconds. */
export function toSeconds(ms: number): number {
  return Math.round(ms) / 1000;
}

export function toWireWord(word: HeardWord) {
  return { word: toBareWord(word.text), start: toSeconds(word.startMs), end: toSeconds(word.endMs), confidence: 0.99 };
}

/** Only telephone sound is understood here. */
export function refuseOtherSound({ url }: VendorRequest): VendorRefusal | null {
  const [encoding, rate] = [url.searchParams.get('encoding'), url.searchParams.get('sample_rate')];
  if (encoding === 'mulaw' && rate === '8000') return null;
  return toRefusal('deepgram', 400, `the simulated vendor understands encoding=mulaw at sample_rate=8000 only`);
}

export function refuseOtherModel({ url }: VendorRequest, known: RegExp): VendorRefusal | null {
  const model = url.searchParams.get('model') ?? '';
  return known.test(model) ? null : toRefusal('deepgram', 400, `No such model: ${model.slice(0, 60)}`);
}
