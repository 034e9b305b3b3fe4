/** The shapes of wishes to be forgotten in `/v1`. */
import { z } from 'zod';
import { momentSchema, pageQuery } from './text.ts';

export const erasePersonQuerySchema = z.strictObject({
  /** For the operator: of whose calls; of everyone's when absent. A client's own people always mean their own. */
  client_id: z
    .string()
    .regex(/^\w{1,100}$/, 'must be the id of a client')
    .optional(),
});

export const erasureSchema = z.object({
  id: z.string(),
  /** `erased` once all is done: then it is known no more. */
  number: z.string(),
  /** Null: of everyone's calls. */
  client_id: z.string().nullable(),
  asked_at: momentSchema,
  /** Null while something of the person is still there. */
  done_at: momentSchema.nullable(),
});

export const listErasuresQuerySchema = z.strictObject(pageQuery);

export type ErasureResource = z.infer<typeof erasureSchema>;
