/** Proof: the person and the transcript agree on every word that was heard, however often the person interrupts. */
import type { Engine } from '../../src/assistant/assistant.ts';
import { createSeededRandom, type Random } from '../../src/base/random.ts';
import { startVirtualCall, type VirtualCallOptions } from './virtual-call.ts';
import { compareHeard, compareSaid, longestSilence, oddities } from './what-was-heard.ts';

const fruits = 'apples pears plums cherries melons grapes figs lemons oranges berries peaches quinces'.split(' ');
const questions = [
  'What was that number?',
  'Please stop for a moment.',
  'I have a question about the bill.',
  'Who gave you this number, and what do you want from me?',
  'Tell me more about the price.',
  'No.',
  'Could you say that again more slowly?',
];

const pick = <T>(random: Random, things: readonly T[]): T => {
  const thing = things[Math.floor(random.fraction() * things.length)];
  if (thing === undefined) throw new RangeError('there is nothing to pick from');
  return thing;
};

/** Long enough to be interrupted, and no two alike. */
export function longAnswer(random: Random, count: number): string {
  const list = Array.from({ length: 3 + Math.floor(random.fraction() * 8) }, () => pick(random, fruits));
  return `Reply${count} is this: we have ${list.join(', ')} today. That was reply${count}.`;
}

/** Speaks again and again at any moment of what is being said, without waiting for its end. */
export function impatientPerson(random: Random, interruptions: number): string {
  const steps = Array.from({ length: interruptions }, () => {
    const ms = Math.round(300 + random.fraction() ** 1.5 * 9000);
    return `waits ${ms}ms\nsays "${pick(random, questions)}"`;
  });
  return ['answers after 1s', ...steps, 'listens', 'says "Thank you, that is all."', 'listens', 'hangs up'].join('\n');
}

export interface Agreement {
  troubles: string[];
  interruptions: number;
  longestSilenceMs: number;
  words: number;
}

export async function proveAgreement(
  engine: Engine,
  { seed, interruptions, ...others }: { seed: number; interruptions: number } & Partial<VirtualCallOptions>,
): Promise<Agreement> {
  const random = createSeededRandom(seed);
  const call = await startVirtualCall({
    ...{
      seed,
      engines: [engine],
      greeting: 'Good morning, this is the clinic, and we call about your visit on Monday.',
    },
    person: impatientPerson(random, interruptions),
    answer: (_said, count) => longAnswer(random, count),
    ...others,
  });
  await call.finish(interruptions * 30_000 + 60_000);
  const [turns, truth] = [call.record.turns(), call.truth()];
  const silence = longestSilence(turns, truth);
  const { timers, sockets } = await call.leftOver();
  const troubles = [...compareHeard(turns, truth), ...compareSaid(turns, truth), ...oddities(truth)];
  if (call.ending()?.reason !== 'person_hung_up') troubles.push(`ended as ${JSON.stringify(call.ending())}`);
  if (timers + sockets > 0) troubles.push(`${timers} timers and ${sockets} sockets are left`);
  if (silence.ms > 4000) troubles.push(`${silence.ms} ms of silence until ${silence.atMs} ms`);
  return {
    troubles,
    interruptions: turns.filter(({ interrupted }) => interrupted).length,
    longestSilenceMs: silence.ms,
    words: truth.heardWords.length,
  };
}
