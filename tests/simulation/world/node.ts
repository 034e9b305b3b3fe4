/** One simulated server: the real work on simulated ports; it can stop in any step, and pause without knowing it. */

import { createIds } from '../../../src/base/ids.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { createSeededRandom, type Random } from '../../../src/base/random.ts';
import { openSession } from '../../../src/call/answer/open-session.ts';
import { createSessionTokens } from '../../../src/call/answer/session-token.ts';
import { createCallRecords } from '../../../src/call/converse/call-record.ts';
import { type Conversation, createConversations } from '../../../src/call/converse/conversation.ts';
import type { TurnEnding } from '../../../src/call/converse/turn/turn-state.ts';
import { type PlaceRules, usualPlaceRules } from '../../../src/call/dial/rules/place-rules.ts';
import type { SpendPolicy } from '../../../src/call/dial/spend-policy.ts';
import type { FollowUp } from '../../../src/call/follow-ups.ts';
import { joinSession, type SessionParts } from '../../../src/call/join-session.ts';
import { noLineRules } from '../../../src/call/line-rules/line-rules.ts';
import { mintRetry } from '../../../src/call/mint-retry.ts';
import type { CallParts } from '../../../src/call/run-call.ts';
import { settleSpend } from '../../../src/call/settle-spend.ts';
import { followCampaignCall } from '../../../src/campaign/follow-call.ts';
import { readConfig } from '../../../src/config/read-config.ts';
import { createLiveEvents } from '../../../src/notify/live-events.ts';
import type { BlobStore } from '../../../src/ports/blob-store.ts';
import type { Carrier, CarrierReply, CarrierRequest } from '../../../src/ports/carrier.ts';
import type { LanguageModel } from '../../../src/ports/language-model.ts';
import { noTelemetry } from '../../../src/ports/telemetry.ts';
import { createTwilioCarrier } from '../../../src/providers/twilio/twilio.ts';
import { noCaps } from '../../../src/spend/spend-caps.ts';
import { createNodeHeartbeat } from '../../../src/store/node-heartbeat.ts';
import { createWork } from '../../../src/wiring/create-work.ts';
import { paths } from '../../../src/wiring/foundation.ts';
import { type Backend, createSimulatedStore, type SimulatedStore } from '../memory/simulated-store.ts';
import { accountSid, authToken, publicUrl } from './callbacks.ts';
import type { CarrierNetwork } from './carrier-network.ts';
import { createNodeFetch } from './node-fetch.ts';
import { createNodeTime, type NodeTime } from './node-time.ts';
import { createWeather } from './node-weather.ts';
import type { Scheduler } from './scheduler.ts';
import type { Swarm } from './swarm.ts';
import type { Truth } from './truth.ts';

export type Work = ReturnType<typeof createWork>;

export interface NodeParts {
  name: string;
  seed: number;
  scheduler: Scheduler;
  truth: Truth;
  backend: Backend;
  network: CarrierNetwork;
  swarm(): Swarm;
  ownNumber: string;
  /** What a planted bug makes of the parts. */
  spoil(parts: CallParts): CallParts;
  died(node: SimulatedNode): void;
}

/** The node's end of a call's socket. */
export interface NodeSession {
  /** `ended`: by us; `broken`: the node died. */
  whenClosed: Promise<'ended' | 'broken'>;
  close(clean: boolean): void;
}

export interface SimulatedNode {
  readonly name: string;
  readonly time: NodeTime;
  readonly store: SimulatedStore;
  readonly work: Work;
  start(): void;
  /** Null when the node dies over it. */
  webhook(request: CarrierRequest): Promise<CarrierReply | null>;
  openSession(
    claim: { callId: string; token: string },
    plan: { ending: TurnEnding; talkMs: number },
  ): Promise<NodeSession | null>;
  die(): void;
}

const sessionSecret = new Uint8Array(32).fill(7);
const tokens = createSessionTokens(sessionSecret);

const nobodyElse = {
  ...{ earsFor: () => [], mouthsFor: () => [], speechToSpeech: null, agent: null, usualAgentId: null },
  needs: { cascade: '', 'speech-to-speech': '', 'agent-bridge': '' },
};

const configs = new Map<string, ReturnType<typeof readConfig>>();

/** Read once for all nodes with the same limits. */
function configOf({ callsPerSecond, maxConcurrentCalls }: Swarm, ownNumber: string) {
  const key = `${callsPerSecond} ${maxConcurrentCalls}`;
  const config =
    configs.get(key) ??
    readConfig({
      ...{ TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken, TWILIO_PHONE_NUMBER: ownNumber },
      ...{
        TWILIO_API_BASE_URL: 'http://127.0.0.1:1',
        PUBLIC_URL: publicUrl,
        DATA_DIR: '/nowhere',
        RECORD_CALLS: 'false',
      },
      CALLS_PER_SECOND: String(callsPerSecond),
      MAX_CONCURRENT_CALLS: String(maxConcurrentCalls),
    });
  configs.set(key, config);
  return config;
}

function toSpendPolicy({ capPerDay }: Swarm, carrier: string): SpendPolicy {
  return {
    ...{ currency: 'USD', unknownPrices: 'deny' as const, carrier },
    caps: { ...noCaps, perDay: capPerDay },
    vendorsOf: () => [{ ears: null, mouth: null, model: null, agent: null }],
  };
}

