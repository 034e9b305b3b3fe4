/** Proof: no socket becomes the session of a call without the carrier's signature and a right that was not used yet. */
import { WebSocket } from 'ws';
import { askInstructions, dial, type LiveCall, setupFrame, socketPathOf, startFrame } from './calls-in-every-state.ts';
import {
  type Chance,
  createChance,
  createTally,
  type Figures,
  forEachOf,
  type ProofOptions,
  type Tally,
} from './proof.ts';
import { openProvingGround, type ProvingGround } from './proving-ground.ts';

interface Scene {
  ground: ProvingGround;
  chance: Chance;
  /** Live calls whose offer waits, with the path it names. */
  offered: { call: LiveCall; path: string; token: string }[];
  /** Calls whose one offer was taken up by a socket that is still open. */
  used: { call: LiveCall; path: string }[];
  /** Media calls nobody has connected to yet. */
  media: LiveCall[];
  connected: LiveCall[];
  over: { call: LiveCall; path: string }[];
  /** Live calls whose offer was not taken up in time. */
  expired: { call: LiveCall; path: string }[];
}

interface Attempt {
  path: string;
  headers: Record<string, string>;
  /** Said at once, where the socket opens. */
  frames?: string[];
}

type Way = (scene: Scene) => Attempt;

const signed = ({ ground }: Scene, path: string, frames: string[] = []): Attempt => ({
  path,
  headers: { 'x-twilio-signature': ground.sign(path) },
  frames,
});

const streamFrames = (sid: string, parameters: Record<string, string> = {}) => [
  JSON.stringify({ event: 'connected', protocol: 'Call', version: '1.0.0' }),
  startFrame(sid, parameters),
];

