import { createServer } from 'node:net';
import { createFakeClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/log.ts';
import { createSeededRandom } from '../../base/random.ts';
import { type CarrierWorld, carrierContract } from '../../ports/contracts/carrier.contract.ts';
import { createSimulator } from '../../simulator/create-simulator.ts';
import type { CreateFault } from '../../simulator/faults.ts';
import { signTwilioRequest } from '../../simulator/twilio-signature.ts';
import { createTwilioCarrier } from './twilio.ts';

const account = {
  sid: `AC${'0'.repeat(32)}`,
  authToken: 'test-auth-token-000000000000000000',
  numbers: ['+15005550006'],
};
const publicUrl = 'http://127.0.0.1:1';

/** An address on this machine where nobody listens any more. */
async function deadUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

/** On a clock that stands still, so that calls stay as they were made. */
async function createWorld(): Promise<CarrierWorld> {
  const clock = createFakeClock();
  const simulator = createSimulator({ clock, random: createSeededRandom(1), log: silentLogger, account });
  const { url } = await simulator.start();
  const carrierOn = (apiBaseUrl: string) =>
    createTwilioCarrier({
      ...{ accountSid: account.sid, authToken: account.authToken, apiBaseUrl, publicUrl, clock, log: silentLogger },
      fetch: globalThis.fetch,
      paths: { instructions: '/api/outbound-call-twiml', status: '/api/call-status', after: '/api/call-after' },
    });
  const next = (fault: CreateFault) => () => simulator.setFaults({ creates: { script: [fault] } });
  return {
    carrier: carrierOn(url),
    unreachable: carrierOn(await deadUrl()),
    numbers: { from: '+15005550006', reachable: '+12125550111', refused: '+15005550001' },
    strangeSid: `CA${'f'.repeat(32)}`,
    farNowMs: () => clock.now(),
    callsMade: () => simulator.calls().length,
    // The simulator cannot keep a create waiting for ever; the small server of twilio.test.ts can.
    nextCreate: {
      'made-but-not-told': next({ type: 'ambiguous-cut' }),
      'made-but-garbled': next({ type: 'ambiguous-html' }),
      'server-error': next({ type: 'refused', status: 500, code: 20500, message: 'Internal' }),
    },
    outwait: async () => undefined,
    signedWebhook(path) {
      const parameters = { AccountSid: account.sid, CallSid: `CA${'1'.repeat(32)}`, CallStatus: 'busy' };
      const signature = signTwilioRequest(account.authToken, publicUrl + path, parameters);
      const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature };
      return { method: 'POST', path, headers, body: new URLSearchParams(parameters).toString() };
    },
    signedSocket(path) {
      const signature = signTwilioRequest(account.authToken, `ws://127.0.0.1:1${path}`, {});
      return { method: 'GET', path, headers: { 'x-twilio-signature': signature }, body: '' };
    },
    close: () => simulator.stop(),
  };
}
carrierContract('Twilio on the simulated phone network', createWorld);
