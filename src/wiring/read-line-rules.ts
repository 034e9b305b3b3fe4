/** Reads the operator's own table of what must be said on the line, or takes the published one. */
import { readFileSync } from 'node:fs';
import { messageOf } from '../base/errors.ts';
import { type LineRulesTable, lineRulesSchema, usualLineRules } from '../call/line-rules/line-rules.ts';
import { BadSettings, type Config } from '../config/read-config.ts';

/** @throws BadSettings when the file cannot be read or used */
export function readLineRules({ lineRulesFile }: Config): LineRulesTable {
  if (lineRulesFile === null) return usualLineRules;
  const parsed = lineRulesSchema.safeParse(parseFile(lineRulesFile));
  if (parsed.success) return parsed.data;
  throw new BadSettings(
    parsed.error.issues.map(({ path, message }) => `LINE_RULES_FILE: ${lineRulesFile}: ${path.join('.')}: ${message}`),
  );
}

function parseFile(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new BadSettings([`LINE_RULES_FILE: ${file} cannot be read as JSON: ${messageOf(error)}`]);
  }
}
