/** `callwright campaign`: makes campaigns from files, starts and stops them, watches them, and fetches their results. */
import { createWriteStream, openAsBlob } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { z } from 'zod';
import { campaignSchema, campaignWithProgressSchema } from '../api/contract/campaigns.ts';
import { contactImportSchema } from '../api/contract/contacts.ts';
import { systemClock, waitFor } from '../base/clock.ts';
import { CallwrightError, messageOf } from '../base/errors.ts';
import { openServerAccess, type ServerAccess } from './ask-server.ts';
import { toImportLines, toListLine, toProgressLine } from './campaign-lines.ts';

export interface CreateOptions {
  name?: string | undefined;
  /** A JSON file with fields of `POST /v1/campaigns`. */
  settings?: string | undefined;
  assistant?: number | undefined;
  welcomeMessage?: string | undefined;
  agenda?: string | undefined;
  country?: string | undefined;
  callsPerMinute?: number | undefined;
  concurrentCalls?: number | undefined;
  /** Only says what would become of the file. */
  dryRun: boolean;
  start: boolean;
}

const pathOf = (id: string) => `/v1/campaigns/${encodeURIComponent(id)}`;
const print = (lines: readonly string[]) => console.log(lines.join('\n'));

/** Makes a draft, adds the contacts of the file, and starts it where that is wanted. */
export async function createCampaign(file: string, options: CreateOptions): Promise<void> {
  const server = await openServerAccess();
  const contacts = await openFile(file);
  const body = { ...(await readSettings(options.settings)), ...toFields(options) };
  const { id } = campaignSchema.parse(await (await server.ask('POST', '/v1/campaigns', { body })).json());
  if (options.dryRun) {
    await upload(server, { id, contacts, dryRun: true }).finally(() => server.ask('DELETE', pathOf(id)));
    return;
  }
  // From here on there is a campaign, whatever becomes of the file.
  console.log(id);
  await upload(server, { id, contacts, dryRun: false });
  if (options.start) await actOn('start', id);
}

async function readSettings(file: string | undefined): Promise<object> {
  if (file === undefined) return {};
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw new CallwrightError('cli/bad-file', `The settings in ${file} cannot be read: ${messageOf(error)}`);
  }
}

/** What is left out has the server's usual value. */
function toFields(options: CreateOptions): object {
  const { name, assistant, welcomeMessage, agenda, country, callsPerMinute, concurrentCalls } = options;
  const given = (fields: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  const pacing = given({ calls_per_minute: callsPerMinute, concurrent_calls: concurrentCalls });
  return {
    ...given({ name, assistant_id: assistant, welcome_message: welcomeMessage, agenda, default_country: country }),
    ...(Object.keys(pacing).length > 0 ? { pacing } : {}),
  };
}

/** Read while it is sent, however large it is. */
async function openFile(file: string): Promise<Blob> {
  try {
    return await openAsBlob(file);
  } catch (error) {
    throw new CallwrightError('cli/bad-file', `The file ${file} cannot be read: ${messageOf(error)}`);
  }
}

async function upload(server: ServerAccess, sent: { id: string; contacts: Blob; dryRun: boolean }): Promise<void> {
  const query = sent.dryRun ? '?dry_run=true' : '';
  const asked = { body: sent.contacts, type: 'text/csv' };
  const answer = await server.ask('POST', `${pathOf(sent.id)}/contacts${query}`, asked);
  print(toImportLines(contactImportSchema.parse(await answer.json())));
}

export async function addContacts(id: string, file: string, options: { dryRun: boolean }): Promise<void> {
  await upload(await openServerAccess(), { id, contacts: await openFile(file), dryRun: options.dryRun });
}

export async function actOn(
  action: 'start' | 'pause' | 'resume' | 'cancel',
  id: string,
  options: { hangUp?: boolean } = {},
): Promise<void> {
  const server = await openServerAccess();
  const body = options.hangUp ? { talking: 'hang_up' } : {};
  const answer = await server.ask('POST', `${pathOf(id)}/${action}`, { body });
  console.log(toProgressLine(campaignWithProgressSchema.parse(await answer.json()), systemClock.now()));
}

const page = z.object({ data: z.array(campaignSchema), next_cursor: z.string().nullable() });

/** The newest first. */
export async function listCampaigns(options: { status?: string | undefined }): Promise<void> {
  const server = await openServerAccess();
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query: URLSearchParams = new URLSearchParams({
      limit: '100',
      ...(options.status === undefined ? {} : { status: options.status }),
      ...(cursor === '' ? {} : { cursor }),
    });
    const listed: z.infer<typeof page> = page.parse(await (await server.ask('GET', `/v1/campaigns?${query}`)).json());
    if (listed.data.length > 0) print(listed.data.map(toListLine));
    cursor = listed.next_cursor;
  }
}

const lookEveryMs = 1000;

/** A line for each change, until it goes on no more by itself; fails unless it was completed. */
export async function watchCampaign(id: string): Promise<void> {
  const server = await openServerAccess();
  let shown = '';
  for (;;) {
    const campaign = campaignWithProgressSchema.parse(await (await server.ask('GET', pathOf(id))).json());
    const line = toProgressLine(campaign, systemClock.now());
    if (line !== shown) console.log(line);
    shown = line;
    const isAtRest = campaign.progress.by_state.calling === 0;
    if (campaign.status === 'completed') return;
    if (campaign.status === 'halted' || (campaign.status === 'canceled' && isAtRest)) {
      process.exitCode = 1;
      return;
    }
    await waitFor(waitingClock, lookEveryMs);
  }
}

/** The system's timers do not keep a process alive; this command has nothing else to wait for. */
const waitingClock = {
  ...systemClock,
  startTimer(ms: number, work: () => void) {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
};

/** CSV, to a file or to where the output goes. */
export async function fetchResults(id: string, options: { output?: string | undefined }): Promise<void> {
  const server = await openServerAccess();
  const { body } = await server.ask('GET', `${pathOf(id)}/results`);
  if (!body) return;
  const rows = Readable.fromWeb(body as ReadableStream<Uint8Array>);
  if (options.output === undefined) for await (const piece of rows) process.stdout.write(piece);
  else await pipeline(rows, createWriteStream(options.output));
}
