/** Looks for what is left of people who were to be forgotten: by the API, at the carrier, and among the files of sound. */
import type { SimulatedCallRecord } from '../../src/simulator/call-record.ts';
import type { CallSeen } from './call-seen.ts';
import type { Requests } from './station.ts';

/** Said by everybody who is to be forgotten. */
export const canary = 'Sarah Canary';

/** Whether it is nobody's call any more. */
export const isForgotten = ({ to, from }: Pick<CallSeen, 'to' | 'from'>) => [to, from].includes('erased');

/** All that the API shows of a call. */
async function showAll(station: Requests, id: string): Promise<string> {
  const parts = ['', '/transcript', '/events', '/recordings'].map((part) => station.read(`/v1/calls/${id}${part}`));
  return JSON.stringify(await Promise.all(parts));
}

export async function hasWords(station: Requests, id: string): Promise<boolean> {
  return (await showAll(station, id)).includes(canary);
}

interface Seen {
  calls: CallSeen[];
  carrier: SimulatedCallRecord[];
}

/** What is left, a line for each thing. */
export async function leftOf(station: Requests, seen: Seen): Promise<string[]> {
  const left: string[] = [];
  for (const { method, path, answer } of station.wishes) {
    if (method !== 'DELETE') continue;
    const number = path.slice(path.lastIndexOf('/') + 1);
    const erasure = await station.read<{ done_at: string | null }>(`/v1/erasures/${answer?.body.id}`);
    if (!erasure?.done_at) left.push(`the wish to forget ${number} is still open`);
    left.push(...(await leftOfPerson(station, { number, seen })));
  }
  return [...left, ...(await filesOfNobody(station, seen))];
}

async function leftOfPerson(
  station: Requests,
  { number, seen: { calls, carrier } }: { number: string; seen: Seen },
): Promise<string[]> {
  const found = await station.read<{ data: CallSeen[] }>(`/v1/calls?${new URLSearchParams({ q: number })}`);
  const left = (found?.data ?? []).map(({ id }) => `${id} is still found by ${number}`);
  for (const { sid } of carrier.filter(({ to }) => to === number)) {
    const call = calls.find(({ carrier_sid }) => carrier_sid === sid);
    const shown = call ? await showAll(station, call.id) : '';
    const recordings = call && (await station.read<{ data: unknown[] }>(`/v1/calls/${call.id}/recordings`));
    if (recordings && recordings.data.length > 0) left.push(`${call.id} still has recordings`);
    const traces = [number, canary].filter((trace) => shown.includes(trace));
    left.push(...traces.map((trace) => `${call?.id} still shows ${trace}`));
    const copies = await countCopies(station, sid);
    if (copies > 0) left.push(`the carrier still has ${copies} recordings of ${sid}`);
  }
  return left;
}

async function countCopies({ network }: Requests, callSid: string): Promise<number> {
  const path = `/2010-04-01/Accounts/${network.settings.TWILIO_ACCOUNT_SID}/Recordings.json?CallSid=${callSid}`;
  const response = await fetch(`${network.url}${path}`, { headers: network.headers });
  return ((await response.json()) as { recordings: unknown[] }).recordings.length;
}

/** A file is named after its recording: where there is no such recording, nobody would ever find and erase it. */
async function filesOfNobody(station: Requests, { calls }: Seen): Promise<string[]> {
  const files = station.soundFiles();
  if (files.length === 0) return [];
  const shown = await Promise.all(calls.map(({ id }) => station.read(`/v1/calls/${id}/recordings`)));
  const known = JSON.stringify(shown);
  return files
    .filter((file) => !known.includes(file.slice(0, file.indexOf('.'))))
    .map((file) => `${file} is left of a recording that nobody knows`);
}
