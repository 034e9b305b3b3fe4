import { createFakeClock, type FakeClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/log.ts';
import { createSeededRandom } from '../../base/random.ts';
import type { Carrier } from '../../ports/carrier.ts';
import { type CarrierWorld, carrierContract } from '../../ports/contracts/carrier.contract.ts';
import { createSimulator, type Simulator } from '../../simulator/create-simulator.ts';
import type { CreateFault } from '../../simulator/faults.ts';
import { signTwilioRequest } from '../../simulator/twilio-signature.ts';
import { deadUrl, paths } from './testing/far-side.ts';
import { createTwilioCarrier } from './twilio.ts';

const account = {
  sid: `AC${'0'.repeat(32)}`,
  authToken: 'test-auth-token-000000000000000000',
  numbers: ['+15005550006'],
};
const publicUrl = 'http://127.0.0.1:1';

/** Lets a second after another go by on the simulator's clock until it is so. */
async function passUntil(clock: FakeClock, isSo: () => boolean): Promise<void> {
  for (let seconds = 0; !isSo(); seconds += 1) {
    if (seconds > 600) throw new Error('it never came to that');
    clock.advance(1000);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

type RecordingStatus = ReturnType<Simulator['calls']>[number]['recordings'][number]['status'];

/** A call that says a sentence while it is recorded, up to the moment when its recording has come so far. */
async function recordCall(
  { simulator, carrier, clock }: { simulator: Simulator; carrier: Carrier; clock: FakeClock },
  until: RecordingStatus,
) {
  const { carrierSid } = await carrier.placeCall({
    to: '+12125550111',
    from: '+15005550006',
    instructions: {
      inline: [
        { type: 'record-call', recordingPath: paths.recording, transcriptPath: paths.transcript },
        { type: 'say-and-hang-up', text: 'This call is recorded, and now it is over.', language: 'en-US' },
      ],
    },
    statusPath: paths.status,
    ringSeconds: 30,
    maxDurationSeconds: 600,
  });
  const call = () => simulator.calls().find(({ sid }) => sid === carrierSid);
  const recording = () => call()?.recordings[0];
  await passUntil(clock, () => recording()?.status === until);
  return { carrierSid, call, recording: recording as () => NonNullable<ReturnType<typeof recording>> };
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
      paths,
    });
  const carrier = carrierOn(url);
  const next = (fault: CreateFault) => () => simulator.setFaults({ creates: { script: [fault] } });
  return {
    carrier,
    unreachable: carrierOn(await deadUrl()),
    numbers: { from: '+15005550006', reachable: '+12125550111', refused: '+15005550001' },
    strangeSid: `CA${'f'.repeat(32)}`,
    farNowMs: () => clock.now(),
    callsMade: () => simulator.calls().length,
    recordings: {
      strangeSid: `RE${'f'.repeat(32)}`,
      async announced() {
        // It is over, and not yet a file.
        const { recording } = await recordCall({ simulator, carrier, clock }, 'processing');
        const { sid } = recording();
        return {
          recordingSid: sid,
          async arrive() {
            await passUntil(clock, () => recording().status === 'completed');
            const authorization = `Basic ${Buffer.from(`${account.sid}:${account.authToken}`).toString('base64')}`;
            const file = `${url}/2010-04-01/Accounts/${account.sid}/Recordings/${sid}.wav`;
            return new Uint8Array(await (await fetch(file, { headers: { authorization } })).arrayBuffer());
          },
        };
      },
      async running() {
        const { carrierSid, call, recording } = await recordCall({ simulator, carrier, clock }, 'in-progress');
        const isRecorded = () => recording().status === 'in-progress';
        return { carrierSid, isRecorded, isLive: () => call()?.status === 'in-progress' };
      },
    },
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
