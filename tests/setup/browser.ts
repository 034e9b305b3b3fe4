/** Gets what tests in a browser need: the app built as it is now, and a Chromium. */
import type { TestProject } from 'vitest/node';
import { chromiumForTests, whatToInstall } from '../../scripts/chromium-for-tests.ts';
import { buildDashboard } from '../../src/cli/build-dashboard.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Null where there is none; what needs it is then skipped, by name. */
    chromium: string | null;
  }
}

export async function setup(project: TestProject): Promise<void> {
  const chromium = chromiumForTests();
  if (chromium === null) process.stderr.write(`\n!! ${whatToInstall}\n\n`);
  project.provide('chromium', chromium);
  const built = await buildDashboard();
  if (built.result === 'failed') throw new Error(`the dashboard could not be built:\n${built.output}`);
}