const ways: Record<string, Way> = {
  'a good path without a signature': ({ chance, offered }) => ({ path: chance.pick(offered).path, headers: {} }),
  'a good path with an invented signature': ({ chance, offered }) => ({
    path: chance.pick(offered).path,
    headers: { 'x-twilio-signature': Buffer.from(chance.bytes(20)).toString('base64') },
  }),
  'a good path with the signature of another': (scene) => ({
    path: scene.chance.pick(scene.offered).path,
    headers: { 'x-twilio-signature': scene.ground.sign('/relay/x/y') },
  }),
  "a good path with another account's signature": ({ ground, chance, offered }) => {
    const { path } = chance.pick(offered);
    return { path, headers: { 'x-twilio-signature': ground.sign(path, [], 'f'.repeat(32)) } };
  },
  "a good path with a signature for another host's": (scene) => {
    const { path } = scene.chance.pick(scene.offered);
    const signature = scene.ground.sign(`@evil.example.org${path}`);
    return {
      path,
      headers: { host: 'evil.example.org', 'x-forwarded-host': 'evil.example.org', 'x-twilio-signature': signature },
    };
  },
  'a good path with a query that was not signed': ({ ground, chance, offered }) => {
    const { path } = chance.pick(offered);
    return { path: `${path}?x=1`, headers: { 'x-twilio-signature': ground.sign(path) } };
  },
  'an invented token': (scene) => {
    const token = Buffer.from(scene.chance.bytes(32)).toString('base64url');
    return signed(scene, `/relay/${scene.chance.pick(scene.offered).call.id}/${token}`);
  },
  'a token with its last letter changed': (scene) => {
    const { path } = scene.chance.pick(scene.offered);
    return signed(scene, path.slice(0, -2) + (path.at(-2) === 'A' ? 'B' : 'A') + path.slice(-1));
  },
  "another call's token": (scene) => {
    const [one, other] = [scene.chance.pick(scene.offered), scene.chance.pick(scene.offered)];
    const mixed = one === other ? scene.used[0]?.call.id : other.call.id;
    return signed(scene, `/relay/${mixed}/${one.token}`);
  },
  'a call by its other id': (scene) => {
    const { call, token } = scene.chance.pick(scene.offered);
    return signed(scene, `/relay/${call.sid}/${token}`);
  },
  'a used token': (scene) => signed(scene, scene.chance.pick(scene.used).path),
  'a token whose time is over': (scene) => signed(scene, scene.chance.pick(scene.expired).path),
  'the token of a call that is over': (scene) => signed(scene, scene.chance.pick(scene.over).path),
  'a call that never was': (scene) => signed(scene, `/relay/call_${'0'.repeat(26)}/${'A'.repeat(43)}`),
  'no such socket': (scene) =>
    signed(
      scene,
      scene.chance.pick([
        '/',
        '/relay',
        '/relay/',
        '/streams/1',
        '/v1/live',
        '/media-stream',
        '/api/call-status',
        '/relay/%00/x',
        '/relay/../relay/a/b',
      ]),
    ),
  'a media pair with another number': (scene) =>
    signed(scene, `/media-stream/${scene.chance.below(98_765)}/${scene.chance.pick(scene.media).id}`),
  'a media pair written otherwise': (scene) =>
    signed(
      scene,
      `/media-stream/${scene.chance.pick(['98765.0', '9.8765e4', '098765', '+98765', '-98765'])}/${scene.chance.pick(scene.media).id}`,
    ),
  'a media pair that never was': (scene) => signed(scene, `/media-stream/98765/call_${'0'.repeat(26)}`),
  'a media pair without a signature': ({ chance, media }) => ({
    path: `/media-stream/98765/${chance.pick(media).id}`,
    headers: {},
  }),
  'a media pair that is connected': (scene) =>
    signed(scene, `/media-stream/98765/${scene.chance.pick(scene.connected).id}`),
  'a media pair of a relay call': (scene) =>
    signed(scene, `/media-stream/98765/${scene.chance.pick(scene.offered).call.id}`),
  'a media pair that is over': (scene) => signed(scene, `/media-stream/98765/${scene.chance.pick(scene.over).call.id}`),
  'a stream without a signature': () => ({ path: '/streams', headers: {} }),
  'a stream that makes no sense': (scene) =>
    signed(
      scene,
      '/streams',
      Array.from({ length: 21 }, () => '{}'),
    ),
  'a stream without parameters': (scene) =>
    signed(scene, '/streams', streamFrames(scene.chance.pick(scene.offered).call.sid)),
  'a stream with an invented token': (scene) => {
    const { call } = scene.chance.pick(scene.offered);
    return signed(scene, '/streams', streamFrames(call.sid, { callId: call.id, token: 'A'.repeat(43) }));
  },
  "a stream with another call's token": (scene) => {
    const [one, other] = [scene.offered[0], scene.offered[1]];
    return signed(
      scene,
      '/streams',
      streamFrames(one?.call.sid ?? '', { callId: one?.call.id ?? '', token: other?.token ?? '' }),
    );
  },
  "a stream on another call's line": (scene) => {
    const { call, token } = scene.chance.pick(scene.offered);
    return signed(scene, '/streams', streamFrames(`CA${'d'.repeat(32)}`, { callId: call.id, token }));
  },
  'a stream of a call that is over': (scene) => {
    const { call, path } = scene.chance.pick(scene.over);
    return signed(scene, '/streams', streamFrames(call.sid, { callId: call.id, token: path.split('/').at(-1) ?? '' }));
  },
  'a stream that begins with sound': (scene) =>
    signed(
      scene,
      '/streams',
      Array.from({ length: 21 }, () => '{"event":"media","media":{"payload":"//8="}}'),
    ),
};

/** Sockets that open are given so long to be turned away. */
const longestMs = 15_000;

/** `refused` without a word being heard; a socket of `/streams` may open, but must be closed before it is a session. */
function attempt(
  ground: ProvingGround,
  { path, headers, frames = [] }: Attempt,
): Promise<'refused' | 'closed' | 'kept'> {
  const socket = new WebSocket(`${ground.url.replace('http', 'ws')}${path}`, { headers });
  return new Promise((resolve) => {
    const tooLate = setTimeout(() => {
      socket.terminate();
      resolve('kept');
    }, longestMs);
    const settle = (how: 'refused' | 'closed') => {
      clearTimeout(tooLate);
      resolve(how);
    };
    let isOpen = false;
    socket.on('open', () => {
      isOpen = true;
      for (const frame of frames) socket.send(frame);
    });
    socket.on('close', () => settle(isOpen ? 'closed' : 'refused'));
    socket.on('unexpected-response', (_request, response) => {
      response.destroy();
      settle('refused');
    });
    socket.on('error', () => {});
  });
}

