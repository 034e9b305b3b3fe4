/** What an application may send to a ConversationRelay session, checked as strictly as Twilio checks it. */
import { z } from 'zod';

const language = z.string().min(2);
const interruptible = z.union([z.boolean(), z.enum(['none', 'dtmf', 'speech', 'any'])]);

const message = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('text'),
    token: z.string(),
    last: z.boolean().default(false),
    interruptible: interruptible.optional(),
    preemptible: z.boolean().optional(),
    lang: language.optional(),
  }),
  z.strictObject({
    type: z.literal('play'),
    source: z.url({ protocol: /^https?$/ }),
    loop: z.number().int().min(0).max(1000).default(1),
    preemptible: z.boolean().optional(),
    interruptible: interruptible.optional(),
  }),
  z.strictObject({ type: z.literal('sendDigits'), digits: z.string().regex(/^[0-9w#*]+$/) }),
  z
    .strictObject({
      type: z.literal('language'),
      ttsLanguage: language.optional(),
      transcriptionLanguage: language.optional(),
    })
    .refine((given) => given.ttsLanguage !== undefined || given.transcriptionLanguage !== undefined),
  z.strictObject({ type: z.literal('end'), handoffData: z.string().optional() }),
]);

export type RelayMessage = z.output<typeof message>;

/** The message, or what is wrong with it. */
export function parseRelayMessage(text: string): RelayMessage | { type: 'invalid'; problem: string } {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return { type: 'invalid', problem: 'not JSON' };
  }
  const result = message.safeParse(raw);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  return { type: 'invalid', problem: `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim() };
}
