/** All that the HTTP application is made of, with nothing behind it: enough to see which routes there are. */
import { createServer } from 'node:http';
import { createFakeClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/log.ts';
import { createSeededRandom } from '../../base/random.ts';
import { createLiveEvents } from '../../notify/live-events.ts';
import type { ApiParts } from '../create-api.ts';

export const hookPaths = {
  instructions: '/hook/instructions',
  status: '/hook/status',
  after: '/hook/after',
  voice: '/hook/voice',
  recording: '/hook/recording',
  transcript: '/hook/transcript',
  detection: '/hook/detection',
  transferOver: '/hook/transfer-over',
  transferLeg: '/hook/transfer-leg',
  briefing: '/hook/briefing',
  briefingAnswer: '/hook/briefing-answer',
};

const nobody = (): never => {
  throw new Error('nothing is behind this application');
};

export const bareApiParts: ApiParts = {
  store: {} as never,
  live: createLiveEvents(silentLogger),
  clock: createFakeClock(),
  newId: (prefix) => `${prefix}_1`,
  log: silentLogger,
  blobs: {} as never,
  campaignWork: { store: {} } as never,
  access: { identify: async () => null, isPlayground: async () => false },
  accounts: { store: {} } as never,
  carrier: {} as never,
  runner: {} as never,
  commands: {} as never,
  wantTransfer: nobody,
  queueCall: nobody,
  checkCall: nobody,
  random: createSeededRandom(1),
  guardedFetch: { whyRefused: () => null },
  secretOf: () => 'whsec_',
  webhooks: { deliver: nobody, look: nobody },
  pace: { account: 'AC1', callsPerSecond: 1, perNumberPerMinute: null },
  dialPolicy: { ownNumber: '+15551234567' },
  maxCallsOnLines: 50,
  requestsPerMinute: 600,
  dashboardFolder: null,
  currency: 'USD',
  isSandbox: false,
  trustProxy: false,
  dialects: {
    openDialects: [],
    from: '+15551234567',
    assistant: {} as never,
    publicUrl: 'http://localhost:3000',
    paths: hookPaths,
    placeCall: nobody,
    isReady: () => true,
  },
  findHealth: async () => [],
  whyNotReady: async () => null,
  serverFactory: (handler) => createServer(handler),
};
