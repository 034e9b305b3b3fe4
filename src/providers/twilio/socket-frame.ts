/** What the frames of Twilio's two socket protocols have in common: JSON that is read tolerantly, and never trusted. */
import { z } from 'zod';
import { CallwrightError } from '../../base/errors.ts';

/** In UTF-16 units; Twilio's own frames stay far below. */
export const longestFrame = 65_536;

/** No database holds U+0000 or half a character, and nobody can say them. */
export const toStorable = (text: string) => text.replaceAll('\0', '').toWellFormed();

/** Twilio has changed strings to numbers and back over time. */
export const word = z.union([
  z.string().transform(toStorable),
  z.number().transform(String),
  z.boolean().transform(String),
]);
/** A word that is only sent at times. */
export const optionalWord = word.catch('');
export const keyDigit = word.pipe(z.string().regex(/^[0-9*#]$/));

/** Whatever we gave as text, which comes back as text unless somebody along the way knew better. */
export const parameters = z
  .record(z.string(), z.unknown())
  .catch({})
  .transform((raw): Record<string, string> => {
    const entries = Object.entries(raw).map(([name, value]) => {
      return [name, typeof value === 'string' ? toStorable(value) : (JSON.stringify(value) ?? '')] as const;
    });
    return Object.fromEntries(entries);
  });

function badFrame(why: string): CallwrightError {
  return new CallwrightError('carrier/bad-frame', why);
}

/** @throws CallwrightError `carrier/bad-frame` */
export function readFrame<T>(schema: z.ZodType<T>, frame: unknown): T {
  const parsed = schema.safeParse(frame);
  if (!parsed.success) throw badFrame(`a frame lacks what its type needs: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** @throws CallwrightError `carrier/bad-frame` when it is longer than 64 kB or not JSON */
export function parseFrame(text: string): unknown {
  if (text.length > longestFrame) throw badFrame('a frame is too long');
  try {
    return JSON.parse(text);
  } catch {
    throw badFrame('a frame is not JSON');
  }
}
