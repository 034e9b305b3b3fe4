/** `callwright demo`: a whole call on this machine, asked for as any client would, and watched as it happens. */
import { writeFile } from 'node:fs/promises';
import { resolve as toFullPath } from 'node:path';
import type { CallWithTurns, EventResource } from '../api/contract/calls.ts';
import type { Engine } from '../assistant/assistant.ts';
import { CallwrightError } from '../base/errors.ts';
import { createLogger } from '../base/log.ts';
import { createCallwright } from '../wiring.ts';
import { keepDashboardFresh } from './build-dashboard.ts';
import { toEventLine, toSummary } from './call-lines.ts';
import { readCommandConfig } from './environment.ts';
import { watchEvents } from './watch-events.ts';

const to = '+15558675310';

/** The payment reminder of the guide to `POST /api/outbound-call`. */
const known = {
  customerName: 'Sarah Johnson',
  accountId: 'ACC78910',
  callReason: 'Payment reminder',
  amount: '$250.00',
  dueDate: '2025-12-10',
};

const prompt =
  'You are the automated phone assistant of a business. You remind people of what they owe, kindly and briefly.';

export interface DemoOptions {
  /** Stop after the call. */
  once: boolean;
  /** How the assistant hears and speaks. */
  engine: Engine;
}

export async function demo({ once, engine }: DemoOptions): Promise<void> {
  console.log('Starting the server, its embedded database and its simulated phone network …');
  if (!once) void keepDashboardFresh();
  // Whatever account the settings name, a demo rings no real phone and is for this machine only.
  const config = readCommandConfig({ twilio: null, publicUrl: null, host: '127.0.0.1' });
  const log = createLogger({ level: 'warn', logPii: false, pretty: true, destination: process.stderr });
  const callwright = await createCallwright(config, { log, simulator: { firstRingMs: 300 }, audibleVoices: true });
  const { url } = callwright;
  const api = createApi(url, callwright.operatorKey);
  const watching = new AbortController();
  const stopped = new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  const ended = new Promise<EventResource>((resolve) => {
    void watchEvents(url, watching.signal, printer({ api, dataDir: config.dataDir }, resolve));
  });
  try {
    await (engine === 'relay' ? placeCall(api) : placeSpokenCall(api, engine));
    await Promise.race([ended, stopped]);
    if (!once) {
      console.log(invite(url));
      await stopped;
    }
  } finally {
    watching.abort();
    await callwright.stop();
  }
}

interface Printing {
  api: Api;
  dataDir: string;
}

/** Prints the lines of every call; at its end a summary, and where it can be listened to. */
function printer({ api, dataDir }: Printing, onEnd: (event: EventResource) => void) {
  const startedAtMs = new Map<string, number>();
  const over = new Map<string, Promise<void>>();
  const finish = async (event: EventResource): Promise<void> => {
    const call = (await (await api.ask('GET', `/v1/calls/${event.call_id}`)).json()) as CallWithTurns;
    console.log(toSummary(call, api.url));
    if (!call.turns.some(({ latency }) => latency !== null)) onEnd(event);
  };
  return (event: EventResource) => {
    const { type, call_id: callId } = event;
    if (callId === null) return;
    if (type === 'recording.ready') {
      void over
        .get(callId)
        ?.then(() => keepSound(api, callId, dataDir))
        .then(() => onEnd(event));
      return;
    }
    if (!startedAtMs.has(callId)) {
      // A call that an earlier demo left behind when it was killed.
      if (type === 'call.ended') return;
      startedAtMs.set(callId, Date.parse(event.at));
    }
    const line = toEventLine(event, startedAtMs.get(callId) ?? 0);
    if (line !== null) console.log(line);
    if (type !== 'call.ended') return;
    startedAtMs.delete(callId);
    over.set(callId, finish(event));
  };
}

/** A copy of the recording where it is easily found. */
async function keepSound(api: Api, callId: string, dataDir: string): Promise<void> {
  const answer = await api.ask('GET', `/v1/calls/${callId}/recording?source=own`);
  if (!answer.ok) return console.log(`  recording   cannot be had: ${await answer.text()}\n`);
  const file = toFullPath(dataDir, 'demo-call.wav');
  await writeFile(file, new Uint8Array(await answer.arrayBuffer()), { mode: 0o600 });
  console.log(`  recording   ${file} (the person left, the assistant right)\n`);
}

interface Api {
  url: string;
  ask(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Response>;
}

/** With the operator's key, which is needed once there is an administrator in this data directory. */
function createApi(url: string, key: string): Api {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  return {
    url,
    ask: (method, path, body) =>
      fetch(url + path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }),
  };
}

/** The documented request, as any client may send it. */
async function placeCall(api: Api): Promise<void> {
  await post(api, '/api/outbound-call', { to, customParameters: known });
}

/** An assistant with this engine is made, and calls. */
async function placeSpokenCall(api: Api, engine: Engine): Promise<void> {
  const assistant = { name: 'Payment reminder', prompt, engine };
  const { id } = (await post(api, '/v1/assistants', assistant)) as { id: number };
  await post(api, '/v1/calls', { to, assistant_id: id, variables: known });
}

async function post(api: Api, path: string, body: unknown): Promise<unknown> {
  const { url } = api;
  const sent = JSON.stringify(body);
  console.log(`\n$ curl -X POST ${url}${path} -H 'Content-Type: application/json' -d '${sent}'`);
  const answer = await api.ask('POST', path, body);
  const text = await answer.text();
  if (!answer.ok) throw new CallwrightError('demo/not-placed', `The call was not placed: ${text}`);
  console.log(text.length > 200 ? `${text.slice(0, 200)} …` : `${text}\n`);
  return JSON.parse(text);
}

const invite = (url: string) =>
  `Open ${url} to see this call and to place others. The server stays up for it until Ctrl-C.`;
