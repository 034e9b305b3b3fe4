/** The shape of what a call is tried again after, shared with the dashboard. */
import { z } from 'zod';

const seconds = z
  .int()
  .min(60)
  .max(7 * 24 * 3600);

export const retrySchema = z.strictObject({
  /** The first attempt counts. */
  max_attempts: z.int().min(2).max(10),
  /** After which outcomes, and how long after; the wait is up to half as long again. */
  after_seconds: z.strictObject({
    busy: seconds.optional(),
    no_answer: seconds.optional(),
    voicemail: seconds.optional(),
    failed: seconds.optional(),
  }),
});
