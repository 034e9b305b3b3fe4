/** How Cartesia is reached and what it sends, as far as we read it; whatever else it holds is ignored. */
import { z } from 'zod';
import type { SocketTarget } from '../../base/raw-socket.ts';
import { kindOfStatus, type SocketFailure } from '../../base/vendor-socket.ts';

export interface CartesiaAccess {
  apiKey: string;
  /** `http:` or `https:`, without a slash at its end. */
  baseUrl: string;
}

/** The form of requests and answers that we know. */
const version = '2026-08-14';

/** Where a path of Cartesia is, as a socket. */
export function toTarget(access: CartesiaAccess, path: string, query = new URLSearchParams()): SocketTarget {
  const search = query.size === 0 ? '' : `?${query}`;
  return {
    url: `${access.baseUrl.replace(/^http/u, 'ws')}${path}${search}`,
    headers: { Authorization: `Bearer ${access.apiKey}`, 'Cartesia-Version': version },
  };
}

/** Cartesia names a language without its region. */
export function toLanguage(tag: string): string {
  return tag.split('-')[0]?.toLowerCase() || 'en';
}

const text = z.string().catch('');

export const errorSchema = z.object({
  type: z.literal('error'),
  context_id: z.string().nullish().catch(null),
  status_code: z.coerce.number().catch(500),
  title: text,
  message: text,
});

export const turnMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('turn.start'), transcript: text }),
  z.object({ type: z.literal('turn.update'), transcript: text }),
  z.object({ type: z.literal('turn.eager_end'), transcript: text }),
  z.object({ type: z.literal('turn.resume'), transcript: text }),
  z.object({ type: z.literal('turn.end'), transcript: text }),
  errorSchema,
]);

export const manualMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('transcript'), text, is_final: z.boolean().catch(false) }),
  z.object({ type: z.literal('flush_done') }),
  errorSchema,
]);

const numbers = z.array(z.number());

/** A chunk of sound is not among them: it is read by hand. */
export const speechMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('timestamps'),
    context_id: z.string(),
    word_timestamps: z.object({ words: z.array(z.string()), start: numbers, end: numbers }),
  }),
  z.object({ type: z.literal('done'), context_id: z.string() }),
  errorSchema,
]);

/** The JSON of a frame, or undefined for what is none. */
export function parseJson(frame: string): unknown {
  try {
    return JSON.parse(frame);
  } catch {
    return undefined;
  }
}

/** What Cartesia says has gone wrong, in our own terms. */
export function toFailure(error: z.infer<typeof errorSchema>): SocketFailure {
  const said = `${error.title} ${error.message}`.trim().slice(0, 300);
  return { kind: kindOfStatus(error.status_code), message: `cartesia broke off with ${error.status_code}: ${said}` };
}
