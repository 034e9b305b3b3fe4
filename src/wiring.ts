/** The only file that knows every part: turns a configuration into a running server. */

import { createApi } from './api/create-api.ts';
import { defaultAssistant } from './assistant/assistant.ts';
import { createScriptedAssistant } from './assistant/scripted-assistant/scripted-assistant.ts';
import { type Clock, systemClock, waitFor } from './base/clock.ts';
import { createIds } from './base/ids.ts';
import { createLogger, type Logger } from './base/log.ts';
import { type Random, systemRandom } from './base/random.ts';
import { openSession } from './call/answer/open-session.ts';
import { createSessionTokens } from './call/answer/session-token.ts';
import { createConversations } from './call/converse/conversation.ts';
import { defaultTurnPolicy, type TurnPolicy } from './call/converse/turn/turn-policy.ts';
import { hearCarrier } from './call/hear-carrier.ts';
import { holdRelayConversation } from './call/hold-conversation.ts';
import { placeCall } from './call/place-call.ts';
import { type CallParts, createCallRunner } from './call/run-call.ts';
import { createSweeper } from './call/sweep.ts';
import { type Config, isLoopback } from './config/read-config.ts';
import { openSecrets } from './config/secrets.ts';
import { createLiveEvents } from './notify/live-events.ts';
import type { LanguageModel } from './ports/language-model.ts';
import { createOpenAiLanguageModel } from './providers/openai/language-model.ts';
import { createTwilioCarrier } from './providers/twilio/twilio.ts';
import { bindServer, mountSockets, mountWebhooks } from './server.ts';
import { createSimulator, type Simulator, type SimulatorOptions } from './simulator/create-simulator.ts';
import { newSid } from './simulator/wire-values.ts';
import { countUnfinishedCalls } from './store/calls.ts';
import { openStore, type Store } from './store/open-store.ts';

/** What a test or the demo puts in the place of the real thing. */
export interface Overrides {
  clock?: Clock;
  random?: Random;
  fetch?: typeof globalThis.fetch;
  log?: Logger;
  languageModel?: LanguageModel;
  policy?: Partial<TurnPolicy>;
  assistant?: Partial<typeof defaultAssistant>;
  /** The simulated network's own clock and pace. */
  simulator?: Partial<Pick<SimulatorOptions, 'clock' | 'callsPerSecond' | 'firstRingMs' | 'faults'>>;
  /** File of a ready-made embedded database to start from. */
  storeTemplate?: string;
}

export interface Callwright {
  url: string;
  operatorKey: string;
  operatorKeyFile: string;
  store: Store;
  /** The simulated phone network, when no account is configured. */
  simulator: Simulator | null;
  /** Takes no new calls from now on, and waits until none is left, at most so long. */
  drain(longestMs: number): Promise<void>;
  /** Says goodbye on every live call and stops; harmless when called twice. */
  stop(): Promise<void>;
}

const relayPath = '/relay';
const paths = {
  instructions: '/api/outbound-call-twiml',
  status: '/api/call-status',
  after: '/api/call-after',
};
const farewell = 'I am sorry, I have to end this call now. Goodbye.';
/** How long a farewell may take when the server stops. */
const farewellMs = 8000;

interface Foundation {
  config: Config;
  overrides: Overrides;
  clock: Clock;
  random: Random;
  log: Logger;
}

/** @throws CallwrightError with a line for the person who started it, when it cannot start */
export async function createCallwright(config: Config, overrides: Overrides = {}): Promise<Callwright> {
  const clock = overrides.clock ?? systemClock;
  const random = overrides.random ?? systemRandom;
  const log =
    overrides.log ??
    createLogger({ level: config.logLevel, logPii: config.logPii, pretty: process.stdout.isTTY === true });
  const base: Foundation = { config, overrides, clock, random, log };
  const closers: (() => Promise<void>)[] = [];
  try {
    return await assemble(base, closers);
  } catch (error) {
    for (const close of closers.reverse()) await close().catch(() => {});
    throw error;
  }
}

async function assemble(base: Foundation, closers: (() => Promise<void>)[]): Promise<Callwright> {
  const { config, clock, random, log } = base;
  const bound = await bindServer(config);
  closers.push(bound.close);
  const publicUrl = config.publicUrl ?? `http://localhost:${bound.port}`;
  const store = await openConfiguredStore(base);
  closers.push(store.close);
  const secrets = await openSecrets(config.dataDir);
  const network = await openCarrier(base, publicUrl);
  closers.push(network.close);
  const newId = createIds(clock, random);
  const parts: CallParts = { store, carrier: network.carrier, clock, newId, log, live: createLiveEvents(log) };
  const work = createWork(base, parts, secrets.sessionSecret);
  const isPlayground = network.simulator !== null && isLoopback(config.host);
  warnOfOpenDialects(config, isPlayground, log);
  const app = createApi({
    ...parts,
    access: { operatorKey: secrets.operatorKey, isPlayground },
    outboundCall: {
      isOpen: config.openDialects.includes('outbound-call'),
      from: config.phoneNumber,
      assistant: { ...defaultAssistant, ...base.overrides.assistant },
      publicUrl,
      instructionsPath: paths.instructions,
      placeCall: work.place,
      isReady: () => !work.isDraining(),
    },
    whyNotReady: async () => {
      if (work.isDraining()) return 'the server is stopping';
      return (await store.isReachable()) ? null : 'the database is not reachable';
    },
    serverFactory: bound.serverFactory,
  });
  mountWebhooks(app, { carrier: network.carrier, log, hear: work.hear });
  const sockets = mountSockets(bound.http, { carrier: network.carrier, log, relayPath, admit: work.admit });
  await app.ready();
  await work.sweeper.start();
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  const url = `http://${isLoopback(config.host) ? 'localhost' : host}:${bound.port}`;
  const { operatorKeyFile } = secrets;
  const carrierName = network.simulator ? 'simulated' : 'twilio';
  log.info({ url, publicUrl, carrier: carrierName, operatorKeyFile }, 'server is ready');
  return {
    url,
    operatorKey: secrets.operatorKey,
    operatorKeyFile: secrets.operatorKeyFile,
    store,
    simulator: network.simulator,
    drain: work.drain,
    stop: onlyOnce(async () => {
      await work.stop();
      sockets.close();
      await app.close();
      for (const close of closers.reverse()) await close();
    }),
  };
}

