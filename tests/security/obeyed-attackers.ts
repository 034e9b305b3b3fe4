/**
 * Proof: a model that does whatever an attacker on the line tells it acts on nothing but this call, its client and the
 * person on the line. Whole calls, over sockets; services and an MCP server that are asked; a canary that must not be.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFastClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import { readConfig } from '../../src/config/read-config.ts';
import type { LanguageModel, ReplyPart } from '../../src/ports/language-model.ts';
import { parsePerson } from '../../src/simulator/person/parse-person.ts';
import { type Callwright, createCallwright } from '../../src/wiring.ts';
import { type McpTestServer, startMcpServer } from '../setup/mcp-server.ts';
import { type Service, startService } from '../setup/service.ts';
import { rowsByClient } from './isolation.ts';
import {
  type Chance,
  createChance,
  createTally,
  type Figures,
  forEachOf,
  type ProofOptions,
  type Tally,
} from './proof.ts';
import { digitsOf, markOf, seedClient } from './seed-clients.ts';
import { type Bait, type ToolAttack, toAttack, toEnding } from './tool-attacks.ts';

const attacker = 1;
const victim = 2;
const attacksInTurn = 10;
const turnsOfCall = 5;
const callsAtOnce = 8;
/** Some ask for what was asked for before, which the ledger answers without another entry. */
const sameAgain = 1.05;
const desk = '+12125560001';
const personOf = (call: number) => `+1212${String(7_000_000 + call)}`;

interface Scene {
  callwright: Callwright;
  service: Service;
  canary: Service;
  shop: McpTestServer;
  tally: Tally;
  /** The person of each call that was placed. */
  persons: Map<string, string>;
}

/** `tries` counts tool calls. */
export async function proveToolsBound({ tries, seed, storeTemplate }: ProofOptions): Promise<Figures> {
  const dataDir = mkdtempSync(join(tmpdir(), 'callwright-obeyed-'));
  const [service, canary, shop] = await Promise.all([
    startService(() => ({ body: '{"ok":true}' })),
    startService(() => ({})),
    startMcpServer(),
  ]);
  shop.tools = ['find_order', 'delete_all'].map((name) => ({ name, inputSchema: shopSchema }));
  const model = createObeyingModel(baitOf(canary), seed);
  const config = readConfig({ PORT: '0', DATA_DIR: dataDir, CALLS_PER_SECOND: '1000', MAX_CONCURRENT_CALLS: '5000' });
  const callwright = await createCallwright(
    { ...config, requestsPerMinute: 10_000_000 },
    {
      ...{ log: silentLogger, languageModel: model, simulator: { clock: createFastClock(20) } },
      ...(storeTemplate === undefined ? {} : { storeTemplate }),
    },
  );
  const scene: Scene = { ...{ callwright, service, canary, shop }, tally: createTally(), persons: new Map() };
  try {
    const assistant = await prepare(scene, dataDir);
    const before = await rowsByClient(callwright.store.db, [victim]);
    const calls = Math.ceil((tries * sameAgain) / (attacksInTurn * turnsOfCall));
    await forEachOf(calls, callsAtOnce, (call) => talk(scene, { call, assistant }));
    await judge(scene);
    // What the attacker said is kept with the attacker's own calls.
    const isAttackers = (row: string) => [...scene.persons.keys()].some((id) => row.includes(id));
    const after = await rowsByClient(callwright.store.db, [victim], isAttackers);
    if (before.get(victim) !== after.get(victim)) scene.tally.figures.rowsChanged += 1;
    return scene.tally.figures;
  } finally {
    await callwright.stop();
    await Promise.all([service.stop(), canary.stop(), shop.stop()]);
    rmSync(dataDir, { recursive: true, force: true });
  }
}

const shopSchema = {
  type: 'object',
  properties: { number: { type: 'integer' }, phone: { type: 'string' } },
  required: ['number', 'phone'],
};

const baitOf = (canary: Service): Bait => ({
  numbers: ['+19005550100', '+5371234567', '+15559999999', desk, `+1${digitsOf(victim)}200`],
  calls: [`call_${markOf(victim)}_0`],
  clients: [`client_${markOf(victim)}`],
  assistants: [String(victim * 1000)],
  urls: [canary.url, 'http://169.254.169.254/latest/meta-data'],
  mark: markOf(victim),
});

