/** The server is killed with SIGKILL in the middle of calls and started again: nothing said is lost, every call ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallWithTurns, EventResource } from '../../src/api/contract/calls.ts';
import { createFastClock, systemClock, waitFor } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { watchEvents } from '../../src/cli/watch-events.ts';
import { createSimulator, type Simulator } from '../../src/simulator/create-simulator.ts';
import { parsePerson } from '../../src/simulator/person/parse-person.ts';
import { newSid } from '../../src/simulator/wire-values.ts';

interface Process {
  url: string;
  child: ChildProcess;
  kill(): Promise<void>;
}

let dataDir: string;
let running: Process | null = null;
const key = () => import('node:fs/promises').then((fs) => fs.readFile(join(dataDir, 'secrets/operator-key'), 'utf8'));

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'callwright-killed-'));
});
afterEach(async () => {
  await running?.kill();
  running = null;
  rmSync(dataDir, { recursive: true, force: true });
});

/** Starts `callwright start` as its own process and waits for its line that it is ready. */
async function startProcess(settings: Record<string, string>): Promise<Process> {
  const child = spawn(process.execPath, ['bin/callwright.mjs', 'start'], {
    env: { PATH: process.env.PATH, PORT: '0', DATA_DIR: dataDir, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    const entry = JSON.parse(line) as { msg: string; url: string };
    if (entry.msg !== 'server is ready') continue;
    child.stdout?.resume();
    const kill = async () => {
      child.kill('SIGKILL');
      await ended;
    };
    running = { url: entry.url, child, kill };
    return running;
  }
  throw new Error('the server ended before it was ready');
}

async function read<T>(url: string, path: string): Promise<T> {
  const headers = { authorization: `Bearer ${await key()}` };
  return (await (await fetch(`${url}${path}`, { headers })).json()) as T;
}

async function untilOver(url: string, sid: string): Promise<CallWithTurns> {
  for (;;) {
    const call = await read<CallWithTurns>(url, `/v1/calls/${sid}`);
    if (call.state === 'ended') return call;
    await waitFor(systemClock, 50);
  }
}

async function dial(url: string, to: string): Promise<string> {
  const response = await fetch(`${url}/api/outbound-call`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await key()}` },
    body: JSON.stringify({ to, customParameters: { customerName: 'Sarah Johnson', amount: '$250.00' } }),
  });
  const answer = (await response.json()) as { callSid: string };
  return answer.callSid;
}

/** Resolves with the events so far once as many turns were completed. */
function turnsSpoken(url: string, count: number): Promise<EventResource[]> {
  const events: EventResource[] = [];
  const leaving = new AbortController();
  return new Promise((resolve) => {
    void watchEvents(url, leaving.signal, (event) => {
      events.push(event);
      if (events.filter((each) => each.type === 'turn.completed').length < count) return;
      leaving.abort();
      resolve(events);
    });
  });
}

const patient =
  'answers after 1s\nlistens\nsays "Who is this?"\nlistens\nsays "How much is it?"\nlistens\nstays silent';

function expectNothingLost(call: CallWithTurns, before: EventResource[]): void {
  const told = before.flatMap((event) =>
    event.type === 'turn.completed' ? [event.data as { index: number; text: string }] : [],
  );
  expect(told.length).toBeGreaterThan(0);
  for (const { index, text } of told) expect(call.turns[index]?.text).toBe(text);
  expect(call.turns.every((turn) => turn.ended_at !== null)).toBe(true);
}

describe('SIGKILL while they talk', () => {
  it('with the phone network inside the server: the call is closed and every line is there', async () => {
    const first = await startProcess({});
    const spoken = turnsSpoken(first.url, 1);
    const sid = await dial(first.url, '+14155550101');
    const before = await spoken;
    await first.kill();
    const second = await startProcess({});
    const call = await untilOver(second.url, sid);
    expect(call).toMatchObject({ status: 'completed', ended_reason: 'carrier_lost' });
    expectNothingLost(call, before);
  });

  describe('with the phone network outside', () => {
    let network: Simulator;
    let account: Record<string, string>;

    beforeEach(async () => {
      const sid = newSid('AC', systemRandom);
      const authToken = 'a-token-for-this-test-only';
      network = createSimulator({
        clock: createFastClock(20),
        random: systemRandom,
        log: silentLogger,
        account: { sid, authToken, numbers: ['+15005550006'] },
        callsPerSecond: Number.POSITIVE_INFINITY,
      });
      const { url } = await network.start();
      account = {
        TWILIO_ACCOUNT_SID: sid,
        TWILIO_AUTH_TOKEN: authToken,
        TWILIO_PHONE_NUMBER: '+15005550006',
        TWILIO_API_BASE_URL: url,
        OPEN_DIALECTS: 'outbound-call',
      };
    });
    afterEach(() => network.stop());

    it('the person hears the end, the carrier is asked, and the record says why', async () => {
      const number = '+14155550131';
      network.setPerson(number, parsePerson('patient', patient));
      const first = await startProcess(account);
      const sid = await dial(first.url, number);
      const ringing = network.whenCallEnds(sid);
      await firstHeard(network, sid);
      await first.kill();
      const truth = await ringing;
      expect(truth.status).toBe('completed');
      const second = await startProcess(account);
      const call = await untilOver(second.url, sid);
      expect(call).toMatchObject({ status: 'completed', ended_reason: 'server_lost', fault: 'server' });
      const said = call.turns.map((turn) => turn.text).join(' ');
      const ours = truth.heard.filter((utterance) => utterance.source === 'relay');
      expect(ours.length).toBeGreaterThan(0);
      for (const utterance of ours) expect(said).toContain(utterance.text.trim().split(' ').slice(0, 3).join(' '));
      expect(network.calls()).toHaveLength(1);
    });
  });
});

/** Resolves when the person has heard the first utterance and the second has begun. */
function firstHeard(network: Simulator, sid: string): Promise<void> {
  return new Promise((resolve) => {
    const stop = network.onEvent((event) => {
      if (event.callSid !== sid || event.type !== 'said') return;
      stop();
      resolve();
    });
  });
}
