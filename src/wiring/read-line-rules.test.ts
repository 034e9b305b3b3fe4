import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { noLineRules, usualLineRules } from '../call/line-rules/line-rules.ts';
import { readConfig } from '../config/read-config.ts';
import { readLineRules } from './read-line-rules.ts';

const folder = mkdtempSync(join(tmpdir(), 'callwright-rules-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function readFrom(text: string) {
  const file = join(folder, 'rules.json');
  writeFileSync(file, text);
  return readLineRules(readConfig({ LINE_RULES_FILE: file }));
}

it('the published table holds, unless the operator has one of their own', () => {
  expect(readLineRules(readConfig({}))).toBe(usualLineRules);
  expect(readFrom(JSON.stringify(noLineRules))).toEqual(noLineRules);
});

it.each([
  ['{', 'cannot be read as JSON'],
  ['{"words":{},"places":[]}', 'words: must hold words in en'],
  [JSON.stringify({ ...noLineRules, places: [{ place: 'Texas' }] }), 'places.0.place: must be a country such as DE'],
])('a table that cannot be used stops the start, and says where it is wrong: %s', (text, words) => {
  expect(() => readFrom(text)).toThrow(words);
});
