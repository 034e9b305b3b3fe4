/** Proof: whatever a client's people, and those who are nobody's, ask of any route, they neither see nor change what is another's. */

import { createHash } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import type { Db } from '../../src/store/schema.ts';
import { nextNumber } from './calls-in-every-state.ts';
import { createTally, type Figures, forEachOf, type ProofOptions, type RawAnswer, type Tally } from './proof.ts';
import { openProvingGround, type ProvingGround } from './proving-ground.ts';
import { anyNumber, type Recipe, recipes } from './route-recipes.ts';
import { type Asker, digitsOf, makeAskers, markOf, type SeededObject, seedClient } from './seed-clients.ts';

interface Route {
  method: string;
  url: string;
  recipe: Recipe;
}

interface Ask {
  route: Route;
  /** Whose object it names; null where it names none. */
  object: SeededObject | null;
  path: string;
  body: string;
  type: string;
}

/** The routes that the server itself mounts while it starts. */
export async function openWithRoutes(options: ProofOptions): Promise<{ ground: ProvingGround; mounted: string[] }> {
  const mounted: string[] = [];
  const onStart = (message: unknown) => {
    const { fastify } = message as { fastify: FastifyInstance };
    fastify.addHook('onRoute', ({ method, url }) => {
      for (const each of [method].flat()) mounted.push(`${each} ${url}`);
    });
  };
  subscribe('fastify.initialization', onStart);
  const ground = await openProvingGround({
    storeTemplate: options.storeTemplate,
    config: { requestsPerMinute: 10_000_000 },
    numbers: [1, 2, 3, 4, 5].map((client) => `+1${digitsOf(client)}000`),
  });
  unsubscribe('fastify.initialization', onStart);
  return { ground, mounted };
}

/** What HEAD tells is what GET tells, or less. */
const recipeOf = (mounted: string): Recipe | undefined => recipes[mounted.replace(/^HEAD /, 'GET ')];

/** `tries` counts the objects of each kind that each client has; 3 of 5 clients make the whole matrix. */
export async function proveIsolation(options: ProofOptions): Promise<Figures> {
  const { ground, mounted } = await openWithRoutes(options);
  const tally = createTally();
  try {
    const routes = mounted.flatMap((name) => {
      const recipe = recipeOf(name);
      if (!recipe) tally.miss(`${name} has no recipe: say in tests/security/route-recipes.ts how it is to be asked`);
      const [method = '', url = ''] = name.split(' ');
      return recipe ? [{ method, url, recipe }] : [];
    });
    for (const name of Object.keys(recipes)) {
      if (!mounted.includes(name)) tally.miss(`${name} has a recipe and is no route`);
    }
    const clients = Array.from({ length: options.tries >= 3 ? 5 : 2 }, (_, index) => index + 1);
    const objects: SeededObject[] = [];
    for (const client of clients) objects.push(...(await seedClient(ground, client, options.tries)));
    const askers = await makeAskers(ground, clients);
    const scene: Scene = { ground, tally, clients, objects, askers };
    // What is dialled moves on with time, so it is not there while rows are compared.
    await ground.stopTime();
    for (const route of routes) if (!route.recipe.dials) await proveRoute(scene, route);
    await ground.letPass(0);
    for (const route of routes) if (route.recipe.dials) await proveRoute(scene, route);
    // What takes things away comes last.
    const controls = routes.toSorted(
      (one, other) => Number(one.method === 'DELETE') - Number(other.method === 'DELETE'),
    );
    for (const route of controls) await proveControl(scene, route);
    const streams = await openLiveStreams(scene);
    await proveKeysApart(scene);
    for (const stream of streams) await stream.judge();
    return tally.figures;
  } finally {
    await ground.stop();
  }
}

interface Scene {
  ground: ProvingGround;
  tally: Tally;
  clients: readonly number[];
  objects: readonly SeededObject[];
  askers: readonly Asker[];
}

const jsonType = 'application/json';

function asksOf(route: Route, objects: readonly SeededObject[]): Ask[] {
  const { recipe, url } = route;
  const asks = objects.flatMap((object) =>
    (recipe.names?.flatMap((kind) => spellingsOf(object.names[kind])) ?? ['']).flatMap((name) => {
      const event = `${object.names.webhook.replace('webhook', 'event')}_call.queued`;
      const path = url
        .replace(/:version/, '1')
        .replace(/:eventId/, event)
        .replace(/:documentId/, object.names.document)
        .replace(/:server/, 'crm')
        .replace(/:\w+/, name);
      const queries = recipe.queries?.(object) ?? [''];
      const bodies = recipe.bodies?.(object) ?? [undefined];
      return queries.flatMap((query) =>
        bodies.map((body) => ({
          route,
          object: recipe.mindsNoObject || recipe.isOpen || !namesObject(recipe) ? null : object,
          path: path + query,
          body: body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body),
          type: recipe.type ?? jsonType,
        })),
      );
    }),
  );
  // What names no object is the same for all of them.
  return [...new Map(asks.map((ask) => [`${ask.path}\n${ask.body}\n${ask.object?.client ?? ''}`, ask])).values()];
}

