/** The short form of `npm run test:crash`: killed as the carrier has answered, in a campaign's commit, and while it erases. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type NetworkProcess, type Receiver, startNetwork, startReceiver } from './processes.ts';
import { createStation, type Station } from './station.ts';
import { setUpOnce, sweep } from './sweep.ts';

const ownNumber = '+15005550006';
let network: NetworkProcess;
let receiver: Receiver;
let station: Station;

beforeAll(async () => {
  network = await startNetwork([ownNumber]);
  receiver = await startReceiver();
  station = await createStation({ network, index: 0, ownNumber });
});

afterAll(async () => {
  network.child.kill('SIGKILL');
  await network.ended;
  receiver.close();
  station.remove();
});

/** Five starts, and up to a minute until a call that the carrier may have is asked for. */
const longestMs = 180_000;

it('loses no call, makes none twice and leaves nothing behind when killed while it dials, or erases a person', {
  timeout: longestMs,
}, async () => {
  await setUpOnce(station, receiver);
  const targets = [
    { flow: 'outbound', point: 'carrier.placeCall after', times: 1 },
    { flow: 'campaign', point: 'commit calls+campaigns+contacts+events after', times: 1 },
    { flow: 'erasure', point: 'carrier.deleteRecording before', times: 1 },
  ];
  const result = await sweep({ station, receiver, targets, longestRestMs: 70_000 });
  expect(result.kills).toEqual(targets);
  expect(result).toMatchObject({ calls: 4, lost: [], double: [], stuck: [] });
});
