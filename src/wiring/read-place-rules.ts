/** Reads the operator's own table of what states and countries demand; a mistake in it stops the start. */
import { readFileSync } from 'node:fs';
import { ZodError } from 'zod';
import { CallwrightError, messageOf } from '../base/errors.ts';
import { mergePlaceRules, type PlaceRules, usualPlaceRules } from '../call/dial/rules/place-rules.ts';

/** @throws CallwrightError `config/bad-dial-rules` that names each place in the file that is wrong */
export function readPlaceRules(file: string | null): PlaceRules {
  if (file === null) return usualPlaceRules;
  try {
    return mergePlaceRules(usualPlaceRules, JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const problems =
      error instanceof ZodError
        ? error.issues.map(({ path, message }) => `${path.join('.') || 'the table'}: ${message}`)
        : [messageOf(error)];
    throw new CallwrightError(
      'config/bad-dial-rules',
      problems.map((line) => `DIAL_RULES_FILE ${file}: ${line}`).join('\n'),
    );
  }
}