/** As it is, and as somebody would write it who hopes that one check reads it and the next one does not. */
const spellingsOf = (name: string) => [
  encodeURIComponent(name),
  `${encodeURIComponent(name)}%20`,
  name.toUpperCase().replace('+', '%2b'),
];

/** A body that is left out names nothing. */
const namesObject = ({ names, queries, bodies }: Recipe) =>
  names !== undefined || queries !== undefined || (bodies !== undefined && bodies.length > 0);

function send({ ground }: Scene, { route, path, body, type }: Ask, asker: Asker): Promise<RawAnswer> {
  const headers = { ...asker.headers, ...(body === '' ? {} : { 'content-type': type }) };
  const isStream = route.recipe.isStream === true;
  const toSend = body.replaceAll(anyNumber, nextNumber());
  return ground.sender.send({ method: route.method, path, headers, body: toSend, isStream });
}

/** Everyone asks for everything; what changes something is left to those who must not be able to. */
async function proveRoute(scene: Scene, route: Route): Promise<void> {
  const isReading = route.method === 'GET' || route.method === 'HEAD';
  const asks = asksOf(route, scene.objects);
  const sides = isReading ? [null] : [...scene.clients, 'nobody' as const];
  for (const side of sides) {
    const jobs = scene.askers
      .filter((asker) => (side === null ? true : asker.side === side || (side === 'nobody' && asker.name === 'viewer')))
      .flatMap((asker) => asks.filter((ask) => isReading || isTrespass(ask, asker)).map((ask) => ({ asker, ask })));
    const before = side === null ? null : await rowsByClient(scene.ground.db, scene.clients);
    await forEachOf(jobs.length, 24, async (index) => {
      const { asker, ask } = jobs[index] as (typeof jobs)[number];
      judge(scene, { asker, ask, answer: await send(scene, ask, asker) });
    });
    if (before) await compareRows(scene, { route, side, before });
  }
}

/** Not the harmless case of doing something with one's own. */
const isTrespass = ({ object, route }: Ask, { side }: Asker) =>
  object === null ? side === 'nobody' || route.recipe.mindsNoObject === true : object.client !== side;

async function compareRows(
  { ground, clients, tally }: Scene,
  { route, side, before }: { route: Route; side: number | 'nobody' | null; before: Map<number, string> },
): Promise<void> {
  const after = await rowsByClient(ground.db, clients);
  for (const client of clients) {
    if (client === side || before.get(client) === after.get(client)) continue;
    tally.figures.rowsChanged += 1;
    tally.miss(
      `${route.method} ${route.url}: ${side === 'nobody' ? 'nobody' : `client ${side}`} changed rows of client ${client}`,
    );
  }
}

function judge({ clients, tally }: Scene, { asker, ask, answer }: { asker: Asker; ask: Ask; answer: RawAnswer }): void {
  const { route, object } = ask;
  const what = `${asker.name}: ${route.method} ${ask.path} ${ask.body} got ${answer.status}`;
  if (answer.status < 300) tally.accepted();
  else tally.refused();
  if (answer.status >= 500 && answer.status !== 502) tally.miss(`${what} ${answer.body.slice(0, 200)}`);
  if (asker.side === 'operator') return;
  const told = withoutWhatWasAsked(ask, `${JSON.stringify(answer.headers)}${answer.body}`);
  for (const client of clients) {
    if (client === asker.side || !(told.includes(markOf(client)) || told.includes(digitsOf(client)))) continue;
    tally.miss(`${what} and told of client ${client}: ${told.slice(0, 300)}`);
  }
  if (route.recipe.isOpen) return;
  if (asker.side === 'nobody' && answer.status !== 401) tally.miss(`${what}, not 401`);
  if (object !== null && object.client !== asker.side && answer.status < 400) tally.miss(`${what}: another's object`);
  if (asker.only !== undefined && answer.status < 300 && !mayDoWithLittle.test(`${route.method} ${route.url}`))
    tally.miss(`${what} with a key that may not`);
}

/** A key for figures alone. */
const mayDoWithLittle = /^(GET|HEAD) (\/v1\/(stats|limits)|\/secure\/call-stats|\/auth\/me)$/;

/** An answer may repeat what it was asked with. */
function withoutWhatWasAsked(ask: Ask, told: string): string {
  let rest = told;
  for (const said of [
    ask.path,
    decodeURIComponent(ask.path),
    ...(`${decodeURIComponent(ask.path)} ${ask.body}`.match(/[\w+@.-]{6,}/g) ?? []),
  ]) {
    rest = rest.replaceAll(said, '');
  }
  return rest;
}

