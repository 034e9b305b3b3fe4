/** The only file that knows every part: turns a configuration into a running server. */
import { join } from 'node:path';
import { createApi } from './api/create-api.ts';
import { countUnderWay, type UnderWay } from './api/under-way.ts';
import { defaultAssistant } from './assistant/assistant.ts';
import { createMcpCatalogue } from './assistant/tools/mcp/mcp-catalogue.ts';
import { createToolSecrets } from './assistant/tools/tool-secrets.ts';
import { type Clock, systemClock, waitFor } from './base/clock.ts';
import { createLogger, type Logger } from './base/log.ts';
import { systemRandom } from './base/random.ts';
import { createConversations } from './call/converse/conversation.ts';
import type { CallParts } from './call/run-call.ts';
import { type Config, isLoopback } from './config/read-config.ts';
import { openSecrets } from './config/secrets.ts';
import { bindServer, mountWebhooks } from './server.ts';
import type { Simulator } from './simulator/create-simulator.ts';
import type { SpeechVendors as SimulatedVendors } from './simulator/vendors/create-speech-vendors.ts';
import { defaultSocketLimits } from './socket-limits.ts';
import { mountSockets } from './sockets.ts';
import type { Store } from './store/open-store.ts';
import { listAnsweredNumbers } from './store/phone-numbers.ts';
import { createTelemetry } from './telemetry/create-telemetry.ts';
import { createWork } from './wiring/create-work.ts';
import { findHealth, type HealthParts } from './wiring/find-health.ts';
import { type Foundation, type Overrides, paths } from './wiring/foundation.ts';
import { openAccounts } from './wiring/open-accounts.ts';
import { openBlobs } from './wiring/open-blobs.ts';
import { openNetwork } from './wiring/open-network.ts';
import { openNode } from './wiring/open-node.ts';
import { openNotify } from './wiring/open-notify.ts';
import { openOwnSockets } from './wiring/open-own-sockets.ts';
import { readPlaceRules } from './wiring/read-place-rules.ts';
import { toCallRules } from './wiring/to-call-rules.ts';

export type { Overrides } from './wiring/foundation.ts';

export interface Callwright {
  url: string;
  operatorKey: string;
  operatorKeyFile: string;
  /** Good once, for `POST /auth/setup`; null when there is an administrator. */
  setupCode: string | null;
  store: Store;
  /** The simulated phone network, when no account is configured. */
  simulator: Simulator | null;
  /** The simulated vendors of speech, where there are any. */
  vendors: SimulatedVendors | null;
  /** Takes no new calls from now on, and waits until none is left, at most so long. */
  drain(longestMs: number): Promise<void>;
  /** Says goodbye on every live call and stops; harmless when called twice. */
  stop(): Promise<void>;
}

/** How long the last answers may take when the server stops. */
const answersMs = 10_000;

