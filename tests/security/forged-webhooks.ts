/** Proof: no request about a call is heard unless the carrier made it, and one that is repeated changes nothing. */
import { type GenuineRequest, nextRequestsOf, ringEverybody, sendSigned } from './calls-in-every-state.ts';
import { createChance, createTally, type Figures, forEachOf, type ProofOptions, type Tally } from './proof.ts';
import { changedTables, fingerprintOf, openProvingGround, type ProvingGround } from './proving-ground.ts';
import { type SpoilParts, spoils, variations } from './spoil-request.ts';

export interface WebhookFigures {
  forged: Figures;
  replayed: Figures;
  genuine: Figures;
}

/** As many forged requests as `tries`, a tenth of that replayed ones, and a hundredth genuine ones. */
export async function proveWebhooksLocked(options: ProofOptions): Promise<WebhookFigures> {
  const ground = await openProvingGround({ storeTemplate: options.storeTemplate });
  try {
    const { calls, hangUp } = await ringEverybody(ground);
    await ground.stopTime();
    const next = calls.flatMap(nextRequestsOf);
    const sent = calls.flatMap((call) => call.sent.map((request) => ({ ...request, state: call.state })));
    const forged = await untouched(ground, (tally) =>
      forge(ground, { ...options, genuine: [...next, ...sent] }, tally),
    );
    const replays = Math.ceil(options.tries / 10);
    // Who asks again what to do is given the very same answer, and no more time.
    const replayed = await untouched(ground, (tally) => replay(ground, replays, { sent, tally }));
    ground.startTime();
    const genuine = await acceptGenuine(ground, { ...options, tries: Math.ceil(options.tries / 100) }, next);
    hangUp();
    return { forged, replayed, genuine };
  } finally {
    await ground.stop();
  }
}

/** Does something that may change no row of any table. */
async function untouched({ db }: ProvingGround, work: (tally: Tally) => Promise<void>): Promise<Figures> {
  const tally = createTally();
  const before = await fingerprintOf(db);
  await work(tally);
  const changed = changedTables(before, await fingerprintOf(db));
  tally.figures.rowsChanged = changed.length;
  if (changed.length > 0) tally.miss(`rows changed in ${changed.join(', ')}`);
  return tally.figures;
}

const refusals: ReadonlySet<number> = new Set([400, 403, 404, 405, 413, 415]);

async function forge(
  ground: ProvingGround,
  { tries, seed, genuine }: ProofOptions & { genuine: readonly GenuineRequest[] },
  tally: Tally,
): Promise<void> {
  const ways = Object.entries(spoils);
  await forEachOf(tries, 32, async (index) => {
    const parts: SpoilParts = { ground, chance: createChance(seed + index), other: genuine[0] as GenuineRequest };
    const [way, spoil] = ways[index % ways.length] as (typeof ways)[number];
    const request = parts.chance.pick(genuine);
    const answer = await ground.sender.send(spoil(request, { ...parts, other: parts.chance.pick(genuine) }));
    if (refusals.has(answer.status) && !answer.body.includes('<Response')) return tally.refused();
    tally.accepted();
    tally.miss(`seed ${seed}, try ${index}: ${way} at ${request.path} (${request.state}) got ${answer.status}`);
  });
}

/** They are the carrier's own, so they are answered; but whatever there was to do was done the first time. */
async function replay(
  ground: ProvingGround,
  tries: number,
  { sent, tally }: { sent: readonly GenuineRequest[]; tally: Tally },
): Promise<void> {
  await forEachOf(tries, 32, async (index) => {
    const request = sent[index % sent.length] as GenuineRequest;
    const answer = await sendSigned(ground, request);
    if (answer.status < 300) return tally.accepted();
    tally.miss(`the replay of ${request.path} (${request.state}) got ${answer.status}`);
    tally.refused();
  });
}

/** Genuine requests in all their variations; those about calls nobody knows yet make a row each. */
async function acceptGenuine(
  ground: ProvingGround,
  { tries, seed }: ProofOptions,
  next: readonly GenuineRequest[],
): Promise<Figures> {
  const tally = createTally();
  const ways = Object.entries(variations);
  await forEachOf(tries, 8, async (index) => {
    const chance = createChance(seed + index);
    const [way, vary] = ways[index % ways.length] as (typeof ways)[number];
    const request = chance.pick(next);
    const answer = await ground.sender.send(vary(request, { ground, chance, other: request }));
    if (answer.status < 300) return tally.accepted();
    tally.refused();
    tally.miss(`seed ${seed}, try ${index}: the genuine ${way} at ${request.path} got ${answer.status}`);
  });
  return tally.figures;
}