/** With an own object the very same requests succeed, or all that was refused was refused for another reason. */
async function proveControl(scene: Scene, route: Route): Promise<void> {
  const { control } = route.recipe;
  if (!control) return;
  const { objects, askers, tally } = scene;
  const client = scene.clients[0] as number;
  const asker = askers.find(({ name }) => name === (control.by === 'admin' ? 'admin' : `user of ${client}`)) as Asker;
  const own = objects.filter((object) => object.client === client).at(-1) as SeededObject;
  const [ask] = asksOf(route, [own]) as [Ask];
  const answer = await send(scene, ask, asker);
  tally.accepted();
  if (answer.status !== control.status) {
    tally.miss(
      `control: ${asker.name}: ${route.method} ${ask.path} ${ask.body} got ${answer.status}, not ${control.status}: ${answer.body.slice(0, 300)}`,
    );
  }
}

/** Each client's user listens to everything that happens, and must hear of the own calls alone. */
async function openLiveStreams({ ground, askers, clients, tally }: Scene) {
  const open = async (client: number) => {
    const asker = askers.find(({ name }) => name === `user of ${client}`) as Asker;
    const leaving = new AbortController();
    const response = await fetch(`${ground.url}/v1/live`, { headers: asker.headers, signal: leaving.signal });
    let heard = '';
    const listening = (async () => {
      for await (const chunk of response.body ?? []) heard += Buffer.from(chunk).toString();
    })().catch(() => {});
    return {
      async judge() {
        leaving.abort();
        await listening;
        const rows = await ground.db.selectFrom('calls').select(['id', 'client_id']).execute();
        const told = rows.filter(({ id }) => heard.includes(`"${id}"`));
        tally.accepted();
        if (told.length === 0) tally.miss(`client ${client} heard nothing live`);
        const foreign = told.filter(({ client_id }) => client_id !== `client_${markOf(client)}`);
        for (const { id } of foreign) tally.miss(`client ${client} heard live of another's call ${id}`);
      },
    };
  };
  return Promise.all(clients.map(open));
}

/** A client's Idempotency-Key is its own: the same key and body of another one is another request. */
async function proveKeysApart(scene: Scene): Promise<void> {
  const { askers, tally, ground, clients } = scene;
  const forms = [
    ['/call-customer', { to: '+15558675310', verification: 2 }],
    ['/api/outbound-call', { to: '+15558675310' }],
    ['/secure/make-call', { phone: '+15558675310' }],
    ['/v1/calls', { to: '+15558675310' }],
    ['/v1/do-not-call', { number: '+15558675319' }],
  ] as const;
  for (const [path, body] of forms) {
    const headers = { 'content-type': jsonType, 'idempotency-key': 'the-same-for-all' };
    for (const client of clients) {
      const asker = askers.find(({ name }) => name === `user of ${client}`) as Asker;
      const answer = await ground.sender.send({
        method: 'POST',
        path,
        headers: { ...headers, ...asker.headers },
        body: JSON.stringify(body),
      });
      tally.accepted();
      // That another client's call rings this number is another answer, too.
      if (answer.status >= 300 && !answer.body.includes('dial/already-on-the-line'))
        tally.miss(`client ${client}: POST ${path} got ${answer.status}: ${answer.body.slice(0, 200)}`);
      if (answer.headers['idempotency-replayed'] === 'true')
        tally.miss(`POST ${path}: client ${client} got the answer to another client's request`);
    }
  }
}

/** Not rows of objects: who did what, and answers that are kept. */
const bookkeeping = ['audit_log', 'idempotency_keys', 'login_sessions', 'login_attempts', 'pace'];

/** A fingerprint of all rows that bear a client's mark, by client, but for those that somebody else wrote it into. */
export async function rowsByClient(
  db: Db,
  clients: readonly number[],
  isAnothers: (row: string) => boolean = () => false,
): Promise<Map<number, string>> {
  const tables = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = 'public' order by 1`.execute(db);
  const hashes = new Map(clients.map((client) => [client, createHash('sha256')]));
  for (const { name } of tables.rows) {
    if (bookkeeping.includes(name)) continue;
    const { rows } = await sql<{ row: string }>`
      select (to_jsonb(t) - 'last_used_at')::text as row from ${sql.table(name)} t order by 1`.execute(db);
    for (const { row } of rows) {
      if (isAnothers(row)) continue;
      for (const [client, hash] of hashes) {
        if (row.includes(markOf(client)) || row.includes(digitsOf(client))) hash.update(`${name} ${row}\n`);
      }
    }
  }
  return new Map([...hashes].map(([client, hash]) => [client, hash.digest('hex')]));
}
