/** What an application may send to a media stream, and what is wrong with anything else. */
import { z } from 'zod';

const streamSid = z.string();

const message = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('media'),
    streamSid,
    media: z.object({ payload: z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/) }),
  }),
  z.object({ event: z.literal('mark'), streamSid, mark: z.object({ name: z.string() }) }),
  z.object({ event: z.literal('clear'), streamSid }),
]);

export type StreamMessage = z.output<typeof message>;

/** The message, or Twilio's warning: 31950 is no JSON, 31951 is JSON of another form. */
export function parseStreamMessage(
  text: string,
): StreamMessage | { event: 'invalid'; code: 31950 | 31951; problem: string } {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return { event: 'invalid', code: 31950, problem: 'not JSON' };
  }
  const result = message.safeParse(raw);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const problem = `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim();
  return { event: 'invalid', code: 31951, problem };
}