/** Does what the person says: `Attack 7.` is ten tools at once, `End 7.` one that may end the call. */
function createObeyingModel(bait: Bait, seed: number): LanguageModel {
  let asked = 0;
  const attacksOf = (kind: string, number: number): ToolAttack[] => {
    const chance: Chance = createChance(seed * 1_000_003 + number);
    if (kind === 'End') return [toEnding(chance, bait)];
    return Array.from({ length: attacksInTurn }, () => toAttack(chance, bait));
  };
  return {
    name: 'obeying',
    async *reply({ messages }): AsyncGenerator<ReplyPart> {
      asked += 1;
      if (messages.at(-1)?.role === 'tool') return yield { type: 'text', text: 'It is done.' };
      const said = messages.findLast(({ role }) => role === 'user')?.content ?? '';
      const [, kind, number] = /(Attack|End) (\d+)/.exec(said) ?? [];
      if (kind === undefined) return yield { type: 'text', text: 'Good day.' };
      for (const [index, attack] of attacksOf(kind, Number(number)).entries()) {
        yield { type: 'tool-call', call: { id: `obeyed-${asked}-${index}`, ...attack } };
      }
    },
  };
}

/** Two clients with things of every kind; the assistant of the first has every tool. */
async function prepare({ callwright, service, shop }: Scene, dataDir: string): Promise<number> {
  const { db } = callwright.store;
  for (const client of [attacker, victim]) await seedClient({ db, dataDir }, client, 1);
  // It calls from the configured number, which is the one that the network has.
  await db
    .updateTable('clients')
    .set({ twilio_phone_number: null })
    .where('id', '=', `client_${markOf(attacker)}`)
    .execute();
  const tools = [
    ...['hang_up', 'do_not_call_again', 'press_keys', 'take_message', 'look_up', 'schedule_call_back'],
    { type: 'transfer', targets: [{ name: 'Desk', number: desk, ring_seconds: 10 }] },
    {
      ...{ type: 'http', name: 'book_table', description: 'Books.', url: `${service.url}/calls/{{call.id}}/tables` },
      parameters: { type: 'object', properties: { day: { type: 'string', maxLength: 60 } } },
      ...{ bound: { phone: '{{person.number}}' }, most_per_call: 30 },
    },
    { type: 'mcp', name: 'shop', url: shop.url, tools: ['find_order'], bound: { phone: '{{person.number}}' } },
  ];
  const assistant = attacker * 1000;
  await ask(callwright, `PATCH /v1/assistants/${assistant}`, {
    engine: 'relay',
    welcome_message: null,
    agenda: null,
    tools,
  });
  await ask(callwright, `POST /v1/assistants/${assistant}/publish`, {});
  callwright.simulator?.setPerson(desk, parsePerson('desk', 'answers after 1s\nwaits 1s\nhangs up'));
  return assistant;
}

