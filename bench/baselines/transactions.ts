/** Baseline of `POST /v1/calls`: the same transactions behind the barest HTTP there is. */

import { createServer, type IncomingMessage } from 'node:http';
import { defaultAssistant } from '../../src/assistant/assistant.ts';
import { systemClock } from '../../src/base/clock.ts';
import { createIds } from '../../src/base/ids.ts';
import { silentLogger } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { usualPlaceRules } from '../../src/call/dial/rules/place-rules.ts';
import type { SpendPolicy } from '../../src/call/dial/spend-policy.ts';
import { createDispatcher } from '../../src/call/dispatch.ts';
import { noLineRules } from '../../src/call/line-rules/line-rules.ts';
import { queueCall } from '../../src/call/place-call.ts';
import { type CallParts, createCallRunner } from '../../src/call/run-call.ts';
import { settleSpend } from '../../src/call/settle-spend.ts';
import type { SpeechVendors } from '../../src/call/speech-vendors.ts';
import { askWhenOver } from '../../src/call/wrap-up/analyze-calls.ts';
import { settingsOfEngines } from '../../src/config/speech.ts';
import { createLiveEvents } from '../../src/notify/live-events.ts';
import type { CallOrder, Carrier } from '../../src/ports/carrier.ts';
import { noCaps } from '../../src/spend/spend-caps.ts';
import { recordAudit } from '../../src/store/audit-log.ts';
import { openStore } from '../../src/store/open-store.ts';
import { inParallel } from '../load/scene.ts';
import { announce } from './announce.ts';

const { DATABASE_URL: url, DATA_DIR: dataDir = '' } = process.env;
const base = { clock: systemClock, random: systemRandom, log: silentLogger };
const place = url === undefined ? ({ kind: 'embedded', dataDir } as const) : ({ kind: 'postgres', url } as const);
const store = await openStore(place, base);
const newId = createIds(systemClock, systemRandom);
let dialled = 0;
let onDialled: (statusPath: string, carrierSid: string) => void = () => {};
/** Takes every call and has nothing else to say. */
const carrier = {
  name: 'none',
  routes: { status: { path: '/status' }, detection: { path: '/detection' } },
  placeCall: async ({ statusPath }: CallOrder) => {
    dialled += 1;
    const carrierSid = `CA${String(dialled).padStart(32, '0')}`;
    onDialled(statusPath, carrierSid);
    return { carrierSid, status: 'queued' };
  },
} as unknown as Carrier;
const live = createLiveEvents(silentLogger);
/** What a call may cost is reserved and settled as it is by the server. */
const spend: SpendPolicy = {
  ...{ currency: 'USD', caps: noCaps, unknownPrices: 'deny', carrier: 'twilio' },
  vendorsOf: () => [{ ears: null, mouth: null, model: null, agent: null }],
};
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
    spend,
  },
  lineRules: { table: noLineRules, recordsLines: false },
  followUps: [askWhenOver],
  lastFollowUp: settleSpend({ policy: spend, newId, countedAfterMs: 10_000 }),
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

async function read(request: IncomingMessage): Promise<{ to: string; calls?: number }> {
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

/** Has so many calls stored and dialled; each is busy at once. */
async function dialMany(calls: number): Promise<{ dialsPerSecond: number }> {
  const over = Promise.withResolvers<void>();
  let ended = 0;
  const endBusy = async (callId: string, carrierSid: string) => {
    await runner.apply(callId, { type: 'carrier-reported', carrierSid, status: 'busy', error: null });
    ended += 1;
    if (ended === calls) over.resolve();
  };
  onDialled = (statusPath, carrierSid) =>
    void endBusy(new URLSearchParams(statusPath.split('?')[1]).get('callId') ?? '', carrierSid);
  const startedMs = performance.now();
  await inParallel(calls, 16, (index) => placeOne({ to: `+1312${2_000_000 + index}` }));
  await over.promise;
  return { dialsPerSecond: (calls * 1000) / (performance.now() - startedMs) };
}

announce(
  createServer((request, response) => {
    const answer = async () => {
      const body = await read(request);
      if (request.url !== '/dial') return await placeOne(body);
      return await dialMany(Number(body.calls));
    };
    answer()
      .then((made) => response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(made ?? {})))
      .catch((error: unknown) => response.writeHead(500).end(String(error)));
  }),
);
