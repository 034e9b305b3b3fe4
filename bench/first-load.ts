/** How long the dashboard takes on this machine until it can be used: `node bench/first-load.ts [visits]`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { chromiumFlags, chromiumForTests, whatToInstall } from '../scripts/chromium-for-tests.ts';
import { silentLogger } from '../src/base/log.ts';
import { readConfig } from '../src/config/read-config.ts';
import { createCallwright } from '../src/wiring.ts';

const visits = Number(process.argv[2] ?? 15);

/** From the click on a link until a button of the first page can be pressed; in a browser that has never been here. */
async function visit(browser: Browser, url: string): Promise<{ usableMs: number; againMs: number }> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const load = async () => {
      const startedAt = performance.now();
      await page.goto(url, { waitUntil: 'commit' });
      await page.getByRole('link', { name: 'Place a call' }).first().click({ trial: true });
      return performance.now() - startedAt;
    };
    return { usableMs: await load(), againMs: await load() };
  } finally {
    await context.close();
  }
}

const executablePath = chromiumForTests();
if (executablePath === null) throw new Error(whatToInstall);
const dataDir = mkdtempSync(join(tmpdir(), 'callwright-first-load-'));
const callwright = await createCallwright(readConfig({ PORT: '0', DATA_DIR: dataDir }), { log: silentLogger });
const browser = await chromium.launch({ executablePath, args: [...chromiumFlags] });
try {
  const times: { usableMs: number; againMs: number }[] = [];
  for (let count = 0; count < visits; count += 1) times.push(await visit(browser, callwright.url));
  const tell = (of: (one: (typeof times)[number]) => number) => {
    const sorted = times.map(of).sort((one, other) => one - other);
    const at = (share: number) =>
      Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
    return { p50: at(0.5), p95: at(0.95), most: at(1) };
  };
  console.log(`${visits} visits, ms until the first page can be used`);
  console.table({ 'first visit': tell(({ usableMs }) => usableMs), 'loaded again': tell(({ againMs }) => againMs) });
} finally {
  await browser.close();
  await callwright.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
