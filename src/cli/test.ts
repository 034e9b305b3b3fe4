/** `callwright test`: makes the test calls of a file on a server of their own, and says which went as they should. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve as toFullPath } from 'node:path';
import { CallwrightError } from '../base/errors.ts';
import { readSuite } from '../suite/read-suite.ts';
import { toCount, toJson, toJunit, toLine } from '../suite/reports.ts';
import { type CaseResult, refuseUnplayable, runSuite } from '../suite/run-suite.ts';
import type { Suite } from '../suite/suite-schema.ts';
import { readCommandConfig } from './environment.ts';
import { openTestServer } from './test-server.ts';

export interface TestOptions {
  /** Only cases whose names hold this. */
  case?: string | undefined;
  /** How many calls at once. */
  parallel: number;
  junit?: string | undefined;
  json?: string | undefined;
}

/** Sets the exit code 1 when a case fails. */
export async function test(file: string, options: TestOptions): Promise<void> {
  const suite = choose(readFromDisk(file), options.case);
  const results = await runOnOwnServer(suite, options.parallel);
  if (options.junit !== undefined) writeFileSync(options.junit, toJunit(suite.name, results));
  if (options.json !== undefined) writeFileSync(options.json, toJson(suite.name, results));
  console.log(toCount(results));
  if (results.some(({ passed }) => !passed)) process.exitCode = 1;
}

function readFromDisk(file: string): Suite {
  const folder = dirname(toFullPath(file));
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new CallwrightError('suite/no-file', `${file} cannot be read: name a file of test calls.`);
  }
  return readSuite({ name: file, text, readFile: (name) => readFileSync(join(folder, name), 'utf8') });
}

/** @throws CallwrightError when no case is left */
function choose(suite: Suite, wanted: string | undefined): Suite {
  if (wanted === undefined) return suite;
  const cases = suite.cases.filter(({ name }) => name.includes(wanted));
  if (cases.length > 0) return { ...suite, cases };
  const names = suite.cases.map(({ name }) => name).join(', ');
  throw new CallwrightError('suite/no-case', `No case has "${wanted}" in its name; there are: ${names}`);
}

const enginesOf = ({ assistant, cases }: Suite) => cases.map((one) => one.assistant?.engine ?? assistant.engine);

async function runOnOwnServer(suite: Suite, mostAtOnce: number): Promise<CaseResult[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'callwright-test-'));
  try {
    const opened = await openTestServer(readCommandConfig({ dataDir }), {
      engines: enginesOf(suite),
      speed: suite.speed,
    });
    try {
      refuseUnplayable(suite, opened.model);
      console.log(`${suite.name}: ${suite.cases.length} calls, ${opened.pace}`);
      const monotonicMs = () => performance.now();
      return await runSuite(suite, { ...opened, mostAtOnce, monotonicMs, onResult: (one) => console.log(toLine(one)) });
    } finally {
      await opened.stop();
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}
