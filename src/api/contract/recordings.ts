/** What recordings of a call look like, and which of them, in which form, is asked for. */
import { z } from 'zod';

export const recordingQuerySchema = z.strictObject({
  source: z
    .enum(['carrier', 'own'])
    .optional()
    .describe('Whose recording; left out, the one of the carrier where it is kept, else our own.'),
  format: z.enum(['wav', 'mp3']).optional().describe('`mp3` is made while it is sent and takes no Range requests.'),
});

export const recordingSchema = z.object({
  id: z.string(),
  source: z.enum(['carrier', 'own']).describe('Who made it: the carrier, or this server.'),
  status: z.enum(['announced', 'fetching', 'ready', 'absent', 'failed']),
  duration_seconds: z.number().int().nullable(),
  channels: z.number().int().nullable(),
  content_type: z.string().nullable(),
  length: z.number().int().nullable().describe('Bytes, once it is kept.'),
  created_at: z.iso.datetime(),
});

export const recordingsSchema = z.object({ data: z.array(recordingSchema) });
