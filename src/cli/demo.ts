/** `callwright demo`: a whole call on this machine, asked for as any client would, and watched as it happens. */
import type { CallWithTurns, EventResource } from '../api/contract/calls.ts';
import { CallwrightError } from '../base/errors.ts';
import { createLogger } from '../base/log.ts';
import { createCallwright } from '../wiring.ts';
import { toEventLine, toSummary } from './call-lines.ts';
import { readCommandConfig } from './environment.ts';
import { watchEvents } from './watch-events.ts';

/** The payment reminder of the guide to `POST /api/outbound-call`. */
const order = {
  to: '+15558675310',
  customParameters: {
    customerName: 'Sarah Johnson',
    accountId: 'ACC78910',
    callReason: 'Payment reminder',
    amount: '$250.00',
    dueDate: '2025-12-10',
  },
};

export async function demo(options: { once: boolean }): Promise<void> {
  console.log('Starting the server, its embedded database and its simulated phone network …');
  // Whatever account the settings name, a demo rings no real phone and is for this machine only.
  const config = readCommandConfig({ twilio: null, publicUrl: null, host: '127.0.0.1' });
  const log = createLogger({ level: 'warn', logPii: false, pretty: true, destination: process.stderr });
  const callwright = await createCallwright(config, { log, simulator: { firstRingMs: 300 } });
  const watching = new AbortController();
  const stopped = new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  const ended = new Promise<EventResource>((resolve) => {
    void watchEvents(callwright.url, watching.signal, printer(callwright.url, resolve));
  });
  try {
    await placeCall(callwright.url);
    await Promise.race([ended, stopped]);
    if (!options.once) {
      console.log(invite(callwright.url));
      await stopped;
    }
  } finally {
    watching.abort();
    await callwright.stop();
  }
}

/** Prints the lines of every call, and a summary at the end of each. */
function printer(url: string, onEnd: (event: EventResource) => void) {
  const startedAtMs = new Map<string, number>();
  return (event: EventResource) => {
    if (!startedAtMs.has(event.call_id)) startedAtMs.set(event.call_id, Date.parse(event.at));
    const line = toEventLine(event, startedAtMs.get(event.call_id) ?? 0);
    if (line !== null) console.log(line);
    if (event.type !== 'call.ended') return;
    startedAtMs.delete(event.call_id);
    void printSummary(url, event.call_id).then(() => onEnd(event));
  };
}

async function printSummary(url: string, callId: string): Promise<void> {
  const response = await fetch(`${url}/v1/calls/${callId}`);
  console.log(toSummary((await response.json()) as CallWithTurns, url));
}

async function placeCall(url: string): Promise<void> {
  console.log(
    `\n$ curl -X POST ${url}/api/outbound-call -H 'Content-Type: application/json' -d '${JSON.stringify(order)}'`,
  );
  const response = await fetch(`${url}/api/outbound-call`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(order),
  });
  const answer = await response.text();
  console.log(`${answer}\n`);
  if (!response.ok) throw new CallwrightError('demo/not-placed', `The call was not placed: ${answer}`);
}

const invite = (url: string) =>
  `The server stays up on ${url} for more calls: use the curl line above, from another terminal. Ctrl-C stops it.`;
