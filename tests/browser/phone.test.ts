/** The phone in the browser: rung, answered, spoken and listened to, interrupted and hung up. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { CallWithTurns } from '../../src/api/contract/calls.ts';
import { type Browsing, openBrowser } from '../setup/browsing.ts';
import { writeTone } from '../setup/microphone-tone.ts';
import { type RunningServer, startServer } from '../setup/running-server.ts';

const hasBrowser = inject('chromium') !== null;

/** What comes out of the loudspeaker just now, by the bar that shows it: 0–1. */
async function loudness(page: Page): Promise<number> {
  const style = await page.getByTestId('loudness').getAttribute('style');
  return Number(/scaleX\((.*)\)/.exec(style ?? '')?.[1] ?? 0);
}

describe.skipIf(!hasBrowser)('the phone in the browser', () => {
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

  it('rings, is answered, hears the assistant, interrupts it with typed words, and hangs up', async () => {
    const { page, complaints } = browsing;
    const welcome_message =
      'Hello, this is a long greeting of an assistant that goes on and on so that it can be interrupted by anybody who wants to say a word.';
    const wanted = { name: 'Chatty', prompt: 'Talk.', engine: 'cascade', welcome_message };
    const made = (await (await server.post('/v1/assistants', wanted)).json()) as { id: number };
    await page.goto(`${server.url}/phone?assistant=${made.id}`);
    await page.getByText('Your number').waitFor();
    await page.getByRole('button', { name: 'Let it call me' }).click();
    await page.getByRole('button', { name: 'Answer' }).click();
    await page.getByText(/Hello, this is a long/).waitFor();
    await expect.poll(() => loudness(page)).toBeGreaterThan(0.05);
    await page.getByLabel('Type what you say').fill('Please stop, who are you?');
    await page.getByRole('button', { name: 'Say', exact: true }).click();
    await page.getByRole('button', { name: 'Keypad' }).click();
    await page.getByRole('button', { name: '5', exact: true }).click();
    // A bubble of the assistant behind the person's own.
    const answers = page.locator('ol > li', { hasText: 'Please stop' }).locator('~ li', { hasText: 'Assistant:' });
    await answers.first().waitFor();
    // The answer may be one to the key, while the words are still being said.
    const [live] = (await server.get<{ data: { id: string }[] }>('/v1/calls')).data;
    const heard = async () => (await server.get<CallWithTurns>(`/v1/calls/${live?.id}`)).turns.map(({ text }) => text);
    await expect.poll(async () => (await heard()).join(' ')).toContain('Please stop');
    await page.getByRole('button', { name: 'Hang up' }).click();
    await page.getByRole('link', { name: 'Read and hear it' }).click();
    // Where the machine stands still between the words they are heard as two turns.
    await page.getByText('Please stop').first().waitFor();

    const { data } = await server.get<{ data: { id: string }[] }>('/v1/calls');
    const call = await server.get<CallWithTurns>(`/v1/calls/${data[0]?.id}`);
    expect(call).toMatchObject({ status: 'completed', ended_by: 'person' });
    expect(call.turns[0]).toMatchObject({ speaker: 'assistant', interrupted: true });
    expect(call.turns[0]?.heard_text?.length).toBeLessThan(welcome_message.length);
    expect(complaints).toEqual([]);

    // What the fake microphone heard crossed the line, too.
    const { streams } = server.simulator.calls().at(-1) ?? { streams: [] };
    expect(streams[0]?.framesSent).toBeGreaterThan(50);
  });

  it('calls in, is answered by the assistant of the number, and the call is an incoming one', async () => {
    const { page, complaints } = browsing;
    const wanted = { name: 'Desk', prompt: 'Help.', engine: 'cascade', welcome_message: 'Welcome to the front desk.' };
    const { id: assistant_id } = (await (await server.post('/v1/assistants', wanted)).json()) as { id: number };
    await server.post('/v1/phone-numbers', { number: '+15551234567', assistant_id });
    await server.post('/v1/phone-numbers/sync', {});
    await page.goto(`${server.url}/phone`);
    await page.getByRole('button', { name: 'Call', exact: true }).click();
    await page.getByText('Welcome to the front desk.').waitFor();
    await page.getByRole('button', { name: 'Hang up' }).click();
    await page.getByText('The call is over.').waitFor();
    const { data } = await server.get<{ data: CallWithTurns[] }>('/v1/calls?direction=inbound');
    expect(data).toMatchObject([{ to: '+15551234567', assistant: { name: 'Desk' } }]);
    expect(complaints).toEqual([]);
  });
});
