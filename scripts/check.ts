/** Runs every check and the tests, and ends with one line that counts what passed, failed and was skipped. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Check {
  name: string;
  /** A script below node_modules or of this folder, with its arguments. */
  command: string[];
}

const checks: Check[] = [
  { name: 'types', command: ['node_modules/typescript/bin/tsc'] },
  { name: 'types of the dashboard', command: ['node_modules/typescript/bin/tsc', '-p', 'dashboard'] },
  { name: 'format and lint', command: ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'] },
  {
    name: 'arrows',
    command: ['node_modules/dependency-cruiser/bin/dependency-cruiser.mjs', 'src', 'tests', 'scripts', 'dashboard/src'],
  },
  { name: 'sizes', command: ['scripts/sizes.ts'] },
  { name: 'unused exports', command: ['node_modules/knip/bin/knip.js', '--no-progress'] },
];

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

interface Run {
  code: number;
  output: string;
  ms: number;
}

function run(command: string[], shows: boolean): Promise<Run> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, command, {
      stdio: ['ignore', shows ? 'inherit' : 'pipe', shows ? 'inherit' : 'pipe'],
    });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.on('close', (code) => resolve({ code: code ?? 1, output, ms: performance.now() - startedAt }));
  });
}

async function runChecks(): Promise<Counts> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { name, command } of checks) {
    const { code, output, ms } = await run(command, false);
    console.log(`${code === 0 ? '✓' : '✗'} ${name} (${(ms / 1000).toFixed(1)} s)`);
    if (code === 0) counts.passed += 1;
    else {
      counts.failed += 1;
      console.log(output);
    }
  }
  return counts;
}

interface TestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  success: boolean;
  testResults: { assertionResults: { status: string; fullName: string }[] }[];
}

async function runTests(projects: string[]): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), 'callwright-tests-'));
  const file = join(folder, 'report.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const chosen = projects.flatMap((project) => ['--project', project]);
    const workers = projects.includes('browser') ? ['--maxWorkers=1'] : [];
    const { code } = await run(['node_modules/vitest/vitest.mjs', 'run', ...chosen, ...workers, ...reporters], true);
    const report = JSON.parse(readFileSync(file, 'utf8')) as TestReport;
    const left = report.testResults.flatMap((result) =>
      result.assertionResults.filter((test) => test.status !== 'passed' && test.status !== 'failed'),
    );
    for (const test of left) console.log(`skipped: ${test.fullName}`);
    // A file that could not be run at all fails the run without a failed test.
    const failed = Math.max(report.numFailedTests, code === 0 && report.success ? 0 : 1);
    return { passed: report.numPassedTests, failed, skipped: report.numPendingTests + report.numTodoTests };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Those that run at once; a browser, a crowd of strangers, and servers that are killed need the machine for themselves. */
const groups =
  process.argv[2] === 'all'
    ? [
        ['unit', 'store', 'simulation', 'voices', 'journeys'],
        ['security', 'processes', 'browser'],
      ]
    : [['unit']];
const total = await runChecks();
for (const projects of groups) {
  const tested = await runTests(projects).catch((error: unknown) => {
    console.error(`the tests could not be run: ${error}`);
    return { passed: 0, failed: 1, skipped: 0 };
  });
  total.passed += tested.passed;
  total.failed += tested.failed;
  total.skipped += tested.skipped;
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 ? 0 : 1);
