/** Baseline of `POST /v1/calls`: the same transactions behind the barest HTTP there is. */
import { createServer, type IncomingMessage } from 'node:http';
import { defaultAssistant } from '../../src/assistant/assistant.ts';
import { systemClock } from '../../src/base/clock.ts';
import { createIds } from '../../src/base/ids.ts';
import { silentLogger } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { usualPlaceRules } from '../../src/call/dial/rules/place-rules.ts';
import { createDispatcher } from '../../src/call/dispatch.ts';
import { queueCall } from '../../src/call/place-call.ts';
import { type CallParts, createCallRunner } from '../../src/call/run-call.ts';
import type { SpeechVendors } from '../../src/call/speech-vendors.ts';
import { settingsOfEngines } from '../../src/config/speech.ts';
import { createLiveEvents } from '../../src/notify/live-events.ts';
import type { Carrier } from '../../src/ports/carrier.ts';
import { recordAudit } from '../../src/store/audit-log.ts';
import { openStore } from '../../src/store/open-store.ts';
import { announce } from './announce.ts';

const { DATABASE_URL: url, DATA_DIR: dataDir = '' } = process.env;
const base = { clock: systemClock, random: systemRandom, log: silentLogger };
const place = url === undefined ? ({ kind: 'embedded', dataDir } as const) : ({ kind: 'postgres', url } as const);
const store = await openStore(place, base);
const newId = createIds(systemClock, systemRandom);
let dialled = 0;
/** Takes every call and has nothing else to say. */
const carrier = {
  name: 'none',
  routes: { status: { path: '/status' }, detection: { path: '/detection' } },
  placeCall: async () => {
    dialled += 1;
    return { carrierSid: `CA${String(dialled).padStart(32, '0')}`, status: 'queued' };
  },
} as unknown as Carrier;
const live = createLiveEvents(silentLogger);
const parts: CallParts = {
  store,
  carrier,
  clock: systemClock,
  random: systemRandom,
  newId,
  log: silentLogger,
  live,
  maxCallsOnLines: 100_000,
  pace: { account: 'bench', callsPerSecond: 1000, perNumberPerMinute: null },
  nodeId: newId('node'),
  dialPolicy: {
    allowedCountries: null,
    ownNumber: '+15551234567',
    places: usualPlaceRules,
    callsPerNumberPerDay: null,
    callsPerNumberPerWeek: null,
  },
  followUps: [],
};
const runner = createCallRunner(parts);
const dispatcher = createDispatcher({ ...parts, runner });
dispatcher.start();
/** Nobody speaks: every call here is the carrier's to hold. */
const speech: SpeechVendors = {
  ...{ earsFor: () => [], mouthsFor: () => [], speechToSpeech: null, agent: null, usualAgentId: null },
  needs: settingsOfEngines,
};
const assistant = { ...defaultAssistant };

async function read(request: IncomingMessage): Promise<{ to: string }> {
  let body = '';
  for await (const chunk of request) body += chunk;
  return JSON.parse(body);
}

async function placeOne({ to }: { to: string }): Promise<void> {
  const call = await queueCall(
    { ...parts, dispatcher, speech },
    {
      ...{ dialect: 'v1', clientId: null, requestId: newId('req'), to, from: '+15551234567', assistant },
      ...{ assistantRef: null, parameters: {}, engine: 'relay' },
      instructions: () => ({ path: '/twiml' }),
    },
  );
  await recordAudit(store.db, {
    ...{ at: new Date(), requestId: null, principal: { kind: 'operator-key', id: 'operator-key', clientId: null } },
    ...{ action: 'call.created', subjectKind: 'call', subjectId: call.id },
  });
}

announce(
  createServer((request, response) => {
    read(request)
      .then(placeOne)
      .then(() => response.writeHead(201).end())
      .catch((error: unknown) => response.writeHead(500).end(String(error)));
  }),
);
