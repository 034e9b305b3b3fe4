/** Asks a Callwright server for a call, waits until it is over and prints what was said. */
import { setTimeout as wait } from 'node:timers/promises';

const server = process.env.CALLWRIGHT_URL ?? 'http://localhost:3000';
const key = process.env.CALLWRIGHT_KEY;
const [, , to = '+15558675310'] = process.argv;

async function ask(path: string, body?: unknown): Promise<string> {
  const response = await fetch(`${server}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(key ? { authorization: `Bearer ${key}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
  return text;
}

const customParameters = { customerName: 'Sarah Johnson', callReason: 'Payment reminder', amount: '$250.00' };
const { callSid } = JSON.parse(await ask('/api/outbound-call', { to, customParameters })) as { callSid: string };
console.log(`Calling ${to}: ${callSid}`);

for (;;) {
  const call = JSON.parse(await ask(`/v1/calls/${callSid}`)) as { state: string; status: string; outcome: string };
  if (call.state === 'ended') {
    console.log(`${call.status}: ${call.outcome}`);
    break;
  }
  await wait(500);
}
console.log(await ask(`/v1/calls/${callSid}/transcript?format=text`));
