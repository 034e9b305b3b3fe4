/** The documented bodies and answers of the request forms beside `/v1`; each form words its own errors. */
import { z } from 'zod';
import { e164Schema } from './text.ts';

export const callCustomerSchema = z.object({
  to: e164Schema,
  /** A number of your own, kept with the call and given back. */
  verification: z.number(),
});
/** Success and failures alike. */
export const messageSchema = z.object({ message: z.string(), code: z.string().optional() });

export const outboundCallSchema = z.object({
  to: e164Schema,
  /** Known to the assistant, in the order given. */
  customParameters: z.record(z.string(), z.unknown()).optional(),
});
export const outboundCallAnswerSchema = z.object({
  callSid: z.string(),
  status: z.literal('queued'),
  to: z.string(),
  from: z.string(),
});
export const outboundCallErrorSchema = z.object({
  error: z.string(),
  message: z.string().optional(),
  code: z.string().optional(),
});

export const callsInitiateSchema = z.object({
  assistant_id: z.int(),
  to_phone_number: e164Schema,
  /** A template; the assistant's own greeting when absent. */
  welcome_message: z.string().nullish(),
  agenda: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).optional(),
});
export const callsInitiateAnswerSchema = z.object({ message: z.string(), call_sid: z.string() });
export const callsInitiateErrorSchema = z.object({
  /** Words, or for a malformed body the list of what is wrong with it. */
  detail: z.union([
    z.string(),
    z.array(z.object({ loc: z.array(z.union([z.string(), z.int()])), msg: z.string(), type: z.string() })),
  ]),
  code: z.string().optional(),
});

export const healthSchema = z.object({ status: z.string(), why: z.string().optional() });
