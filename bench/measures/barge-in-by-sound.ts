/** Interruptions by sound alone: how soon a voice silences the assistant, and how often something that is none does. */
import { encodeMulaw, telephoneHz } from '../../src/audio/mulaw.ts';
import { toNoiseSamples } from '../../src/audio/noise.ts';
import { toToneSamples } from '../../src/audio/tone.ts';
import { sketchSpeech } from '../../src/simulator/voices/sketch-voice.ts';
import { createSamples } from '../load/samples.ts';
import { type Outcome, openLoop, pause, type Scene } from '../load/scene.ts';
import { ask, openTalks, type Talk } from './cascade.ts';

interface Overlap {
  sound: Uint8Array;
  /** What the recognizer makes of it, once it has heard enough. */
  words: string | null;
}

const sampleRateHz = telephoneHz;
const hiss = (ms: number, peak: number) =>
  Int16Array.from({ length: ms * 8 }, (_, at) => Math.round((((at * 7919) % 2003) / 1001 - 1) * peak));

const speech: Overlap = { sound: sketchSpeech('Hold on a second, please.', 'person').sound, words: 'Hold on' };
/** What a line carries beside somebody who wants to be listened to. */
const others: Record<string, Overlap> = {
  uhHuh: { sound: sketchSpeech('Uh-huh.', 'person').sound, words: 'Uh-huh.' },
  cough: { sound: encodeMulaw(toNoiseSamples({ burstsMs: [160, 120], gapMs: 60, sampleRateHz })), words: null },
  click: { sound: encodeMulaw(hiss(30, 20_000)), words: null },
  tone: { sound: encodeMulaw(toToneSamples({ frequenciesHz: [440], ms: 400, sampleRateHz })), words: null },
  lineNoise: { sound: encodeMulaw(hiss(1200, 90)), words: null },
};

const kinds = Object.entries(others);

/** As long as a quick recognizer takes to tell the first words. */
const wordsAfterMs = 300;
/** An answer goes on for a second and a half; somebody is heard in the midst of it. */
const overlapAfterMs = 500;
const secondsPerTurn = 6;

interface Watched {
  heldAtMs: number | null;
  wentOn: boolean;
}

export async function measureBargeInBySound(scene: Scene): Promise<Outcome> {
  const { calls, seconds } = scene.options;
  const talks = await openTalks(scene);
  await pause(3000);
  const clears = createSamples(scene.stalls);
  const tallies = createTallies();
  let notCleared = 0;
  let turns = 0;
  const overlapOnce = async (talk: Talk, turn: number) => {
    await pause(overlapAfterMs);
    // Every other time it is somebody who wants to be listened to.
    const kind = turn % 2 === 0 ? null : Math.floor(turn / 2) % kinds.length;
    const fromMs = performance.now();
    const watched = await overlay(scene, talk, (kind === null ? null : kinds[kind]?.[1]) ?? speech);
    if (kind !== null) tallies.add(kind, watched);
    else if (watched.heldAtMs === null) notCleared += 1;
    else clears.add(fromMs, watched.heldAtMs);
  };
  await openLoop(calls / secondsPerTurn, seconds, (index) => {
    const talk = talks[index % talks.length];
    if (!talk || !ask(scene, talk)) return;
    turns += 1;
    void overlapOnce(talk, turns);
  });
  await pause(3500);
  return { clear: clears.figures(), notCleared, ...tallies.shares() };
}

/** How often each kind of sound held the assistant's voice up, and stopped it for good. */
function createTallies() {
  const tallies = kinds.map(() => ({ heard: 0, held: 0, stopped: 0 }));
  return {
    add(kind: number, { heldAtMs, wentOn }: Watched) {
      const tally = tallies[kind];
      if (!tally) return;
      tally.heard += 1;
      if (heldAtMs !== null) tally.held += 1;
      if (heldAtMs !== null && !wentOn) tally.stopped += 1;
    },
    shares: () =>
      Object.fromEntries(
        tallies.flatMap(({ heard, held, stopped }, index) => {
          const name = kinds[index]?.[0];
          return heard === 0
            ? []
            : [[`${name}Held`, held / heard] as const, [`${name}Stopped`, stopped / heard] as const];
        }),
      ),
  };
}

/** Somebody is heard over the assistant; what came of it two seconds later. */
async function overlay(scene: Scene, { line }: Talk, { sound, words }: Overlap): Promise<Watched> {
  const watched: Watched = { heldAtMs: null, wentOn: false };
  line.onClear = (atMs) => {
    watched.heldAtMs ??= atMs;
    watched.wentOn = false;
  };
  line.onSound = () => {
    watched.wentOn = true;
  };
  line.voice(sound);
  const recognizer = scene.vendors.recognizerOf(line.number);
  await pause(wordsAfterMs);
  if (words !== null) recognizer?.startOfTurn(words);
  await pause(2000 - wordsAfterMs);
  line.onClear = () => {};
  line.onSound = () => {};
  if (words !== null) recognizer?.endOfTurn(words);
  return watched;
}
