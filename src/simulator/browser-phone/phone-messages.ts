/** What a phone in a browser and the network tell each other; sound travels beside it as bare μ-law. */
import { z } from 'zod';

export const fromPhoneSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('answer') }),
  /** Also declines a call that rings. */
  z.strictObject({ type: z.literal('hang-up') }),
  z.strictObject({ type: z.literal('say'), text: z.string().trim().min(1).max(1000) }),
  z.strictObject({ type: z.literal('keys'), digits: z.string().regex(/^[0-9*#]{1,32}$/) }),
  z.strictObject({ type: z.literal('call'), to: z.string().regex(/^\+[1-9]\d{6,14}$/) }),
]);

export type FromPhone = z.infer<typeof fromPhoneSchema>;

export type ToPhone =
  | { type: 'ringing'; from: string; call_sid: string }
  | { type: 'missed' }
  | { type: 'calling'; to: string; call_sid: string }
  | { type: 'talking'; call_sid: string }
  /** A word of the other side reached the ear; `is_last` ends what it said in one go. */
  | { type: 'heard'; text: string; is_last: boolean }
  /** What was still to be played of it is not to be heard. */
  | { type: 'quiet' }
  | { type: 'over'; call_sid: string; status: string; by: string | null }
  | { type: 'refused'; why: string };
