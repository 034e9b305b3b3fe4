import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const project = fileURLToPath(new URL('..', import.meta.url));
const checker = join(project, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
const copy = mkdtempSync(join(tmpdir(), 'callwright-arrows-'));
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** Forbidden imports, one for each rule: who imports whom, and what the rule is called. */
const planted: [string, string, string, RegExp][] = [
  ['a provider that knows calls', 'providers/twilio', 'call/lifecycle.ts', /^providers-imports-only-/],
  ['a call that knows a provider', 'call', 'providers/twilio/twilio.ts', /^call-imports-only-|^only-wiring-sees-/],
  ['a provider that knows another', 'providers/openai', 'providers/twilio/twilio.ts', /^providers-do-not-know-/],
  ['an API that knows a provider', 'api', 'providers/twilio/twilio.ts', /^only-wiring-sees-providers$/],
  ['a base that knows the store', 'base', 'store/calls.ts', /^base-imports-only-base$/],
  ['a port that knows a call', 'ports', 'call/lifecycle.ts', /^ports-imports-only-base$/],
  ['a turn machine that knows the clock', 'call/converse/turn', 'base/clock.ts', /^turn-machine-stands-alone$/],
  ['a phase that knows another', 'call/dial', 'call/wrap-up/outcome.ts', /^phase-dial-stands-alone$/],
  ['a simulator that knows ports', 'simulator', 'ports/carrier.ts', /^simulator-imports-only-/],
  ['a call that knows the API', 'call', 'api/cursor.ts', /^call-imports-only-/],
  ['a store that knows calls', 'store', 'call/lifecycle.ts', /^store-imports-only-/],
  ['a contract that knows the store', 'api/contract', 'store/schema.ts', /^contract-imports-nothing$/],
  ['an API that knows the wiring', 'api', 'wiring.ts', /^only-the-command-line-sees-wiring$/],
  ['a product that knows its tests', 'notify', 'api/authorize.test.ts', /^products-do-not-import-tests$/],
];

interface Violation {
  rule: { name: string };
  from: string;
}

function runChecker(words: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [checker, ...words], { cwd: copy, maxBuffer: 2 ** 28 }, (error, output) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output });
    });
  });
}

const plantOf = (index: number, room: string) => `src/${room}/planted-${index}.ts`;

let violations: Violation[];
beforeAll(async () => {
  for (const file of [
    'src',
    'tests',
    'scripts',
    'examples',
    '.dependency-cruiser.cjs',
    'tsconfig.json',
    'package.json',
  ]) {
    cpSync(join(project, file), join(copy, file), { recursive: true });
  }
  symlinkSync(join(project, 'node_modules'), join(copy, 'node_modules'));
  for (const [index, [, room, target]] of planted.entries()) {
    const file = join(copy, plantOf(index, room));
    const way = '../'.repeat(room.split('/').length);
    mkdirSync(dirname(file), { recursive: true });
    // Types count too.
    writeFileSync(file, `import type * as planted from '${way}${target}';\nexport type Planted = typeof planted;\n`);
  }
  writeFileSync(join(copy, 'src/text/one.ts'), "export * from './other.ts';\n");
  writeFileSync(join(copy, 'src/text/other.ts'), "export * from './one.ts';\n");
  writeFileSync(join(copy, 'src/text/lost.ts'), "export * from './nowhere.ts';\n");
  const { output } = await runChecker(['--output-type', 'json', 'src']);
  violations = (JSON.parse(output) as { summary: { violations: Violation[] } }).summary.violations;
}, 30_000);

const rulesBrokenBy = (file: string) => violations.filter(({ from }) => from === file).map(({ rule }) => rule.name);

it('ends the check as npm run check makes it with a failure that names rule and file', async () => {
  const { code, output } = await runChecker(['src']);
  expect(code).toBeGreaterThan(0);
  expect(output).toMatch(/error base-imports-only-base: src\/base\/planted-\d+\.ts → src\/store\/calls\.ts/);
});

it.each(planted.map((plant, index) => [plant[0], index] as const))('refuses %s', (_name, index) => {
  const [, room, , rule] = planted[index]!;
  expect(rulesBrokenBy(plantOf(index, room))).toContainEqual(expect.stringMatching(rule));
});

it('refuses a circle, and an import of what is not there', () => {
  expect(rulesBrokenBy('src/text/one.ts')).toContain('no-cycles');
  expect(rulesBrokenBy('src/text/lost.ts')).toContain('nothing-unresolved');
});

it('finds nothing else: the tree itself keeps to its arrows', () => {
  const ours = new Set(planted.map(([, room], index) => plantOf(index, room)));
  const others = violations.filter(({ from }) => !ours.has(from) && !/^src\/text\/(one|other|lost)\.ts$/.test(from));
  expect(others).toEqual([]);
});