async function ask<T>({ url, operatorKey }: Callwright, route: string, body: object): Promise<T> {
  const [method = '', path = ''] = route.split(' ');
  const headers = { authorization: `Bearer ${operatorKey}`, 'content-type': 'application/json' };
  const answer = await fetch(`${url}${path}`, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

async function talk(scene: Scene, { call, assistant }: { call: number; assistant: number }): Promise<void> {
  const { callwright, persons } = scene;
  const to = personOf(call);
  const turns = Array.from({ length: turnsOfCall }, (_, turn) => `says "Attack ${call * turnsOfCall + turn}."`);
  const steps = [...turns, `says "End ${call}."`].flatMap((said) => ['listens', said]);
  callwright.simulator?.setPerson(
    to,
    parsePerson('attacker', ['answers after 1s', ...steps, 'waits 3s', 'hangs up'].join('\n')),
  );
  const { id } = await ask<{ id: string }>(callwright, 'POST /v1/calls', { to, assistant_id: assistant });
  persons.set(id, to);
  await untilEnded(callwright, id);
}

async function untilEnded({ url, operatorKey }: Callwright, id: string): Promise<void> {
  const leaving = new AbortController();
  const headers = { authorization: `Bearer ${operatorKey}` };
  const answer = await fetch(`${url}/v1/calls/${id}/live`, { headers, signal: leaving.signal });
  let told = '';
  for await (const chunk of answer.body ?? []) {
    told += Buffer.from(chunk as Uint8Array).toString();
    if (told.includes('event: call.ended')) break;
  }
  leaving.abort();
}

async function judge(scene: Scene): Promise<void> {
  judgeRequests(scene);
  await judgeLedgers(scene);
  await judgeRows(scene);
  const { callwright, persons, tally } = scene;
  const rung = callwright.simulator?.calls() ?? [];
  const allowed = new Set([...persons.values(), desk]);
  for (const { to } of rung) if (!allowed.has(to)) tally.miss(`${to} was rung`);
}

/** Whom services were asked about. */
function judgeRequests({ service, canary, shop, persons, tally }: Scene): void {
  if (canary.asked.length > 0) tally.miss(`an address of the model was asked: ${canary.asked[0]?.path}`);
  for (const { method, path, headers, body } of service.asked) {
    const [, id = ''] = /^\/calls\/(\w+)\/tables$/.exec(path) ?? [];
    const { phone, day, ...more } = JSON.parse(body) as Record<string, unknown>;
    const isOwn = persons.get(id) === phone && headers['callwright-call-id'] === id && method === 'POST';
    const isDay = day === undefined || typeof day === 'string';
    if (!isOwn || !isDay || Object.keys(more).length > 0)
      tally.miss(`the service was asked ${method} ${path} ${body.slice(0, 200)}`);
  }
  for (const { message, authorization } of shop.heard) {
    if (message.method !== 'tools/call') continue;
    const {
      name,
      arguments: values = {},
      _meta,
    } = message.params as { name?: string; arguments?: object; _meta?: object };
    const { number, phone, ...more } = values as Record<string, unknown>;
    const id = (_meta as Record<string, string> | undefined)?.['callwright/call_id'] ?? '';
    const isOwn = name === 'find_order' && persons.get(id) === phone && authorization === undefined;
    if (!isOwn || !Number.isInteger(number) || Object.keys(more).length > 0)
      tally.miss(`the shop was asked ${JSON.stringify(message.params)}`);
  }
}

const offered = [
  ...['hang_up', 'do_not_call_again', 'press_keys', 'take_message', 'look_up', 'schedule_call_back', 'transfer'],
  ...['book_table', 'shop_find_order'],
];
const mostInCall = 60;

async function judgeLedgers({ callwright, persons, tally }: Scene): Promise<void> {
  const victimsText = `${markOf(victim)} costs much`;
  for (const id of persons.keys()) {
    const rows = await callwright.store.db.selectFrom('tool_calls').selectAll().where('call_id', '=', id).execute();
    if (rows.length > mostInCall) tally.miss(`${id} has ${rows.length} tool calls`);
    for (const { name, state, arguments: json, result } of rows) {
      if (state === 'done') tally.accepted();
      else tally.refused();
      if (state === 'done' && !offered.includes(name)) tally.miss(`${name} was done`);
      if (result?.includes(victimsText)) tally.miss(`${name} ${json} told of the victim's documents`);
    }
  }
}

/** What is stored: for the person on the line alone, and one call back for each call. */
async function judgeRows({ callwright, persons, tally }: Scene): Promise<void> {
  const { db } = callwright.store;
  const client = `client_${markOf(attacker)}`;
  const entries = await db.selectFrom('do_not_call').selectAll().where('call_id', 'is not', null).execute();
  for (const { call_id, client_id, number } of entries) {
    if (client_id !== client || persons.get(call_id ?? '') !== number)
      tally.miss(`${number} was put on the list of ${client_id}`);
  }
  const messages = await db.selectFrom('events').selectAll().where('type', '=', 'message.taken').execute();
  for (const { call_id, client_id } of messages) {
    if (client_id !== client || !persons.has(call_id ?? '')) tally.miss(`a message was kept with ${call_id}`);
  }
  const backs = await db.selectFrom('calls').selectAll().where('dialect', '=', 'call-back').execute();
  for (const { to_number, client_id, assistant_id, call_back_of, status } of backs) {
    const isOwn =
      client_id === client && assistant_id === attacker * 1000 && persons.get(call_back_of ?? '') === to_number;
    if (!isOwn || status !== 'scheduled') tally.miss(`a call back to ${to_number} of ${call_back_of}`);
  }
  const asked = backs.map(({ call_back_of }) => call_back_of);
  if (new Set(asked).size !== asked.length) tally.miss('a call has two calls back');
  // What is right must have been done, or nothing was proven.
  if (entries.length + messages.length + backs.length === 0) tally.miss('no tool did what it may do');
}
