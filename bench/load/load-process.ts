/** The load, in a process of its own: starts its faces, is told of the server, measures one thing and tells the outcome. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { measureBargeInBySound } from '../measures/barge-in-by-sound.ts';
import { measureBargeInByVendor, measureCascadeTurns, measureGrowth } from '../measures/cascade.ts';
import { measureCampaign, measureClaimLag } from '../measures/dialling.ts';
import { measurePlacing } from '../measures/placing.ts';
import { measureRelayTurns } from '../measures/relay-turns.ts';
import { measureWebhooks } from '../measures/webhooks.ts';
import { createCarrierFace, type Server } from './carrier-face.ts';
import { createMediaLines } from './media-lines.ts';
import { watchStalls } from './samples.ts';
import { type MeasureOptions, NotYet, type Outcome, type Scene, type Used } from './scene.ts';
import { createVendorFace } from './vendor-face.ts';

export const measures = {
  relayTurns: measureRelayTurns,
  webhooks: measureWebhooks,
  placing: measurePlacing,
  cascadeTurns: measureCascadeTurns,
  bargeInByVendor: measureBargeInByVendor,
  bargeInBySound: measureBargeInBySound,
  growth: measureGrowth,
  campaign: measureCampaign,
  claimLag: measureClaimLag,
} satisfies Record<string, (scene: Scene) => Promise<Outcome>>;

export type MeasureName = keyof typeof measures;

export type ToLoad =
  | { type: 'measure'; name: MeasureName; server: Server; options: MeasureOptions }
  | { type: 'used'; used: Used };

export type FromLoad =
  | { type: 'ready'; url: string }
  | { type: 'look' }
  | { type: 'outcome'; outcome: Outcome; stalls: { count: number; longestMs: number } }
  | { type: 'not-yet'; why: string }
  | { type: 'failed'; reason: string };

const tell = (message: FromLoad) => process.send?.(message);

async function main(): Promise<void> {
  const carrier = createCarrierFace();
  const vendors = createVendorFace();
  const http = createServer((request, response) => {
    if (carrier.handle(request, response) || vendors.handle(request, response)) return;
    response.writeHead(404).end();
  });
  http.on('upgrade', (request, socket, head) => {
    if (!vendors.upgrade(request, socket, head)) socket.destroy();
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const looks: ((used: Used) => void)[] = [];
  const look = () =>
    new Promise<Used>((resolve) => {
      looks.push(resolve);
      tell({ type: 'look' });
    });
  process.on('message', (message: ToLoad) => {
    if (message.type === 'used') return looks.shift()?.(message.used);
    const stalls = watchStalls();
    const scene = { server: message.server, carrier, vendors, stalls, lines: createMediaLines(), look };
    measures[message.name]({ ...scene, options: message.options })
      .then((outcome) =>
        tell({ type: 'outcome', outcome, stalls: { count: stalls.stalls, longestMs: stalls.longestMs } }),
      )
      .catch((error: Error) =>
        tell(
          error instanceof NotYet
            ? { type: 'not-yet', why: error.message }
            : { type: 'failed', reason: String(error.stack) },
        ),
      );
    return undefined;
  });
  tell({ type: 'ready', url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` });
}

await main();
