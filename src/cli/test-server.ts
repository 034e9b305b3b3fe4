/** A server for test calls: the real one, with a database that is thrown away and the simulated phone network. */
import type { CallWithTurns, EventResource } from '../api/contract/calls.ts';
import type { Engine } from '../assistant/assistant.ts';
import { createFastClock, systemClock } from '../base/clock.ts';
import { CallwrightError } from '../base/errors.ts';
import { createLogger } from '../base/log.ts';
import type { Config } from '../config/read-config.ts';
import type { LanguageModel } from '../ports/language-model.ts';
import type { ServerUnderTest } from '../suite/run-suite.ts';
import { createLanguageModel } from '../wiring/create-work.ts';
import { createCallwright } from '../wiring.ts';
import { createTestNumber, type TestNumberParts } from './test-number.ts';
import { watchEvents } from './watch-events.ts';

export interface TestServer {
  server: ServerUnderTest;
  /** The configured one; null: the scripted assistant speaks, and nobody can play a persona. */
  model: LanguageModel | null;
  /** How fast the calls go and who thinks, in words. */
  pace: string;
  stop(): Promise<void>;
}

/** How much faster than life: what an idle machine and a busy one both keep up with. */
const speedOfWords = 4;
const speedOfSound = 2;

/** No phone is rung, nobody is billed but the vendor of the language model, and nobody else can reach it. */
const toTestConfig = (config: Config): Config => ({
  ...config,
  ...{ port: 0, host: '127.0.0.1', publicUrl: null, databaseUrl: null, twilio: null, admin: null, s3: null },
  // Simulated vendors carry the words in the sound, so that people hear exactly what was said.
  speech: { deepgram: null, elevenLabs: null, cartesia: null, openAi: null },
  telemetry: { metrics: false, otlpEndpoint: null },
  ...{ callsPerSecond: 1000, maxConcurrentCalls: 1000, requestsPerMinute: 1_000_000, recordCalls: false },
  ...{ callsPerNumberPerDay: null, callsPerNumberPerWeek: null, callsPerBlockPerHour: null },
  ...{ allowedCountries: null, requiredConsents: [] },
});

/** What decides how fast the calls may go. */
export interface CallsToCome {
  /** Undefined is the usual one. */
  engines: readonly (Engine | undefined)[];
  speed?: number | undefined;
}

function speedOf({ engines, speed }: CallsToCome, model: LanguageModel | null): number {
  if (speed !== undefined) return speed;
  // A model thinks as long as it thinks: faster than life its pauses would be longer than life.
  if (model !== null) return 1;
  return engines.every((engine) => engine === 'relay') ? speedOfWords : speedOfSound;
}

export async function openTestServer(given: Config, calls: CallsToCome): Promise<TestServer> {
  const config = toTestConfig(given);
  const log = createLogger({ level: 'warn', logPii: false, pretty: true, destination: process.stderr });
  const model = config.languageModel ? createLanguageModel({ config, overrides: {}, clock: systemClock, log }) : null;
  const speed = speedOf(calls, model);
  const clock = createFastClock(speed);
  const callwright = await createCallwright(config, {
    ...{ clock, log, simulator: { clock, firstRingMs: 300 } },
    // Sound comes as much faster as time passes.
    socketLimits: { framesPerSecond: 100 * speed, burstFrames: 1000 * speed },
  });
  const { url, operatorKey, simulator } = callwright;
  if (!simulator) throw new Error('the phone network is not simulated');
  const told = createBulletin();
  const watching = new AbortController();
  await watchEvents(url, watching.signal, told.post);
  const pace = speed === 1 ? 'as fast as life' : `${speed} times as fast as life`;
  const { findCall, ask, ...asked } = askServer(url, operatorKey);
  const whenTaken = (sid: string) => told.when('call.ringing', sid);
  const { callIn } = createTestNumber({ number: config.phoneNumber, simulator, ask, findCall, whenTaken });
  return {
    server: { ...asked, callIn, whenTold: told.when, setPerson: simulator.setPerson },
    model,
    pace: `${pace}, by ${model?.name ?? 'the scripted assistant'}`,
    async stop() {
      watching.abort();
      await callwright.stop();
    },
  };
}

function askServer(
  url: string,
  key: string,
): Pick<ServerUnderTest, 'post' | 'call'> & Pick<TestNumberParts, 'ask' | 'findCall'> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const ask: TestNumberParts['ask'] = async (method, path, body) => {
    const answer = await fetch(url + path, { method, headers, body: JSON.stringify(body) });
    const got = (await answer.json()) as { id: string; detail?: string };
    if (answer.ok) return got;
    throw new CallwrightError('suite/refused', `${method} ${path} was refused: ${got.detail ?? answer.status}`);
  };
  const askCall = (id: string) => fetch(`${url}/v1/calls/${id}`, { headers });
  return {
    ask,
    post: (path, body) => ask('POST', path, body),
    call: async (id) => (await (await askCall(id)).json()) as CallWithTurns,
    async findCall(sid) {
      const answer = await askCall(sid);
      return answer.ok ? ((await answer.json()) as CallWithTurns).id : null;
    },
  };
}

/** What was told of which call, for those who come to wait before or after. */
function createBulletin() {
  const notices = new Map<string, PromiseWithResolvers<void>>();
  const noticeOf = (type: string, callId: string) => {
    const key = `${type} ${callId}`;
    const notice = notices.get(key) ?? Promise.withResolvers<void>();
    notices.set(key, notice);
    return notice;
  };
  return {
    post: ({ type, call_id: callId, data }: EventResource) => {
      if (callId !== null) noticeOf(type, callId).resolve();
      // Whoever lets a person call in knows the call only by the carrier's name for it.
      if (typeof data.carrier_sid === 'string') noticeOf(type, data.carrier_sid).resolve();
    },
    when: (type: string, callId: string) => noticeOf(type, callId).promise,
  };
}
