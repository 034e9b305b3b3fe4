/** Lets a person act on the line: does their steps one after another until the call is over. */
import { type Clock, waitFor } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import { unreachable } from '../../base/unreachable.ts';
import { streamPauseMs } from '../media/streamed-sound.ts';
import type { PhoneLine } from '../phone-line.ts';
import { babble } from './babble.ts';
import { createEar, type Ear } from './ear.ts';
import type { Converse, Person, SpokenTurn, Step } from './person.ts';

export interface Scene {
  person: Person;
  line: PhoneLine;
  clock: Clock;
  random: Random;
  /** Aborted when the call is over. */
  signal: AbortSignal;
}

/** Nobody speaks at the very moment of picking up; most speak before the other side can. */
const pickupMs = 100;
/** How long it must be quiet before a polite person takes it as their turn. */
const turnPauseMs = 600;
/** Over sound that may never come, nobody waits as long as for a voice that has begun a conversation, unless told to. */
const streamPatienceMs = 5000;
const recordingMs = 30_000;
const betweenFaxTonesMs = 3000;
/** From the last word to the hook, so that a stream still carries all of it. */
const hangUpMs = 100;

/** Resolves when the call is over, or when the person has nothing left to do and stays on the line in silence. */
export async function playPerson(scene: Scene): Promise<void> {
  const ear = createEar(scene.line, scene.clock);
  const stop = () => ear.close();
  scene.signal.addEventListener('abort', stop, { once: true });
  await waitFor(scene.clock, pickupMs, scene.signal);
  for (const step of scene.person.steps) {
    if (scene.signal.aborted) return;
    await doStep(scene, ear, step);
  }
  if (scene.person.converses) await converse(scene, ear, scene.person.converses);
}

/** Turn by turn until somebody hangs up; who hears nothing for as long as they have patience does. */
async function converse(scene: Scene, ear: Ear, { opens, decide }: Converse): Promise<void> {
  const { line, clock, signal, person } = scene;
  const said: SpokenTurn[] = [];
  let heardAtMs = clock.monotonicMs();
  for (let listens = !opens; !signal.aborted; listens = true) {
    if (listens) {
      await listen(scene, ear);
      const text = ear.takeWords();
      if (text === '' && clock.monotonicMs() - heardAtMs < person.patienceMs) continue;
      if (text === '') return hangUp(scene, ear);
      heardAtMs = clock.monotonicMs();
      said.push({ by: 'application', text });
    }
    const move = await decide(said, signal);
    ear.expectReply();
    if (move.say) {
      said.push({ by: 'person', text: move.say });
      await say(scene, ear, move.say);
    }
    if (move.press) {
      await line.press(move.press, signal);
      ear.expectReply();
    }
    if (move.hangUp) return hangUp(scene, ear);
  }
}

async function doStep(scene: Scene, ear: Ear, step: Step): Promise<void> {
  const { line, clock, signal } = scene;
  switch (step.type) {
    case 'says':
      return say(scene, ear, step.text);
    case 'listens':
      return listen(scene, ear, step.to);
    case 'interrupts':
      await hearWords(scene, ear, step.afterWords);
      return say(scene, ear, step.text);
    case 'murmurs':
      await hearWords(scene, ear, step.afterWords);
      return line.say(step.text, signal);
    case 'coughs':
      await hearWords(scene, ear, step.afterWords);
      return line.cough(signal);
    case 'says-pausing':
      await line.say(step.text, signal, step.pauseMs);
      return ear.expectReply();
    case 'waits':
      return waitFor(clock, step.ms, signal);
    case 'presses':
      await line.press(step.digits, signal);
      return ear.expectReply();
    case 'talks-nonsense':
      return talkNonsense(scene, ear, step.ms);
    case 'voicemail':
      await say(scene, ear, step.greeting);
      await line.beep(signal);
      await waitFor(clock, recordingMs, signal);
      return hangUp(scene, ear);
    case 'fax':
      return answerAsFax(scene, ear);
    case 'hangs-up':
      await hearWords(scene, ear, step.afterWords);
      return hangUp(scene, ear);
    default:
      return unreachable(step);
  }
}

async function hangUp({ line, clock, signal }: Scene, ear: Ear): Promise<void> {
  if (ear.isOnStream()) await waitFor(clock, hangUpMs, signal);
  if (!signal.aborted) line.hangUp();
}

async function answerAsFax(scene: Scene, ear: Ear): Promise<void> {
  const { line, clock, signal } = scene;
  for (let times = 0; times < 2 && !signal.aborted; times += 1) {
    await line.faxTone(signal);
    await waitFor(clock, betweenFaxTonesMs, signal);
  }
  return hangUp(scene, ear);
}

async function say({ line, signal }: Scene, ear: Ear, text: string): Promise<void> {
  await line.say(text, signal);
  ear.expectReply();
}

async function listen(scene: Scene, ear: Ear, to?: string): Promise<void> {
  const { signal } = scene;
  const hasHeard = () => (to === undefined ? ear.hasReply() : ear.hasHeard(to));
  const patienceMs = () => toPatienceMs(scene, ear);
  for (let hasAsked = false; !signal.aborted; ) {
    const heard = await ear.waitUntil(() => hasHeard() && !ear.isSpeaking(), patienceMs);
    if (signal.aborted) return;
    if (heard) {
      const goesOn = await ear.waitUntil(
        () => ear.isSpeaking(),
        // On a stream it has been quiet for a while already when it counts as quiet.
        () => (ear.isOnStream() ? turnPauseMs - streamPauseMs : turnPauseMs),
      );
      if (!goesOn) return ear.expectReply();
    } else if (ear.isOnStream()) {
      return;
    } else if (hasAsked) {
      return hangUp(scene, ear);
    } else {
      hasAsked = true;
      await say(scene, ear, 'Hello?');
    }
  }
}

function toPatienceMs({ person }: Scene, ear: Ear): number {
  return ear.isOnStream()
    ? (person.streamPatienceMs ?? Math.min(person.patienceMs, streamPatienceMs))
    : person.patienceMs;
}

/** Waits for so many words of the next utterance, or for its end if it is shorter. */
async function hearWords(scene: Scene, ear: Ear, words: number): Promise<void> {
  if (words === 0) return;
  const goal = ear.wordsHeard() + words;
  const isEnough = () => ear.wordsHeard() >= goal || (ear.hasReply() && !ear.isSpeaking());
  await ear.waitUntil(isEnough, () => toPatienceMs(scene, ear));
}

async function talkNonsense(scene: Scene, ear: Ear, ms: number): Promise<void> {
  const { clock, random, signal } = scene;
  const untilMs = clock.monotonicMs() + ms;
  while (!signal.aborted && clock.monotonicMs() < untilMs) {
    await say(scene, ear, babble(random));
    if (random.fraction() < 0.1)
      await scene.line.press('0123456789*#'.charAt(Math.floor(random.fraction() * 12)), signal);
    await waitFor(clock, 200 + random.fraction() * 3000, signal);
  }
}
