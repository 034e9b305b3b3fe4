/** A call that is under way, in the browser of an operator: told what to do, listened to, taken over and handed back. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { EventResource } from '../../src/api/contract/calls.ts';
import { seriousFindings } from '../setup/axe.ts';
import { type Browsing, openBrowser } from '../setup/browsing.ts';
import { listenToCall, orderTicket } from '../setup/call-listener.ts';
import { writeTone } from '../setup/microphone-tone.ts';
import { type RunningServer, startServer } from '../setup/running-server.ts';

const hasBrowser = inject('chromium') !== null;

describe.skipIf(!hasBrowser)('a live call in the browser', () => {
  let server: RunningServer;
  let browsing: Browsing;

  beforeAll(async () => {
    server = await startServer({ speed: 1 });
    browsing = await openBrowser({ microphone: writeTone() });
  });
  afterAll(async () => {
    await browsing?.close();
    await server?.stop();
  });

  async function place(): Promise<string> {
    server.person('+12125551700', 'answers after 1s\npatience 600s\nlistens\nsays "Hello there."\nstays silent');
    const made = await server.post('/v1/assistants', {
      ...{ name: 'Desk', prompt: 'Help.', engine: 'cascade', welcome_message: 'Welcome to the front desk.' },
      limits: { silence_ms: 60_000 },
      tools: [{ type: 'transfer', targets: [{ name: 'Sales', number: '+12125551701' }] }],
    });
    const { id } = (await made.json()) as { id: number };
    const placed = await server.post('/v1/calls', { to: '+12125551700', assistant_id: id });
    return ((await placed.json()) as { id: string }).id;
  }
  const eventsOf = async (call: string) =>
    (await server.get<{ data: EventResource[] }>(`/v1/calls/${call}/events?limit=100`)).data;

  it('is told what to do, listened to, taken over by microphone and handed back, by keyboard where one likes', async () => {
    const { page, complaints } = browsing;
    const call = await place();
    await server.eventsUntil(call, ({ type }) => type === 'turn.completed');
    await page.goto(`${server.url}/calls/${call}`);
    await page.getByRole('heading', { name: 'While it goes on' }).waitFor();

    await page.getByRole('textbox', { name: 'Tell it what to do' }).fill('Be brief.');
    await page.keyboard.press('Enter');
    await page.getByText('Done.').waitFor();
    const told = (await server.eventsUntil(call, ({ type }) => type === 'call.instructed')).at(-1);
    expect(told?.data).toMatchObject({ text: 'Be brief.', respond: true });

    await page.getByRole('button', { name: 'Listen in' }).press('Enter');
    await page.getByText('You hear both sides').waitFor();
    await page.getByText('Sales').waitFor({ state: 'attached' });
    expect(await seriousFindings(page)).toEqual([]);

    const other = listenToCall(server, call, await orderTicket(server, call));
    await other.until(() => other.told.length > 0);
    await page.getByRole('button', { name: 'Take over' }).press('Enter');
    await page.getByText('You speak with the person').waitFor();
    // The tone of the fake microphone is what the person is played.
    const before = other.loud.played;
    await other.until(() => other.loud.played > before + 25);
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Hand back' }).press('Enter');
    await page.getByText('You hear both sides').waitFor();
    await other.until(() => other.told.some(({ type }) => type === 'handed-back'));

    // The assistant speaks next, and is heard in this browser.
    await expect
      .poll(async () => {
        const style = await page.getByTestId('loudness-played').getAttribute('style');
        return Number(/scaleX\((.*)\)/.exec(style ?? '')?.[1] ?? 0);
      })
      .toBeGreaterThan(0.05);
    await page.getByRole('button', { name: 'Hang up' }).click();
    await page.getByText('completed').first().waitFor();
    const types = (await eventsOf(call)).map(({ type }) => type);
    expect(types).toEqual(expect.arrayContaining(['call.listened_to', 'call.taken_over', 'call.handed_back']));
    expect(complaints).toEqual([]);
  });

  it('says why it cannot be listened to where the carrier keeps its sound', async () => {
    const { page, complaints } = browsing;
    server.person('+12125551702', 'answers after 1s\npatience 600s\nlistens\nstays silent');
    const made = await server.post('/v1/assistants', { name: 'Relay', prompt: 'Help.', engine: 'relay' });
    const { id } = (await made.json()) as { id: number };
    const placed = await server.post('/v1/calls', { to: '+12125551702', assistant_id: id });
    const call = ((await placed.json()) as { id: string }).id;
    await page.goto(`${server.url}/calls/${call}`);
    await page.getByRole('button', { name: 'Listen in' }).click();
    await page.getByText(/no sound of it comes here/).waitFor();
    await server.post(`/v1/calls/${call}/hangup`, {});
    expect(complaints.filter((text) => !text.includes('409'))).toEqual([]);
    complaints.length = 0;
  });
});
