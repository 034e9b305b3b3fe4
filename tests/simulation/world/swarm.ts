/** What one seed is made of: how many nodes and jobs, how people behave, and how often each thing goes wrong. */
import { createSeededRandom, type Random } from '../../../src/base/random.ts';

/** Shares of 1 unless a unit stands in the name. */
export interface Swarm {
  nodes: number;
  jobs: number;
  clients: number;
  /** So many different numbers are called. */
  people: number;
  callsPerSecond: number;
  maxConcurrentCalls: number;
  /** Jobs are asked for over so long. */
  arrivalMs: number;
  requestLost: number;
  connectionRefused: number;
  responseLost: number;
  serverError: number;
  tooManyRequests: number;
  refused: number;
  slowAnswer: number;
  callbackDropped: number;
  callbackDoubled: number;
  callbackDelayed: number;
  longestDelayMs: number;
  lineBroken: number;
  /** For each step at which a node waits for something outside itself. */
  crash: number;
  pause: number;
  collision: number;
  connectionLost: number;
  clockJump: number;
  /** Clocks of nodes agree to a few seconds, but for seeds in which one is an hour off. */
  furthestJumpMs: number;
  /** Things that people in charge do meanwhile. */
  edits: number;
  /** Shares of the jobs that are for later, and that are tried again. */
  scheduled: number;
  retried: number;
  /** People whom a campaign calls; 0: there is none. */
  contacts: number;
  /** Calls that come in. */
  incoming: number;
  /** What all calls of the day may cost, in micros; null: no cap. */
  capPerDay: number | null;
  /** How often nodes look for what nobody tells them of. */
  lookEveryMs: number;
  /** Share of the statements that take a moment in which others act. */
  interleaving: number;
}

/** Half of the seeds know a fault not at all, so that others can be seen without it. */
const drawn = (random: Random, most: number) => (random.fraction() < 0.5 ? 0 : random.fraction() * most);

const between = (random: Random, least: number, most: number) =>
  least + Math.floor(random.fraction() * (most - least + 1));

/** Mostly few, now and then many, at most 200. */
function drawJobs(random: Random): number {
  const kind = random.fraction();
  if (kind < 0.012) return between(random, 60, 200);
  return kind < 0.26 ? between(random, 10, 20) : between(random, 1, 9);
}

/** As much as the dearest call of a swarm may cost. */
const dearestMicros = 300_000;

/**
 * Now and then almost nothing that the carrier says arrives: its calls are known by looking for them alone. Several
 * people are called in one moment, so that one of their calls could be taken for another's.
 */
const inTheDark = (random: Random, { jobs, people }: Pick<Swarm, 'jobs' | 'people'>): Partial<Swarm> => ({
  ...{ responseLost: 0.4 + random.fraction() * 0.5, callbackDropped: 0.85 + random.fraction() * 0.15 },
  requestLost: random.fraction() * 0.4,
  ...{ arrivalMs: 50, jobs: Math.max(jobs, 8), people: Math.max(people, 8) },
});

/** Mostly seldom: hardly anything else would be done in a still hour. */
const seldom = (random: Random) => between(random, 30_000, 90_000);

/** In half of these answers are lost besides: by such a clock alone the carrier's calls would not be found. */
const anHourOff = (random: Random): Partial<Swarm> => ({
  ...{ furthestJumpMs: 3_600_000, clockJump: 1, lookEveryMs: seldom(random) },
  ...(random.fraction() < 0.5 ? { responseLost: 0.2 + random.fraction() * 0.4 } : {}),
});

export function drawSwarm(seed: number): Swarm {
  const random = createSeededRandom(seed ^ 0x5eed);
  const jobs = drawJobs(random);
  const swarm = {
    nodes: between(random, 1, 4),
    jobs,
    clients: between(random, 1, 3),
    people: Math.max(1, Math.ceil(jobs * (0.3 + random.fraction()))),
    callsPerSecond: [1, 2, 5, 20][between(random, jobs > 60 ? 2 : 0, 3)] ?? 1,
    maxConcurrentCalls: Math.max(between(random, 1, 12), Math.ceil(jobs / 6)),
    arrivalMs: random.fraction() < 0.3 ? 50 : random.fraction() * 60_000,
    requestLost: drawn(random, 0.1),
    connectionRefused: drawn(random, 0.1),
    responseLost: drawn(random, 0.2),
    serverError: drawn(random, 0.1),
    tooManyRequests: drawn(random, 0.3),
    refused: drawn(random, 0.1),
    slowAnswer: drawn(random, 0.2),
    callbackDropped: drawn(random, 0.3),
    callbackDoubled: drawn(random, 0.5),
    callbackDelayed: drawn(random, 0.5),
    longestDelayMs: random.fraction() < 0.1 ? 600_000 : 5_000,
    lineBroken: drawn(random, 0.3),
    crash: drawn(random, 0.004),
    pause: drawn(random, 0.002),
    collision: drawn(random, 0.03),
    connectionLost: drawn(random, 0.01),
    clockJump: drawn(random, 1),
    edits: random.fraction() < 0.4 ? 0 : between(random, 1, 6),
    interleaving: 0.2 + random.fraction() * 0.6,
    lookEveryMs: random.fraction() < 0.02 ? 2000 : seldom(random),
    furthestJumpMs: 5000,
    scheduled: drawn(random, 0.5),
    retried: drawn(random, 0.6),
    contacts: random.fraction() < 0.7 ? 0 : between(random, 1, 8),
    incoming: random.fraction() < 0.7 ? 0 : between(random, 1, 6),
    capPerDay: random.fraction() < 0.6 ? null : Math.floor(dearestMicros * jobs * random.fraction()),
  };
  const kind = random.fraction();
  if (kind < 0.05) return { ...swarm, ...inTheDark(random, swarm) };
  return kind < 0.15 ? { ...swarm, ...anHourOff(random) } : swarm;
}

/** A swarm in which nothing goes wrong any more. */
export function healed(swarm: Swarm): Swarm {
  return {
    ...swarm,
    ...{ requestLost: 0, connectionRefused: 0, responseLost: 0, serverError: 0, tooManyRequests: 0, refused: 0 },
    ...{ slowAnswer: 0, callbackDropped: 0, callbackDoubled: 0, callbackDelayed: 0, lineBroken: 0, crash: 0 },
    ...{ pause: 0, collision: 0, connectionLost: 0, clockJump: 0 },
  };
}
