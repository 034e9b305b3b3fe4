/** An author in the browser: compares any two versions of an assistant, and talks to it beside its draft. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { seriousFindings } from '../setup/axe.ts';
import { type Browsing, openBrowser } from '../setup/browsing.ts';
import { writeTone } from '../setup/microphone-tone.ts';
import { type RunningServer, startServer } from '../setup/running-server.ts';

const hasBrowser = inject('chromium') !== null;

describe.skipIf(!hasBrowser)('an assistant in the browser', () => {
  let server: RunningServer;
  let browsing: Browsing;
  let id = 0;

  const change = (changes: object) =>
    fetch(`${server.url}/v1/assistants/${id}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(changes),
    });

  beforeAll(async () => {
    server = await startServer({ speed: 1 });
    browsing = await openBrowser({ microphone: writeTone() });
    const first = { name: 'Desk', prompt: 'Be polite.\nBe brief.', engine: 'cascade', welcome_message: 'Front desk.' };
    ({ id } = (await (await server.post('/v1/assistants', first)).json()) as { id: number });
    await change({ prompt: 'Be polite.\nNever sell.' });
    await server.post(`/v1/assistants/${id}/publish`, {});
    await change({ prompt: 'Be polite.\nNever sell.\nSay goodbye.', welcome_message: 'Desk of tomorrow.' });
  });
  afterAll(async () => {
    await browsing?.close();
    await server?.stop();
  });

  it('shows what differs between any two versions, line by line', async () => {
    const { page, complaints } = browsing;
    await page.goto(`${server.url}/assistants/${id}`);
    await page.getByRole('button', { name: 'Versions' }).click();
    const dialog = page.getByRole('dialog');
    // At first the newest version and the draft.
    await dialog.getByText('put in: Say goodbye.').waitFor();
    await dialog.getByLabel('From').selectOption('1');
    await dialog.getByLabel('To').selectOption('2');
    await dialog.getByText('taken out: Be brief.').waitFor();
    await dialog.getByText('put in: Never sell.').waitFor();
    expect(await dialog.getByText('Say goodbye.').count()).toBe(0);
    expect(await seriousFindings(page)).toEqual([]);
    await dialog.getByLabel('From').selectOption('2');
    await dialog.getByText('They are the same.').waitFor();
    await page.keyboard.press('Escape');
    expect(complaints).toEqual([]);
  });

  it('calls this browser as the draft is, or as it was published', async () => {
    const { page, complaints } = browsing;
    await page.goto(`${server.url}/assistants/${id}`);
    await page.getByRole('button', { name: 'Talk to it' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Your number').waitFor();
    const hear = async (greeting: string) => {
      await dialog.getByRole('button', { name: 'Let it call me' }).click();
      await dialog.getByRole('button', { name: 'Answer' }).click();
      await dialog.getByText(greeting).waitFor();
      expect(await seriousFindings(page)).toEqual([]);
      await dialog.getByRole('button', { name: 'Hang up' }).click();
      await dialog.getByText('The call is over.').waitFor();
    };
    await hear('Desk of tomorrow.');
    await dialog.getByLabel('Version').selectOption('published');
    await hear('Front desk.');
    expect(complaints).toEqual([]);
  });
});