/** Where the browser app is built. */
const builtDashboard = join(import.meta.dirname, '../dashboard/dist');

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
  const { config, clock, log } = base;
  // A mistake in it stops the start before anything is touched.
  const places = readPlaceRules(config.dialRulesFile);
  const bound = await bindServer(config);
  closers.push(bound.close);
  const publicUrl = config.publicUrl ?? `http://localhost:${bound.port}`;
  const node = await openNode(base);
  closers.push(node.close);
  const { store, newId, live } = node;
  const secrets = await openSecrets(config.dataDir);
  const network = await openNetwork(base, publicUrl);
  closers.push(network.close);
  const accounts = await openAccounts({ ...base, store, newId }, secrets.operatorKey);
  const { carrier } = network;
  const rules = { ...toCallRules(base, network, { newId, places }), nodeId: node.nodeId };
  const parts: CallParts = { ...{ store, carrier, clock, random: base.random, newId, log, live }, ...rules };
  const notify = openNotify(base, parts);
  closers.push(notify.stop);
  const blobs = openBlobs(base);
  const conversations = createConversations(clock);
  const liveCalls = () => conversations.all().length;
  const telemetry = await createTelemetry({ ...config.telemetry, live: node.ownEvents, liveCalls });
  closers.push(telemetry.stop);
  const toolRequests = openToolRequests(base, notify, secrets);
  const outside = { sessionSecret: secrets.sessionSecret, blobs, telemetry, conversations, toolRequests };
  const work = createWork(base, parts, { ...outside, speech: network.speech, model: network.model });
  const isSandbox = network.simulator !== null && isLoopback(config.host);
  const access = openAccess(base, accounts, isSandbox);
  const app = createApi({
    ...parts,
    ...{ ...notify, blobs, access, ...toolRequests },
    accounts: accounts.parts,
    ...work.control,
    metricsText: telemetry.metricsText,
    requestsPerMinute: config.requestsPerMinute,
    currency: config.spend.currency,
    ...{ isSandbox, trustProxy: config.trustProxy, dashboardFolder: base.overrides.dashboardFolder ?? builtDashboard },
    dialects: {
      openDialects: config.openDialects,
      from: config.phoneNumber,
      assistant: { ...defaultAssistant, ...base.overrides.assistant },
      publicUrl,
      paths,
      placeCall: work.place,
      isReady: () => !work.isDraining(),
    },
    findHealth: healthOf({ ...base, store, network, publicUrl }),
    whyNotReady: () => whyNotReady(store, work.isDraining()),
    serverFactory: bound.serverFactory,
  });
  const underWay = countUnderWay(app);
  mountWebhooks(app, { carrier, log, hear: work.hear });
  const sockets = mountSockets(bound.http, {
    ...{ carrier, clock, log, routes: work.socketRoutes },
    own: openOwnSockets(base, { access, network, listening: { ...parts, conversations } }),
    limits: { ...defaultSocketLimits, maxOpen: 2 * parts.maxCallsOnLines + 100, ...base.overrides.socketLimits },
  });
  await app.ready();
  await work.start();
  notify.webhooks.start();
  const url = toOwnUrl(config.host, bound.port);
  const { operatorKey, operatorKeyFile } = secrets;
  const carrierKind = network.simulator ? 'simulated' : 'twilio';
  log.info({ url, nodeId: node.nodeId, publicUrl, carrier: carrierKind, operatorKeyFile }, 'server is ready');
  return {
    ...{ url, operatorKey, operatorKeyFile, store, setupCode: accounts.setupCode },
    ...{ simulator: network.simulator, vendors: network.vendors },
    drain: work.drain,
    stop: onlyOnce(async () => {
      await work.stop();
      sockets.close();
      await app.close();
      await finishRequests(underWay, clock);
      for (const close of closers.reverse()) await close();
    }),
  };
}

const healthOf = (parts: Omit<HealthParts, 'answeredNumbers'> & { store: Store }) => () =>
  findHealth({ ...parts, answeredNumbers: (limit) => listAnsweredNumbers(parts.store.db, limit) });

/** One that is broken off would leave its idempotency key without an answer. */
async function finishRequests(underWay: UnderWay, clock: Clock): Promise<void> {
  const patience = new AbortController();
  await Promise.race([underWay.finished(), waitFor(clock, answersMs, patience.signal)]);
  patience.abort();
}

function openToolRequests(
  { clock }: Foundation,
  { guardedFetch }: ReturnType<typeof openNotify>,
  { sessionSecret }: { sessionSecret: Uint8Array },
) {
  const mcpCatalogue = createMcpCatalogue({ guardedFetch, clock });
  return { guardedFetch, secretOf: createToolSecrets(sessionSecret), mcpCatalogue };
}

async function whyNotReady(store: Store, isDraining: boolean): Promise<string | null> {
  if (isDraining) return 'the server is stopping';
  return (await store.isReachable()) ? null : 'the database is not reachable';
}

function openAccess(
  { config, log }: Foundation,
  accounts: Awaited<ReturnType<typeof openAccounts>>,
  isSandbox: boolean,
) {
  const { identify, hasAdministrator } = accounts;
  warnOfOpenDialects(config, isSandbox, log);
  return { identify, isPlayground: async () => isSandbox && !(await hasAdministrator()) };
}

function onlyOnce(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  return () => {
    running ??= work();
    return running;
  };
}

function toOwnUrl(host: string, port: number): string {
  if (isLoopback(host)) return `http://localhost:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function warnOfOpenDialects(config: Config, isPlayground: boolean, log: Logger): void {
  if (config.openDialects.length === 0 || isPlayground) return;
  log.warn({ openDialects: config.openDialects }, 'anyone who reaches this server can place calls through these forms');
}
