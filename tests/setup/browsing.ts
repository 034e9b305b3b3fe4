/** A browser for a test, whose pages are watched for what they must never do. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { inject } from 'vitest';
import { chromiumFlags } from '../../scripts/chromium-for-tests.ts';

export interface Browsing {
  page: Page;
  /** What the pages complained of: errors, and what their policy forbade. */
  complaints: string[];
  context: BrowserContext;
  close(): Promise<void>;
}

export interface BrowsingOptions {
  /** A WAV file that the microphone hears, over and over. */
  microphone?: string;
  size?: { width: number; height: number };
  isDark?: boolean;
}

export async function openBrowser(options: BrowsingOptions = {}): Promise<Browsing> {
  const executablePath = inject('chromium');
  if (executablePath === null) throw new Error('there is no Chromium');
  const profile = mkdtempSync(join(tmpdir(), 'callwright-browser-'));
  const { microphone } = options;
  const fakes = microphone
    ? [
        '--use-fake-ui-for-media-stream',
        '--use-fake-device-for-media-stream',
        `--use-file-for-fake-audio-capture=${microphone}`,
      ]
    : [];
  const context = await chromium.launchPersistentContext(profile, {
    ...{ executablePath, headless: true, args: [...chromiumFlags, ...fakes] },
    viewport: options.size ?? { width: 1280, height: 860 },
    colorScheme: options.isDark ? 'dark' : 'light',
    locale: 'en-US',
  });
  const complaints: string[] = [];
  context.on('weberror', (error) => complaints.push(String(error.error())));
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  context.setDefaultTimeout(60_000);
  const page = context.pages()[0] ?? (await context.newPage());
  return {
    ...{ page, complaints, context },
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
