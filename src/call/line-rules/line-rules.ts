/** The table of what a person on the line must be told, by where they are: as published here, or as the operator wrote it. */
import { z } from 'zod';
import published from './usual-line-rules.json' with { type: 'json' };

const alternatives = z
  .string()
  .min(1)
  .max(2000)
  .refine((text) => {
    try {
      new RegExp(text, 'v');
      return true;
    } catch {
      return false;
    }
  }, 'must be alternatives of a regular expression');

const sentence = z.string().trim().min(1).max(500);

const wordsSchema = z.strictObject({
  ai: sentence,
  recorded: sentence,
  may_record: sentence,
  yes: alternatives,
  no: alternatives,
  /** Says at any time that nothing is to be recorded. */
  objects: alternatives,
});

const placeSchema = z.strictObject({
  place: z.string().regex(/^([A-Z]{2}|US-[A-Z]{2})$/, 'must be a country such as DE or a state such as US-CA'),
  tell_ai: z.boolean(),
  recording: z.enum(['nothing', 'tell', 'ask']),
  sources: z.array(z.string().max(500)).max(10),
});

export const lineRulesSchema = z.strictObject({
  about: z.string().optional(),
  /** By language, as `en`; English is needed, for all others. */
  words: z
    .record(z.string().regex(/^[a-z]{2,3}$/), wordsSchema)
    .refine((words) => words.en !== undefined, 'must hold words in en'),
  places: z.array(placeSchema).max(500),
});

export type LineRulesTable = z.infer<typeof lineRulesSchema>;
export type LineWords = z.infer<typeof wordsSchema>;
export type PlaceRule = z.infer<typeof placeSchema>;

export const usualLineRules: LineRulesTable = lineRulesSchema.parse(published);

/** Nobody need be told anything. */
export const noLineRules: LineRulesTable = { words: { en: usualLineRules.words.en as LineWords }, places: [] };

/** In the language that is spoken, or in English. */
export function wordsOf({ words }: LineRulesTable, language: string): LineWords {
  const primary = language.toLowerCase().split(/[-_]/)[0] ?? '';
  return words[primary] ?? (words.en as LineWords);
}
