/** A whole server of its own for a test: embedded store, simulated phone network in quick time, real HTTP. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { inject } from 'vitest';
import type { CallWithTurns, EventResource } from '../../src/api/contract/calls.ts';
import { createFastClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import { noLineRules } from '../../src/call/line-rules/line-rules.ts';
import { type Config, readConfig } from '../../src/config/read-config.ts';
import type { Simulator } from '../../src/simulator/create-simulator.ts';
import { parsePerson } from '../../src/simulator/person/parse-person.ts';
import { type Callwright, createCallwright, type Overrides } from '../../src/wiring.ts';

export interface RunningServer {
  callwright: Callwright;
  url: string;
  simulator: Simulator;
  dataDir: string;
  /** Sends JSON; `headers` may override the content type. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  get<T>(path: string): Promise<T>;
  /** Gives a number a person by their script. */
  person(number: string, script: string): void;
  /** Places a call by `POST /api/outbound-call` and gives its SID. */
  dial(to: string, customParameters?: Record<string, unknown>): Promise<string>;
  /** The call once it is over. */
  whenOver(sid: string): Promise<CallWithTurns>;
  /** Events of a call from its beginning until `isLast` says so. */
  eventsUntil(sid: string, isLast: (event: EventResource) => boolean): Promise<EventResource[]>;
  stop(): Promise<void>;
}

export interface ServerOptions {
  config?: Partial<Config>;
  overrides?: Overrides;
  /** Kept when given, else made and removed. */
  dataDir?: string;
  /** How much faster than life people ring, speak and wait. */
  speed?: number;
}

export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'callwright-journey-'));
  const speed = options.speed ?? 20;
  const config: Config = {
    ...readConfig({ PORT: '0', DATA_DIR: dataDir, CALLS_PER_SECOND: '1000' }),
    ...options.config,
  };
  const callwright = await createCallwright(config, {
    log: silentLogger,
    // What must be said where is tested where it is meant.
    lineRules: noLineRules,
    storeTemplate: inject('migratedTemplate'),
    costsCountedAfterMs: 200,
    // Sound comes as much faster as time passes.
    socketLimits: { framesPerSecond: 100 * speed, burstFrames: 1000 * speed },
    ...options.overrides,
    simulator: { clock: createFastClock(speed), ...options.overrides?.simulator },
  });
  const { url, simulator } = callwright;
  if (!simulator) throw new Error('a journey needs the simulated phone network');
  const post: RunningServer['post'] = (path, body, headers = {}) =>
    fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const get = async <T>(path: string) => (await (await fetch(`${url}${path}`)).json()) as T;
  const eventsUntil: RunningServer['eventsUntil'] = async (sid, isLast) => {
    const leaving = new AbortController();
    const response = await fetch(`${url}/v1/calls/${sid}/live`, { signal: leaving.signal });
    if (!response.ok || !response.body) throw new Error(`no live events of ${sid}: ${response.status}`);
    const events: EventResource[] = [];
    const messages = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
    for await (const message of messages) {
      const event = JSON.parse(message.data) as EventResource;
      events.push(event);
      if (isLast(event)) break;
    }
    leaving.abort();
    return events;
  };
  return {
    callwright,
    url,
    simulator,
    dataDir,
    post,
    get,
    eventsUntil,
    person: (number, script) => simulator.setPerson(number, parsePerson('someone', script)),
    async dial(to, customParameters) {
      const response = await post('/api/outbound-call', { to, ...(customParameters ? { customParameters } : {}) });
      const answer = (await response.json()) as { callSid?: string };
      if (!answer.callSid) throw new Error(`not placed: ${response.status} ${JSON.stringify(answer)}`);
      return answer.callSid;
    },
    async whenOver(sid) {
      await eventsUntil(sid, (event) => event.type === 'call.ended');
      return get<CallWithTurns>(`/v1/calls/${sid}`);
    },
    async stop() {
      await callwright.stop();
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
