/** An operator's day in a browser: logs in, calls, watches, reads, listens, uploads a list, and is refused. */
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { admin, adminEmail, adminPassword, ask, logIn } from '../setup/account-client.ts';
import { type Browsing, openBrowser } from '../setup/browsing.ts';
import { type RunningServer, startServer } from '../setup/running-server.ts';
import { zoneOfNoon } from '../setup/zone-of-noon.ts';

const hasBrowser = inject('chromium') !== null;

/** A program that takes messages. */
async function startReceiver(): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    request.resume();
    response.end('taken, thanks');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, server };
}

describe.skipIf(!hasBrowser)('an operator in the browser', () => {
  let server: RunningServer;
  let browsing: Browsing;
  let receiver: Awaited<ReturnType<typeof startReceiver>>;
  /** In the operator's name, beside the browser. */
  let post: <T>(path: string, body: unknown) => Promise<T>;

  beforeAll(async () => {
    server = await startServer({ config: { admin }, speed: 4 });
    browsing = await openBrowser();
    receiver = await startReceiver();
    const { token } = await logIn(server.url);
    post = async <T>(path: string, body: unknown) => (await ask<T>(server.url + path, 'POST', { body, token })).body;
    await post('/v1/assistants', {
      ...{ name: 'Reminder', prompt: 'Remind.', engine: 'cascade' },
      welcome_message: 'Hello {{customer}}, this is Northwind.',
    });
  });
  afterAll(async () => {
    await browsing?.close();
    await server?.stop();
    receiver?.server.close();
  });

  it('is told of a wrong password, logs in, and stays so when the page is loaded again', async () => {
    const { page, complaints } = browsing;
    await page.goto(server.url);
    await page.getByLabel('Email').fill(adminEmail);
    await page.getByLabel('Password').fill('not the password');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Password').fill(adminPassword);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('No calls yet').waitFor();
    await page.reload();
    await page.getByText('No calls yet').waitFor();
    // The browser itself writes down answers of 401.
    expect(complaints.filter((text) => !text.includes('401'))).toEqual([]);
    complaints.length = 0;
  });

  it('places a call, sees it as it happens, reads the transcript, and plays the recording from a line of it', async () => {
    const { page, complaints } = browsing;
    await page.goto(`${server.url}/place-call`);
    await page.getByLabel('Number').fill('+1 415 555 0101');
    await page.getByLabel('Assistant').selectOption('Reminder');
    await page.getByLabel('customer').fill('Sarah');
    await page.getByText('Hello Sarah, this is Northwind.').waitFor();
    await page.getByRole('button', { name: 'Call now' }).click();
    await page.getByRole('heading', { name: '+1 415 555 0101' }).waitFor();
    await page.getByText('talked', { exact: true }).waitFor();
    const lines = page.locator('ol').getByText(/^(Person|Assistant)$/);
    expect(await lines.count()).toBeGreaterThan(2);

    await page.getByRole('button', { name: 'Play the recording' }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await page.getByTitle('Hear this').last().click();
    const place = page.getByRole('slider', { name: 'Place in the recording' });
    await expect.poll(async () => Number(await place.getAttribute('aria-valuenow'))).toBeGreaterThan(0);
    await page.getByRole('tab', { name: 'Events' }).click();
    await page.getByText('call.ended').waitFor();
    expect(complaints).toEqual([]);
  });

  it('uploads people to call, is shown what is wrong in which line, starts, and gets the results', async () => {
    const { page, complaints } = browsing;
    for (const number of ['+12125551001', '+12125551002']) server.person(number, 'answers after 1s\nhangs up');
    await page.goto(`${server.url}/campaigns`);
    await page.getByRole('button', { name: 'Make a campaign' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Reminders of May');
    await dialog.getByLabel('Assistant').selectOption('Reminder');
    await dialog.getByLabel('Calls a minute').fill('6000');
    await dialog.getByRole('button', { name: 'Make it' }).click();
    await page.getByRole('heading', { name: 'Reminders of May' }).waitFor();

    await page.getByRole('button', { name: 'Upload contacts' }).click();
    const zone = zoneOfNoon();
    const rows = [`+12125551001,Ann,${zone},Ann`, 'not a number,Bob,,Bob', `+12125551002,Cay,${zone},<b>Cay</b>`];
    const csv = ['phone,name,timezone,customer', ...rows, ''].join('\n');
    await dialog
      .locator('input[type=file]')
      .setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
    await dialog.getByText('3 rows: 2 can be called').waitFor();
    await dialog.getByRole('row', { name: /^3 number/ }).waitFor();
    await dialog.getByRole('button', { name: 'Add 2 contacts' }).click();
    await page.getByRole('row', { name: /\+1 212 555 1001/ }).waitFor();
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByText('100 %').waitFor();
    await page.getByText('completed', { exact: true }).first().waitFor();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Results' }).click(),
    ]);
    expect(await readFile(await file.path(), 'utf8')).toContain('+12125551001');
    expect(complaints).toEqual([]);
  });

  it('puts a number onto the do-not-call list and is refused a call to it', async () => {
    const { page, complaints } = browsing;
    await page.goto(`${server.url}/do-not-call`);
    await page.getByRole('button', { name: 'Add a number' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Number' }).fill('+12125551888');
    await dialog.getByLabel('Why').fill('asked by letter');
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('row', { name: /\+1 212 555 1888/ }).waitFor();

    await page.goto(`${server.url}/place-call`);
    await page.getByLabel('Number').fill('+12125551888');
    await page
      .getByText(/asked by letter/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Call now' }).click();
    await page.getByText('The call was not placed').waitFor();
    expect(complaints.filter((text) => !text.includes('403'))).toEqual([]);
    complaints.length = 0;
  });

  it('adds a webhook, sees its secret once, tries it out, and sends the message again', async () => {
    const { page, complaints } = browsing;
    await page.goto(`${server.url}/webhooks`);
    await page.getByRole('button', { name: 'Add a webhook' }).click();
    await page.getByLabel('URL').fill(receiver.url);
    await page.getByRole('button', { name: 'Add it' }).click();
    await page.getByText(/^whsec_/).waitFor();
    await page.getByRole('button', { name: 'Done' }).click();
    expect(await page.getByText(/^whsec_/).count()).toBe(0);
    await page.getByRole('link', { name: receiver.url }).click();
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await page.getByText(/The test was taken: 200/).waitFor();
    await page.getByRole('button', { name: /Look at webhook.test/ }).click();
    await page.getByText('taken, thanks').first().waitFor();
    await page.getByRole('button', { name: 'Send it again' }).click();
    await expect.poll(() => page.getByText('taken, thanks').count()).toBe(2);
    expect(complaints).toEqual([]);
  });
});