/** As many handshakes as `tries`, and one race of 50 for each 500 of them. */
export async function proveSocketsLocked({ tries, seed, storeTemplate }: ProofOptions): Promise<Figures> {
  const ground = await openProvingGround({
    storeTemplate,
    overrides: { socketLimits: { maxHandshakesPerAddress: 1000, maxHandshakes: 1000 } },
  });
  try {
    const tally = createTally();
    const scene = await setScene(ground, createChance(seed));
    const before = await countSessions(ground);
    const races = Math.max(Math.floor(tries / 500), 1);
    await knock(scene, { tries: tries - races * 50, seed }, tally);
    const opened = (await countSessions(ground)) - before;
    if (opened !== 0) tally.miss(`${opened} sessions were opened by sockets without a right`);
    tally.figures.rowsChanged = opened;
    ground.startTime();
    for (let race = 0; race < races; race += 1) await raceForOne(scene, race, tally);
    return tally.figures;
  } finally {
    await ground.stop();
  }
}

async function knock(scene: Scene, { tries, seed }: { tries: number; seed: number }, tally: Tally): Promise<void> {
  const all = Object.entries(ways);
  await forEachOf(tries, 64, async (index) => {
    const [name, way] = all[index % all.length] as (typeof all)[number];
    const wanted = way({ ...scene, chance: createChance(seed + index) });
    const how = await attempt(scene.ground, wanted);
    if (how === 'refused' || (how === 'closed' && wanted.path === '/streams')) return tally.refused();
    tally.accepted();
    tally.miss(`seed ${seed}, try ${index}: ${name} at ${wanted.path} was ${how}`);
  });
}

/** Fifty at once ask for the one session of a call, half of the time on each kind of line. */
async function raceForOne({ ground }: Scene, race: number, tally: Tally): Promise<void> {
  const call = await dial(ground, race % 2 === 0 ? 'relay' : 'media');
  const path = race % 2 === 0 ? socketPathOf(await askInstructions(ground, call)) : `/media-stream/98765/${call.id}`;
  const sockets: WebSocket[] = [];
  const headers = { 'x-twilio-signature': ground.sign(path) };
  const opened = await Promise.all(
    Array.from({ length: 50 }, () => {
      const socket = new WebSocket(`${ground.url.replace('http', 'ws')}${path}`, { headers });
      sockets.push(socket);
      return new Promise<boolean>((resolve) => {
        socket.on('open', () => resolve(true));
        socket.on('error', () => resolve(false));
      });
    }),
  );
  for (const isOpen of opened) {
    if (!isOpen) tally.refused();
  }
  const winners = opened.filter(Boolean).length;
  tally.figures.tried += winners;
  if (winners !== 1) tally.miss(`race ${race}: ${winners} of 50 sockets were opened with one right`);
  for (const socket of sockets) socket.terminate();
}

async function countSessions({ db }: ProvingGround): Promise<number> {
  const row = await db
    .selectFrom('calls')
    .select((count) => count.fn.sum<string>('sessions_opened').as('sessions'))
    .executeTakeFirstOrThrow();
  return Number(row.sessions);
}

const each = 4;

async function setScene(ground: ProvingGround, chance: Chance): Promise<Scene> {
  const scene: Scene = { ground, chance, offered: [], used: [], media: [], connected: [], over: [], expired: [] };
  const offer = async () => {
    const call = await dial(ground, 'relay');
    const path = socketPathOf(await askInstructions(ground, call));
    return { call, path, token: path.split('/').at(-1) ?? '' };
  };
  const hold = (path: string, first: string) =>
    new Promise<WebSocket>((resolve, reject) => {
      const socket = new WebSocket(`${ground.url.replace('http', 'ws')}${path}`, {
        headers: { 'x-twilio-signature': ground.sign(path) },
      });
      socket.on('error', reject);
      socket.on('open', () => {
        socket.send(first);
        resolve(socket);
      });
    });
  scene.expired.push(await offer(), await offer());
  await ground.letPass(61_000);
  for (let number = 0; number < each; number += 1) {
    const used = await offer();
    await hold(used.path, setupFrame(used.call.sid));
    scene.used.push(used);
    const over = await offer();
    const ended = await ground.sender.send({
      method: 'POST',
      path: `/v1/calls/${over.call.id}/hangup`,
      headers: ground.key,
    });
    if (ended.status !== 200) throw new Error(`not hung up: ${ended.status} ${ended.body}`);
    scene.over.push(over);
    scene.media.push(await dial(ground, 'media'));
    const connected = await dial(ground, 'media');
    await hold(`/media-stream/98765/${connected.id}`, startFrame(connected.sid));
    scene.connected.push(connected);
    scene.offered.push(await offer());
  }
  await ground.stopTime();
  return scene;
}
