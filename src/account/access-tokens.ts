/** Access tokens: short-lived JWTs of one form, signed and checked with one algorithm. */
import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import { CallwrightError } from '../base/errors.ts';

/** How long an access token is good. */
export const accessTokenSeconds = 15 * 60;

const algorithm = 'HS256';
const issuer = 'callwright';
const audience = 'callwright-api';
/** A running server learns of a new key a moment after it was made. */
const changeoverMs = 60_000;

export interface SigningKeys {
  /** Oldest first; the last one signs. */
  all(): Promise<readonly { kid: string; secret: Uint8Array; createdAtMs: number }[]>;
}

export interface AccessClaims {
  userId: string;
  clientId: string | null;
  role: string;
  sessionId: string;
  tokenVersion: number;
}

export interface AccessTokens {
  issue(claims: AccessClaims): Promise<string>;
  /** What a token says; null for one that is not ours, not whole or no longer good. */
  verify(token: string): Promise<AccessClaims | null>;
}

const payloadSchema = z.strictObject({
  iss: z.literal(issuer),
  aud: z.literal(audience),
  typ: z.literal('access'),
  sub: z.string().regex(/^user_\w{1,60}$/),
  cid: z.string().nullable(),
  role: z.string(),
  sid: z.string().regex(/^session_\w{1,60}$/),
  ver: z.int(),
  iat: z.int(),
  exp: z.int(),
});

export function createAccessTokens({ clock, keys }: { clock: Clock; keys: SigningKeys }): AccessTokens {
  /** A key is accepted while it signs, and after that until the last of its tokens has expired. */
  const findKey = async (kid: string | undefined) => {
    const known = await keys.all();
    const index = known.findIndex((key) => key.kid === kid);
    const key = known[index];
    const successor = known[index + 1];
    if (!key) throw new errors.JWKSNoMatchingKey();
    if (successor && clock.now() > successor.createdAtMs + accessTokenSeconds * 1000 + changeoverMs) {
      throw new errors.JWKSNoMatchingKey();
    }
    return key.secret;
  };
  return {
    async issue(claims) {
      const key = (await keys.all()).at(-1);
      if (!key) throw new CallwrightError('account/no-signing-key', 'There is no key to sign tokens with.');
      const nowSeconds = Math.floor(clock.now() / 1000);
      const { userId, clientId, role, sessionId, tokenVersion } = claims;
      return new SignJWT({ typ: 'access', cid: clientId, role, sid: sessionId, ver: tokenVersion })
        .setProtectedHeader({ alg: algorithm, typ: 'JWT', kid: key.kid })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(userId)
        .setIssuedAt(nowSeconds)
        .setExpirationTime(nowSeconds + accessTokenSeconds)
        .sign(key.secret);
    },
    async verify(token) {
      if (!isCanonical(token)) return null;
      try {
        const { payload } = await jwtVerify(token, (header) => findKey(header.kid), {
          algorithms: [algorithm],
          issuer,
          audience,
          maxTokenAge: accessTokenSeconds,
          currentDate: new Date(clock.now()),
        });
        const claims = payloadSchema.parse(payload);
        return {
          userId: claims.sub,
          clientId: claims.cid,
          role: claims.role,
          sessionId: claims.sid,
          tokenVersion: claims.ver,
        };
      } catch (error) {
        if (error instanceof errors.JOSEError || error instanceof z.ZodError) return null;
        throw error;
      }
    },
  };
}

/** Base64url has more than one spelling of the same bytes; one token has one. */
function isCanonical(token: string): boolean {
  const parts = token.split('.');
  return (
    parts.length === 3 && parts.every((part) => Buffer.from(part, 'base64url').toString('base64url') === part && part)
  );
}
