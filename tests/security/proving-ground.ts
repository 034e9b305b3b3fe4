/** A whole server on a carrier account whose token is known here, on a clock that can be stopped: nothing moves by itself then. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { createScriptedAssistant } from '../../src/assistant/scripted-assistant/scripted-assistant.ts';
import { createFakeClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { type Config, readConfig } from '../../src/config/read-config.ts';
import { signRequest } from '../../src/providers/twilio/signature.ts';
import { createSimulator, type Simulator } from '../../src/simulator/create-simulator.ts';
import { createSketchVoice } from '../../src/simulator/voices/sketch-voice.ts';
import type { Db } from '../../src/store/schema.ts';
import { openSimulatedSpeech } from '../../src/wiring/open-simulated-speech.ts';
import { type Callwright, createCallwright, type Overrides } from '../../src/wiring.ts';
import { createSender, type Sender } from './proof.ts';

export const authToken = '0123456789abcdef0123456789abcdef';
export const accountSid = `AC${'5'.repeat(32)}`;

export type Fields = readonly (readonly [name: string, value: string])[];

export interface ProvingGround {
  callwright: Callwright;
  db: Db;
  url: string;
  simulator: Simulator;
  sender: Sender;
  dataDir: string;
  /** The headers of the operator. */
  key: { authorization: string };
  /** What the carrier would sign an address below our public URL and these fields with. */
  sign(path: string, fields?: Fields, token?: string): string;
  /** From now on time stands still for the server. */
  stopTime(): Promise<void>;
  /** Time jumps, and then goes on. */
  letPass(ms: number): Promise<void>;
  /** It goes on, ten times as fast. */
  startTime(): void;
  stop(): Promise<void>;
}

const tickMs = 5;

export async function openProvingGround(options: {
  storeTemplate?: string | undefined;
  config?: Partial<Config>;
  overrides?: Overrides;
  /** That the account has besides the configured one. */
  numbers?: readonly string[];
}): Promise<ProvingGround> {
  const dataDir = mkdtempSync(join(tmpdir(), 'callwright-security-'));
  const base = readConfig({ PORT: '0', DATA_DIR: dataDir, CALLS_PER_SECOND: '1000', MAX_CONCURRENT_CALLS: '5000' });
  const clock = createFakeClock(Date.now());
  // The phone network never moves by itself: what it would send is sent from here.
  const simulator = createSimulator({
    clock: createFakeClock(),
    random: systemRandom,
    log: silentLogger,
    account: { sid: accountSid, authToken, numbers: [base.phoneNumber, ...(options.numbers ?? [])] },
    callsPerSecond: Number.POSITIVE_INFINITY,
  });
  const { url: apiBaseUrl } = await simulator.start();
  const speech = await openSimulatedSpeech(
    { clock, random: systemRandom, overrides: {} },
    { model: createScriptedAssistant({ clock }), synthesize: createSketchVoice() },
  );
  const tick = (byMs: number) => setInterval(() => clock.advance(byMs), tickMs);
  let ticking = tick(tickMs);
  const twilio = { accountSid, authToken, secondaryAuthToken: null, apiBaseUrl };
  const callwright = await createCallwright(
    { ...base, twilio, speech: speech.config, ...options.config },
    {
      clock,
      log: silentLogger,
      ...(options.storeTemplate === undefined ? {} : { storeTemplate: options.storeTemplate }),
      ...options.overrides,
    },
  );
  const { url } = callwright;
  const sender = createSender(url);
  return {
    callwright,
    db: callwright.store.db,
    url,
    simulator,
    sender,
    dataDir,
    key: { authorization: `Bearer ${callwright.operatorKey}` },
    sign: (path, fields = [], token = authToken) => signAddress(token, `${url}${path}`, fields),
    async stopTime() {
      clearInterval(ticking);
      await whenStill(callwright.store.db);
    },
    async letPass(ms) {
      clearInterval(ticking);
      clock.advance(ms);
      await whenStill(callwright.store.db);
      ticking = tick(tickMs);
    },
    startTime() {
      clearInterval(ticking);
      ticking = tick(10 * tickMs);
    },
    async stop() {
      clearInterval(ticking);
      // Who waits for something to end waits no longer.
      ticking = tick(60_000);
      sender.close();
      await callwright.stop();
      await simulator.stop();
      await speech.stop();
      clearInterval(ticking);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export function signAddress(token: string, address: string, fields: Fields): string {
  const form = new Map<string, Set<string>>();
  for (const [name, value] of fields) form.set(name, (form.get(name) ?? new Set()).add(value));
  return signRequest(token, address, form);
}

/** The fingerprint of every table's rows, by its name. */
export async function fingerprintOf(db: Db): Promise<Map<string, string>> {
  const tables = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = 'public' order by 1`.execute(db);
  if (tables.rows.length < 15) throw new Error('these are not the tables of the product');
  const prints = new Map<string, string>();
  for (const { name } of tables.rows) {
    const { rows } = await sql<{ row: string }>`
      select to_jsonb(t)::text as row from ${sql.table(name)} t order by 1`.execute(db);
    prints.set(
      name,
      `${rows.length}:${createHash('sha256')
        .update(rows.map(({ row }) => row).join('\n'))
        .digest('hex')}`,
    );
  }
  return prints;
}

/** The tables whose rows differ. */
export function changedTables(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  return [...after.keys()].filter((name) => before.get(name) !== after.get(name));
}

/** Waits until what was begun is written. */
async function whenStill(db: Db): Promise<void> {
  let still = 0;
  for (let before = await fingerprintOf(db); still < 5; ) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const after = await fingerprintOf(db);
    still = changedTables(before, after).length === 0 ? still + 1 : 0;
    before = after;
  }
}
