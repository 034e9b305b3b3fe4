/** A server on a carrier account whose token the test knows, so that it can sign what the carrier would send. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { createScriptedAssistant } from '../../src/assistant/scripted-assistant/scripted-assistant.ts';
import { createFastClock, systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { noLineRules } from '../../src/call/line-rules/line-rules.ts';
import { type Config, readConfig } from '../../src/config/read-config.ts';
import { signRequest } from '../../src/providers/twilio/signature.ts';
import { createSimulator, type Simulator } from '../../src/simulator/create-simulator.ts';
import { createSketchVoice } from '../../src/simulator/voices/sketch-voice.ts';
import { openSimulatedSpeech } from '../../src/wiring/open-simulated-speech.ts';
import { type Callwright, createCallwright, type Overrides } from '../../src/wiring.ts';

export interface ServerWithAccount {
  callwright: Callwright;
  url: string;
  simulator: Simulator;
  /** The headers of the operator. */
  key: { authorization: string };
  /** The signature of a webhook with these fields, or of a socket (path only) as the carrier would make it. */
  sign(path: string, fields?: Record<string, string>): string;
  /** Sends a webhook as the carrier would; `headers` may spoil it. */
  webhook(path: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<Response>;
  dial(to: string): Promise<string>;
  stop(): Promise<void>;
}

const authToken = '0123456789abcdef0123456789abcdef';
const accountSid = `AC${'5'.repeat(32)}`;

export async function startWithAccount(
  changes: { config?: Partial<Config>; overrides?: Overrides; speed?: number } = {},
): Promise<ServerWithAccount> {
  const speed = changes.speed ?? 20;
  const dataDir = mkdtempSync(join(tmpdir(), 'callwright-account-'));
  const base = readConfig({ PORT: '0', DATA_DIR: dataDir, CALLS_PER_SECOND: '1000' });
  const simulator = createSimulator({
    clock: createFastClock(speed),
    random: systemRandom,
    log: silentLogger,
    account: { sid: accountSid, authToken, numbers: [base.phoneNumber] },
    callsPerSecond: Number.POSITIVE_INFINITY,
  });
  const { url: apiBaseUrl } = await simulator.start();
  // Vendors of speech that have keys, as far as the server can tell.
  const speech = await openSimulatedSpeech(
    { clock: systemClock, random: systemRandom, overrides: {} },
    { model: createScriptedAssistant({ clock: systemClock }), synthesize: createSketchVoice() },
  );
  const twilio = { accountSid, authToken, secondaryAuthToken: null, apiBaseUrl };
  const callwright = await createCallwright(
    { ...base, twilio, speech: speech.config, ...changes.config },
    {
      log: silentLogger,
      // What must be said where is tested where it is meant.
      lineRules: noLineRules,
      storeTemplate: inject('migratedTemplate'),
      // Sound comes as much faster as time passes.
      socketLimits: { framesPerSecond: 100 * speed, burstFrames: 1000 * speed },
      ...changes.overrides,
    },
  );
  const { url } = callwright;
  const sign = (path: string, fields: Record<string, string> = {}) =>
    signRequest(
      authToken,
      `${url}${path}`,
      new Map(Object.entries(fields).map(([name, value]) => [name, new Set([value])])),
    );
  const key = { authorization: `Bearer ${callwright.operatorKey}` };
  return {
    callwright,
    url,
    simulator,
    key,
    sign,
    webhook: (path, fields, headers = {}) =>
      fetch(`${url}${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'x-twilio-signature': sign(path, fields),
          ...headers,
        },
        body: new URLSearchParams(fields).toString(),
      }),
    async dial(to) {
      const response = await fetch(`${url}/api/outbound-call`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...key },
        body: JSON.stringify({ to }),
      });
      const answer = (await response.json()) as { callSid?: string };
      if (!answer.callSid) throw new Error(`not placed: ${JSON.stringify(answer)}`);
      return answer.callSid;
    },
    async stop() {
      await callwright.stop();
      await simulator.stop();
      await speech.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
