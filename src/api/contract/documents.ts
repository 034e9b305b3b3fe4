/** The shapes of what an assistant looks up in `/v1`, shared with the dashboard. */
import { z } from 'zod';
import { momentSchema, pageQuery, textSchema } from './text.ts';

/** Of one document. */
export const mostCharacters = 200_000;

export const createDocumentSchema = z.strictObject({
  /** By which the assistant names it. */
  title: textSchema(200),
  /** Plain text or Markdown, whose headings say what their passages are about. */
  text: textSchema(mostCharacters).refine((text) => text.trim() !== '', 'holds no words'),
});

export const documentSchema = z.object({
  id: z.string(),
  assistant_id: z.int(),
  title: z.string(),
  characters: z.int(),
  /** In so many pieces it can be found. */
  passages: z.int(),
  /** Whose rules its words are found by, as `english`; `simple` takes them as they are. */
  language: z.string(),
  created_at: momentSchema,
});

export const documentWithTextSchema = documentSchema.omit({ passages: true }).extend({ text: z.string() });

export const listDocumentsQuerySchema = z.strictObject(pageQuery);

export type DocumentResource = z.infer<typeof documentSchema>;
export type DocumentWithText = z.infer<typeof documentWithTextSchema>;