function onlyOnce(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  return () => {
    running ??= work();
    return running;
  };
}

function openConfiguredStore({ config, overrides, clock, random, log }: Foundation): Promise<Store> {
  const parts = { clock, random, log };
  if (config.databaseUrl !== null) return openStore({ kind: 'postgres', url: config.databaseUrl }, parts);
  const template = overrides.storeTemplate;
  return openStore({ kind: 'embedded', dataDir: config.dataDir, ...(template ? { template } : {}) }, parts);
}

/** Twilio, or the simulated network that speaks its protocol, behind the very same provider. */
async function openCarrier(base: Foundation, publicUrl: string) {
  const { config, overrides, clock, random, log } = base;
  const fetch = overrides.fetch ?? globalThis.fetch;
  const create = (account: {
    accountSid: string;
    authToken: string;
    apiBaseUrl: string;
    secondaryAuthToken?: string;
  }) => createTwilioCarrier({ ...account, publicUrl, fetch, clock, log, paths });
  if (config.twilio) {
    const { secondaryAuthToken, ...account } = config.twilio;
    const carrier = create({ ...account, ...(secondaryAuthToken ? { secondaryAuthToken } : {}) });
    return { carrier, simulator: null, close: async () => {} };
  }
  const sid = newSid('AC', random);
  const authToken = Buffer.from(random.bytes(16)).toString('hex');
  const simulator = createSimulator({
    clock,
    random,
    log,
    account: { sid, authToken, numbers: [config.phoneNumber] },
    callsPerSecond: Number.POSITIVE_INFINITY,
    ...overrides.simulator,
  });
  const { url } = await simulator.start();
  return { carrier: create({ accountSid: sid, authToken, apiBaseUrl: url }), simulator, close: () => simulator.stop() };
}

/** Everything that goes on in calls, and how it comes to rest. */
function createWork(base: Foundation, parts: CallParts, sessionSecret: Uint8Array) {
  const { config, overrides, clock, log } = base;
  const { store } = parts;
  const runner = createCallRunner(parts);
  const conversations = createConversations(clock);
  const tokens = createSessionTokens(sessionSecret);
  const held = new Set<Promise<void>>();
  const sweeper = createSweeper({ ...parts, runner });
  const instructions = { db: store.db, clock, tokens, relayPath, afterPath: paths.after };
  const pace = {
    account: config.twilio?.accountSid ?? 'simulated',
    callsPerSecond: config.callsPerSecond,
    maxConcurrentCalls: config.maxConcurrentCalls,
  };
  const model = overrides.languageModel ?? createLanguageModel(base);
  const policy = { ...defaultTurnPolicy, ...overrides.policy };
  const talk = { ...parts, runner, conversations, model, policy };
  let draining = false;
  return {
    sweeper,
    isDraining: () => draining,
    place: (request: Parameters<typeof placeCall>[1]) => placeCall({ ...parts, runner, pace }, request),
    hear: (event: Parameters<typeof hearCarrier>[1]) =>
      hearCarrier({ ...parts, runner, conversations, instructions }, event),
    admit: async (claim: { callId: string; token: string }) => {
      const session = await openSession({ db: store.db, clock, tokens }, claim);
      if (!session) return null;
      return (socket: Parameters<typeof holdRelayConversation>[1]['socket']) => {
        const holding = holdRelayConversation(talk, { ...session, socket }).catch((error: unknown) => {
          log.error({ callId: session.call.id, reason: String(error) }, 'conversation failed');
          socket.close(1011, 'server fault');
        });
        held.add(holding);
        void holding.then(() => held.delete(holding));
      };
    },
    drain: async (longestMs: number) => {
      draining = true;
      const patience = new AbortController();
      await Promise.race([noCallsLeft(parts, patience.signal), waitFor(clock, longestMs, patience.signal)]);
      patience.abort();
    },
    stop: async () => {
      draining = true;
      for (const conversation of conversations.all()) {
        conversation.end({ reason: 'server_stopped', by: 'server' }, farewell);
      }
      await Promise.race([settle(held), waitFor(clock, farewellMs)]);
      await sweeper.stop();
      await runner.idle();
    },
  };
}

const drainLookMs = 250;

/** Resolves when no call is under way any more: not talking, not ringing, not being placed. */
async function noCallsLeft({ store, clock }: CallParts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (await countUnfinishedCalls(store.db)) > 0) await waitFor(clock, drainLookMs, signal);
}

async function settle(work: ReadonlySet<Promise<void>>): Promise<void> {
  while (work.size > 0) await Promise.all(work);
}

function createLanguageModel({ config, overrides, clock, log }: Foundation): LanguageModel {
  if (!config.languageModel) return createScriptedAssistant({ clock });
  return createOpenAiLanguageModel({ ...config.languageModel, fetch: overrides.fetch ?? globalThis.fetch, clock, log });
}

function warnOfOpenDialects(config: Config, isPlayground: boolean, log: Logger): void {
  if (config.openDialects.length === 0 || isPlayground) return;
  log.warn({ openDialects: config.openDialects }, 'anyone who reaches this server can place calls through these forms');
}