/** In the order of `src/wiring/to-call-rules.ts`. */
function followUpsOf(given: {
  newId: CallParts['newId'];
  random: Random;
  carrier: Carrier;
  policy: { places: PlaceRules };
}): FollowUp[] {
  const { newId, random, carrier, policy } = given;
  const { adviceFor } = carrier;
  return [
    mintRetry({ newId, random, adviceFor, places: policy.places }),
    followCampaignCall({ carrier, random, newId, log: silentLogger }),
  ];
}

export function createNode(parts: NodeParts): SimulatedNode {
  const { name, scheduler, truth, swarm } = parts;
  const random: Random = createSeededRandom(parts.seed);
  const time = createNodeTime({ scheduler, truth, random, swarm, name, died: () => node.die() });
  const { clock } = time;
  const store = createSimulatedStore(parts.backend, {
    clock,
    random,
    weather: createWeather({ time, truth, random, swarm }),
  });
  const config = configOf(swarm(), parts.ownNumber);
  const newId = createIds(clock, random);
  const carrier: Carrier = createTwilioCarrier({
    ...{ accountSid, authToken, publicUrl, apiBaseUrl: 'https://carrier', clock, log: silentLogger, paths },
    fetch: createNodeFetch({ time, network: parts.network }),
  });
  const nodeId = newId('node');
  const dialPolicy = {
    ...{ allowedCountries: ['US'], ownNumber: parts.ownNumber },
    places: usualPlaceRules,
    ...{ callsPerNumberPerDay: null, callsPerNumberPerWeek: null },
    spend: toSpendPolicy(swarm(), carrier.name),
  };
  const calls = parts.spoil({
    ...{ store, carrier, clock, newId, log: silentLogger, live: createLiveEvents(), dialPolicy },
    lineRules: { table: noLineRules, recordsLines: false },
    followUps: followUpsOf({ newId, random, carrier, policy: dialPolicy }),
    lastFollowUp: settleSpend({ policy: dialPolicy.spend, newId, countedAfterMs: 10_000 }),
    ...{ random, nodeId, maxCallsOnLines: config.maxConcurrentCalls, lookEveryMs: swarm().lookEveryMs },
    pace: { account: accountSid, callsPerSecond: config.callsPerSecond, perNumberPerMinute: null },
  });
  const conversations = createConversations(clock);
  // Nobody in these calls has a tool.
  const toolRequests = {} as SessionParts['toolRequests'];
  const work = createWork({ config, overrides: {}, clock, random, log: silentLogger }, calls, {
    ...{ sessionSecret, speech: nobodyElse, telemetry: noTelemetry, conversations },
    ...{ blobs: {} as BlobStore, model: {} as LanguageModel, toolRequests },
  });
  const heartbeat = createNodeHeartbeat({ store, clock, log: silentLogger, nodeId, host: name });
  const sessions = new Set<(how: 'broken') => void>();
  const records = createCallRecords({ ...calls, gatherMs: 100 });
  const { runner, commands } = work.control;
  const talk = { ...calls, runner, commands, conversations, records, toolRequests, voicePath: paths.voice };
  const start = async () => {
    await heartbeat.start();
    await work.start();
  };
  const node: SimulatedNode = {
    ...{ name, time, store, work },
    // A database that is away at the start ends the process, and it is started again.
    start: () => void start().catch(() => node.die()),
    webhook: (request) => answerWebhook({ work, carrier: calls.carrier, time }, request),
    async openSession(claim, { ending, talkMs }) {
      const opened = await openSession({ db: calls.store.db, clock, tokens }, claim);
      if (!opened) return null;
      const closed = Promise.withResolvers<'ended' | 'broken'>();
      const over = Promise.withResolvers<TurnEnding>();
      const finish = (how: TurnEnding) => {
        over.resolve(how);
        closed.resolve('ended');
        sessions.delete(closed.resolve);
      };
      sessions.add(closed.resolve);
      const close = (clean: boolean) =>
        finish(clean ? { reason: 'person_hung_up', by: 'person' } : { reason: 'connection_failed', by: 'carrier' });
      const conversation: Conversation = {
        ...{ say: () => false, instruct: () => false, pressKeys: () => false, hold: () => false, goOn: () => {} },
        ...{ audio: null, over: over.promise },
        end: (how) => finish(how),
        disconnected: close,
      };
      void joinSession(talk, { ...opened, charactersPerSecond: 15 }, () => conversation).catch(() => {});
      time.later(talkMs, () => finish(ending));
      return { whenClosed: closed.promise, close: (clean) => time.later(5, () => close(clean)) };
    },
    die() {
      if (!time.kill()) return;
      truth.note('node died', name);
      for (const broken of sessions) broken('broken');
      void store.die();
      parts.died(node);
    },
  };
  return node;
}

/** What the server does with a carrier's webhook, without HTTP. */
async function answerWebhook(
  { work, carrier, time }: { work: Work; carrier: Carrier; time: NodeTime },
  request: CarrierRequest,
): Promise<CarrierReply | null> {
  const answered = (async (): Promise<CarrierReply> => {
    const [path] = request.path.split('?');
    const route = Object.values(carrier.routes).find((one) => one.path === path);
    if (!route || !carrier.verify(request)) return { status: 403, contentType: null, body: '' };
    try {
      const event = route.parse(request);
      return route.reply(event ? await work.hear(event) : { type: 'acknowledge' });
    } catch {
      return { status: 500, contentType: null, body: '' };
    }
  })();
  return await Promise.race([answered, time.whenDead.then(() => null)]);
}
