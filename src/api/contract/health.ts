/** What was found when the server looked at itself, shared with the dashboard. */
import { z } from 'zod';
import { momentSchema } from './text.ts';

export const healthSchema = z.object({
  checked_at: momentSchema,
  findings: z.array(
    z.object({
      about: z.string(),
      /** `warning`: calls are made, but not as one may expect. */
      state: z.enum(['good', 'warning', 'bad']),
      detail: z.string(),
      /** What to do about it; null where there is nothing to do. */
      mend: z.string().nullable(),
    }),
  ),
});

export type HealthReport = z.infer<typeof healthSchema>;
export type HealthFinding = HealthReport['findings'][number];
