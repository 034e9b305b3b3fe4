/** Calls in a browser: found in a list, read, heard and watched. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Browsing, openBrowser } from '../setup/browsing.ts';
import { type RunningServer, startServer } from '../setup/running-server.ts';

const hasBrowser = inject('chromium') !== null;

describe.skipIf(!hasBrowser)('calls in the browser', () => {
  let server: RunningServer;
  let browsing: Browsing;

  beforeAll(async () => {
    server = await startServer();
    browsing = await openBrowser();
  });
  afterAll(async () => {
    await browsing?.close();
    await server?.stop();
  });

  it('shows a call as it happens, its transcript, and plays its recording', async () => {
    const { page, complaints } = browsing;
    const assistant = await server.post('/v1/assistants', { name: 'Reminder', prompt: 'Remind.', engine: 'cascade' });
    const { id: assistant_id } = (await assistant.json()) as { id: number };
    await page.goto(server.url);
    await page.getByText('No calls yet').waitFor();

    const asked = await server.post('/v1/calls', { to: '+15558675310', assistant_id });
    const { id } = (await asked.json()) as { id: string };
    await page.getByRole('link', { name: /\+1 555 867 5310/ }).click();
    await page.getByRole('heading', { name: '+1 555 867 5310' }).waitFor();
    await server.whenOver(id);
    await page.getByText('talked', { exact: true }).waitFor();
    expect(await page.locator('ol').getByText('Person').count()).toBeGreaterThan(0);

    await page.getByRole('button', { name: 'Play the recording' }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    const line = page.getByTitle('Hear this').last();
    await line.click();
    const place = page.getByRole('slider', { name: 'Place in the recording' });
    await expect.poll(async () => Number(await place.getAttribute('aria-valuenow'))).toBeGreaterThanOrEqual(0);
    await page.getByRole('tab', { name: 'Events' }).click();
    await page.getByText('call.ended').waitFor();
    expect(complaints).toEqual([]);
  });
});
