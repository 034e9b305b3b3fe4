/** What holds for every page: it is readable for everybody, hostile text stays text, and it is there quickly. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { seriousFindings } from '../setup/axe.ts';
import { type Browsing, openBrowser } from '../setup/browsing.ts';
import { hostileTexts } from '../setup/hostile-texts.ts';
import { type RunningServer, startServer } from '../setup/running-server.ts';

const hasBrowser = inject('chromium') !== null;
const dist = join(import.meta.dirname, '../../dashboard/dist');

/** Beside its own attributes, what a hostile text would have left behind. */
const wasRun = '"hostile" in window';

describe.skipIf(!hasBrowser)('every page of the dashboard', () => {
  let server: RunningServer;
  let browsing: Browsing;
  let paths: string[];

  /** Asked for, and given back as JSON. */
  async function make(path: string, body: unknown): Promise<Record<string, string>> {
    const answer = await server.post(path, body);
    const made = (await answer.json()) as Record<string, string>;
    if (!answer.ok) throw new Error(`${path}: ${JSON.stringify(made)}`);
    return made;
  }

  beforeAll(async () => {
    server = await startServer();
    browsing = await openBrowser();
    // Every place where somebody else's words come to be shown.
    const all = hostileTexts.join('\n');
    const one = hostileTexts[0] ?? '';
    const words = { name: one, prompt: all, engine: 'relay', welcome_message: `${all.slice(0, 4000)}` };
    const { id: assistant_id } = await make('/v1/assistants', words);
    const variables = Object.fromEntries(hostileTexts.slice(0, 30).map((text, index) => [`value${index}`, text]));
    server.person('+12125551600', 'answers after 1s\nhangs up');
    const call = await make('/v1/calls', {
      ...{ to: '+12125551600', assistant_id, variables, agenda: all.slice(0, 5000) },
      metadata: { note: one },
    });
    const campaign = await make('/v1/campaigns', { name: one, agenda: all.slice(0, 5000) });
    const contacts = hostileTexts.map((name, index) => ({
      number: `+1212555${2000 + index}`,
      name: name.slice(0, 200),
    }));
    await make(`/v1/campaigns/${campaign.id}/contacts`, contacts);
    await make('/v1/do-not-call', { number: '+12125551888', reason: one });
    await make('/v1/clients', { name: one });
    await make('/v1/phone-numbers', { number: '+12125551777', assistant_id });
    const webhook = await make('/v1/webhooks', { url: 'https://example.com/<script>', description: one });
    await server.whenOver(call.id ?? '');
    paths = [
      ...['/', '/calls', `/calls/${call.id}`, '/calls/call_none', '/place-call', '/phone', '/campaigns'],
      ...[`/campaigns/${campaign.id}`, '/assistants', `/assistants/${assistant_id}`, '/numbers', '/do-not-call'],
      ...['/clients', '/users', '/api-keys', '/webhooks', `/webhooks/${webhook.id}`, '/audit-log', '/settings'],
      '/nowhere',
    ];
  });
  afterAll(async () => {
    await browsing?.close();
    await server?.stop();
  });

  it('has no serious finding of axe, runs nothing that is hostile, and breaks no policy, light and dark', async () => {
    const { page, complaints } = browsing;
    let dialogs = 0;
    page.on('dialog', (dialog) => {
      dialogs += 1;
      void dialog.dismiss();
    });
    const findings: string[] = [];
    for (const [index, path] of paths.entries()) {
      await page.emulateMedia({ colorScheme: index % 2 === 0 ? 'light' : 'dark', reducedMotion: 'reduce' });
      await page.goto(server.url + path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await expect.poll(() => page.getByRole('status', { name: 'Loading' }).count()).toBe(0);
      findings.push(...(await seriousFindings(page)).map((finding) => `${path}: ${finding}`));
      expect(await page.evaluate(wasRun), path).toBe(false);
    }
    expect(findings).toEqual([]);
    expect(dialogs).toBe(0);
    // The browser itself writes down answers of 404.
    expect(complaints.filter((text) => !text.includes('404'))).toEqual([]);
    complaints.length = 0;
  });

  it('fits a telephone, where its menu opens and closes', async () => {
    const { page } = browsing;
    await page.setViewportSize({ width: 375, height: 720 });
    for (const path of paths) {
      await page.goto(server.url + path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await expect.poll(() => page.getByRole('status', { name: 'Loading' }).count()).toBe(0);
      const width = Number(await page.evaluate('document.documentElement.scrollWidth'));
      expect(width, path).toBeLessThanOrEqual(375);
    }
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('link', { name: 'Assistants' }).click();
    await page.getByRole('heading', { name: 'Assistants' }).waitFor();
    await page.setViewportSize({ width: 1280, height: 860 });
  });

  it('is gone to and worked with by the keyboard alone', async () => {
    const { page } = browsing;
    await page.goto(server.url);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('d');
    await page.getByRole('heading', { name: 'Do not call' }).waitFor();
    await page.getByRole('button', { name: 'Add a number' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
  });

  it('is there with less than 250 kB, as gzip makes it', async () => {
    const { page } = browsing;
    const files = new Set<string>();
    page.on('response', (response) => {
      const { pathname } = new URL(response.url());
      if (pathname.startsWith('/assets/')) files.add(pathname);
    });
    await page.goto(server.url);
    await page.getByRole('figure').waitFor();
    const bytes = ['/index.html', ...files].map((file) => gzipSync(readFileSync(join(dist, file))).length);
    expect(files.size).toBeGreaterThan(2);
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(250_000);
  });
});
