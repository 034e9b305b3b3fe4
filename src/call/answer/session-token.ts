/** The right to open one media or relay socket: bound to a call and to one offer of a session, good for one use. */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** How long the carrier may take to open the socket after it was told to. */
export const sessionOfferMs = 60_000;

export interface SessionTokens {
  /** The same again for the same offer, so that a repeated webhook cannot mint a second right. */
  tokenFor(callId: string, offer: number): string;
  isGenuine(token: string, callId: string, offer: number): boolean;
}

/** @param secret at least 256 bits */
export function createSessionTokens(secret: Uint8Array): SessionTokens {
  const sign = (callId: string, offer: number) =>
    createHmac('sha256', secret).update(`session:${callId}:${offer}`).digest();
  return {
    tokenFor: (callId, offer) => sign(callId, offer).toString('base64url'),
    isGenuine(token, callId, offer) {
      const expected = sign(callId, offer);
      const given = Buffer.from(token, 'base64url');
      return given.length === expected.length && timingSafeEqual(given, expected);
    },
  };
}
