/** What goes on when the server is killed: calls out, campaigns, calls in, and recordings, each from request to rest. */
import { systemClock, waitFor } from '../../src/base/clock.ts';
import type { CallSeen } from './call-seen.ts';
import { canary, hasWords } from './forgotten.ts';
import type { Requests } from './station.ts';

/** Goes on until its calls are at rest or the server is gone. */
export type Flow = (station: Requests, isOver: () => boolean) => Promise<void>;

const short = 'answers after 200ms\nsays "Hello?"\nwaits 500ms\nhangs up';
const lookEveryMs = 100;

/** Calls to or from a number, as the API shows them. */
async function untilOver(station: Requests, number: string, isOver: () => boolean): Promise<CallSeen | null> {
  while (!isOver()) {
    const query = new URLSearchParams({ q: number });
    const page = await station.read<{ data: CallSeen[] }>(`/v1/calls?${query}`);
    const call = page?.data?.[0];
    if (call?.state === 'ended') return call;
    await waitFor(systemClock, lookEveryMs);
  }
  return null;
}

const outbound: Flow = async (station, isOver) => {
  const to = await station.person(short);
  // A call that is made good keeps the hours of the person.
  const answer = await station.wish(station.wishFor('/v1/calls', { to, recipient_timezone: zoneOfNoon() }));
  if (answer !== null) await untilOver(station, to, isOver);
};

/** Draft, contacts and start are requests of their own; the server may die over each. */
const campaign: Flow = async (station, isOver) => {
  const numbers = [await station.person(short), await station.person('is busy')];
  await beginCampaign(station, numbers);
  for (const number of numbers) if (!isOver()) await untilOver(station, number, isOver);
};

const pacing = { calls_per_minute: 60_000, concurrent_calls: 100 };

/** Draft, contacts and start; whatever the time is, it suits everybody. */
export async function beginCampaign(station: Requests, numbers: readonly string[]): Promise<void> {
  const id = (await station.wish(station.wishFor('/v1/campaigns', { name: 'A sweep', pacing })))?.body.id;
  if (typeof id !== 'string') return;
  const contacts = numbers.map((number) => ({ number, timezone: zoneOfNoon() }));
  const added = await station.wish(station.wishFor(`/v1/campaigns/${id}/contacts`, contacts));
  if (added === null) return;
  await station.wish(station.wishFor(`/v1/campaigns/${id}/start`, {}));
}

/** A zone in which it is between noon and one o'clock now. */
function zoneOfNoon(): string {
  const west = new Date(systemClock.now()).getUTCHours() - 12;
  return `Etc/GMT${west >= 0 ? '+' : ''}${west}`;
}

const inbound: Flow = async (station, isOver) => {
  const from = await station.person(short);
  const { url, headers } = station.network;
  await fetch(`${url}/simulator/inbound-calls`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ from, to: station.ownNumber, person: { script: short } }),
  });
  await untilOver(station, from, isOver);
};

/** On an audio stream, recorded by the carrier and by us; gives the call when both recordings are kept. */
async function untilRecorded(station: Requests, to: string, isOver: () => boolean): Promise<CallSeen | null> {
  const verification = Number(to.slice(-6));
  if ((await station.wish(station.wishFor('/call-customer', { to, verification }))) === null) return null;
  const call = await untilOver(station, to, isOver);
  while (call !== null && !isOver()) {
    const recordings = await station.read<{ data: { status: string }[] }>(`/v1/calls/${call.id}/recordings`);
    const kept = recordings?.data ?? [];
    if (kept.length === 2 && kept.every(({ status }) => status === 'ready')) return call;
    await waitFor(systemClock, lookEveryMs);
  }
  return null;
}

const recording: Flow = async (station, isOver) => {
  await untilRecorded(station, await station.person(short), isOver);
};

/** Somebody who was recorded and whose words are kept is forgotten; what is left to be seen is for the judge. */
const erasure: Flow = async (station, isOver) => {
  const to = await station.person(`answers after 200ms\nsays "This is ${canary}."\nwaits 500ms\nhangs up`);
  const call = await untilRecorded(station, to, isOver);
  if (call === null) return;
  while (!isOver() && !(await hasWords(station, call.id))) await waitFor(systemClock, lookEveryMs);
  const id = (await station.wish(station.wishToForget(to)))?.body.id;
  while (!isOver()) {
    const seen = await station.read<{ done_at: string | null }>(`/v1/erasures/${id}`);
    if (seen?.done_at) return;
    await waitFor(systemClock, lookEveryMs);
  }
};

export const flows: Readonly<Record<string, Flow>> = { recording, campaign, outbound, inbound, erasure };

/** What has to be there once before anything else: somebody who answers calls, and a place for webhooks. */
export async function setUp(station: Requests, receiverUrl: string): Promise<void> {
  const assistant = await station.send<{ id: number }>('POST', '/v1/assistants', { name: 'Desk', prompt: 'Help.' });
  await station.send('POST', '/v1/phone-numbers', { number: station.ownNumber, assistant_id: assistant.id });
  await station.send('POST', '/v1/phone-numbers/sync', {});
  await station.send('POST', '/v1/webhooks', { url: receiverUrl, event_types: ['call.ended', 'call.blocked'] });
}
