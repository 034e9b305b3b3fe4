/** Cascade: turns, interruptions and the delay of every frame, with so many calls that talk and listen. */
import { openSocket } from '../load/carrier-face.ts';
import type { MediaLine } from '../load/media-lines.ts';
import { createSamples, type Samples } from '../load/samples.ts';
import { inParallel, NotYet, type Outcome, openLoop, pause, type Scene } from '../load/scene.ts';
import { fillLines } from './webhooks.ts';

/** How long a recognizer takes to be there at the most, once a call is on the line. */
const recognizerMs = 5000;
/** Words that the recognizer does not end are answered after two seconds; the rest is room for a load that looks late. */
const silencedMs = 1500;

export interface Talk {
  line: MediaLine;
  askedAtMs: number | null;
  spokenOverAtMs: number | null;
  /** After a `clear` nothing may come before the next question, or until the words themselves are taken for one. */
  silencedUntilMs: number;
}

interface Collected {
  turns: Samples;
  clears: Samples;
  stale: number;
}

export async function openTalks(scene: Scene): Promise<Talk[]> {
  const { calls, isBaseline, delays } = scene.options;
  scene.vendors.delays = delays;
  if (isBaseline) {
    await inParallel(calls - scene.lines.lines.length, 8, async () => {
      const { socket } = await openSocket(`<Stream url="${scene.server.url.replace('http', 'ws')}/media">`);
      scene.lines.begin(socket, { sid: 'CA', parameters: {} });
    });
  } else await fillLines(scene, calls);
  const until = performance.now() + recognizerMs;
  const heard = () => scene.lines.lines.filter((line) => scene.vendors.recognizerOf(line.number)).length;
  while (heard() < calls && performance.now() < until) await pause(50);
  if (heard() === 0) throw new NotYet('the server opened no recognizer on a media call: no cascade yet');
  return scene.lines.lines.map((line) => ({ line, askedAtMs: null, spokenOverAtMs: null, silencedUntilMs: 0 }));
}

function watch(scene: Scene, talks: readonly Talk[]): Collected {
  const collected = { turns: createSamples(scene.stalls), clears: createSamples(scene.stalls), stale: 0 };
  for (const talk of talks) {
    talk.line.onSound = (atMs) => {
      if (atMs < talk.silencedUntilMs) collected.stale += 1;
      if (talk.askedAtMs === null) return;
      collected.turns.add(talk.askedAtMs, atMs);
      talk.askedAtMs = null;
    };
    talk.line.onClear = (atMs) => {
      if (talk.spokenOverAtMs === null) return;
      collected.clears.add(talk.spokenOverAtMs, atMs);
      talk.spokenOverAtMs = null;
      talk.silencedUntilMs = atMs + silencedMs;
    };
  }
  return collected;
}

/** The person has said something, on a quiet line: what follows is timed from the recognizer's final word. */
export function ask(scene: Scene, talk: Talk): boolean {
  const recognizer = scene.vendors.recognizerOf(talk.line.number);
  // What is still being said could be taken for the answer.
  if (!recognizer || talk.line.playedUntilMs > performance.now()) return false;
  const text = 'What about tomorrow?';
  recognizer.startOfTurn();
  const finish = () => {
    talk.silencedUntilMs = 0;
    talk.askedAtMs = performance.now();
    recognizer.endOfTurn(text);
  };
  if (!scene.options.eager) {
    finish();
    return true;
  }
  recognizer.eagerEndOfTurn(text);
  setTimeout(finish, 600);
  return true;
}

export async function measureCascadeTurns(scene: Scene): Promise<Outcome> {
  const { calls, seconds, delays } = scene.options;
  const talks = await openTalks(scene);
  const frames = createSamples(scene.stalls);
  await pause(3000);
  const collected = watch(scene, talks);
  scene.vendors.onFrame = (tag) => {
    const sentAtMs = scene.lines.sentAtMs(tag);
    if (sentAtMs !== null) frames.add(sentAtMs, performance.now());
  };
  const before = await scene.look();
  const startedAt = performance.now();
  let notQuiet = 0;
  // Each call has a turn about every three seconds: it listens as long as it talks.
  await openLoop(calls / 3, seconds, (index) => {
    const talk = talks[index % talks.length];
    if (talk && !ask(scene, talk)) notQuiet += 1;
  });
  const after = await scene.look();
  const callSeconds = (calls * (performance.now() - startedAt)) / 1000;
  await pause(delays.firstTokenMs + 1500);
  const unanswered = talks.filter((talk) => talk.askedAtMs !== null).length;
  return {
    ...{ turn: collected.turns.figures(), frame: frames.figures(), unanswered, notQuiet },
    ...{ cpuMsPerCallSecond: (after.cpuMs - before.cpuMs) / callSeconds, rssMb: after.rssMb },
  };
}

/** The recognizer says that speech began: how soon the carrier is told to be silent, and whether it then gets silence. */
export async function measureBargeInByVendor(scene: Scene): Promise<Outcome> {
  const { calls, seconds } = scene.options;
  const talks = await openTalks(scene);
  await pause(3000);
  const collected = watch(scene, talks);
  let notCleared = 0;
  let notBegun = 0;
  await openLoop(calls / 3, seconds, (index) => {
    const talk = talks[index % talks.length];
    if (!talk) return;
    if (talk.spokenOverAtMs !== null) notCleared += 1;
    talk.spokenOverAtMs = null;
    if (!ask(scene, talk)) return;
    setTimeout(() => {
      // An answer that is late by so much is not there to be interrupted.
      if (talk.askedAtMs !== null) {
        notBegun += 1;
        return;
      }
      talk.spokenOverAtMs = performance.now();
      scene.vendors.recognizerOf(talk.line.number)?.startOfTurn('Wait, no');
    }, 700);
  });
  await pause(1500);
  return { clear: collected.clears.figures(), stale: collected.stale, notCleared, notBegun };
}

/** So many calls are there when each step of growth is looked at; calls stay until the last. */
export const growthSteps = [1, 10, 50, 100, 200, 500] as const;

const warmUp = { calls: 10, seconds: 20 };
const idleMs = 10_000;

/** Processor time that the server takes in a second while nobody calls. */
async function measureIdle(scene: Scene): Promise<number> {
  await pause(idleMs / 2);
  const before = await scene.look();
  const startedAt = performance.now();
  await pause(idleMs);
  const after = await scene.look();
  return (after.cpuMs - before.cpuMs) / ((performance.now() - startedAt) / 1000);
}

/**
 * How turns, frames, processor time and memory change while calls come one step after another. A program that has just
 * started is compiled while it runs, and one that nobody calls looks around all the same: ten calls come and go before
 * the first step, and what it takes while idle is no part of a call's processor time.
 */
export async function measureGrowth(scene: Scene): Promise<Outcome> {
  const stepOf = (options: { calls: number; seconds?: number }) =>
    measureCascadeTurns({ ...scene, options: { ...scene.options, ...options } });
  await stepOf(warmUp);
  const sids = scene.lines.hangUp();
  if (!scene.options.isBaseline) await Promise.all(sids.map((sid) => scene.carrier.end(sid)));
  const idle = await measureIdle(scene);
  const outcome: Outcome = { idleCpuMsPerSecond: idle };
  for (const calls of growthSteps) {
    const found = await stepOf({ calls });
    for (const name of ['turn', 'frame', 'rssMb', 'unanswered']) outcome[`${name}At${calls}`] = found[name] ?? 0;
    outcome[`cpuMsPerCallSecondAt${calls}`] = Number(found.cpuMsPerCallSecond) - idle / calls;
  }
  return outcome;
}
