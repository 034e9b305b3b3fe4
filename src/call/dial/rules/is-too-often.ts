/** Whether the number was rung too often already, in the last 24 hours or 7 days, for the same client. */
import { rulesAt } from './place-rules.ts';
import { allows, type DialFacts, forbids, type Rule } from './rule.ts';

const dayMs = 24 * 3600 * 1000;
const weekMs = 7 * dayMs;

/** A place's own limit holds where any does: where no phone is real there is none. */
function perDayFor({ attemptLimits, client, destination, places }: DialFacts): number | null {
  const { perDay } = attemptLimits;
  if (perDay === null) return null;
  const { countries, state } = rulesAt(places, destination);
  const own = state !== null && !client?.limits?.ignore_state_rules ? [...countries, state] : countries;
  return Math.min(perDay, ...own.map(({ callsPerDay }) => callsPerDay ?? perDay));
}

export const isTooOften: Rule = (facts, atMs) => {
  const limits = [
    { most: perDayFor(facts), windowMs: dayMs, words: '24 hours' },
    { most: facts.attemptLimits.perWeek, windowMs: weekMs, words: '7 days' },
  ];
  const full = limits.flatMap(({ most, windowMs, words }) => {
    if (most === null) return [];
    const within = facts.attemptsAtMs.filter((ms) => ms > atMs - windowMs);
    if (within.length < most) return [];
    // With a limit of none nothing ever passes.
    const oldest = within[most - 1];
    return [{ most, words, passesAtMs: oldest === undefined ? null : oldest + windowMs }];
  });
  const [worst] = full.toSorted((one, other) => passes(other) - passes(one));
  if (!worst) return allows(toWords(facts, atMs));
  return forbids({
    code: 'dial/too-often',
    detail: `This number may be called ${worst.most} times in ${worst.words}, and was.`,
    mend:
      worst.passesAtMs === null
        ? 'The operator sets how often with CALLS_PER_NUMBER_PER_DAY and CALLS_PER_NUMBER_PER_WEEK, or in the limits of the client.'
        : `Ask again at ${new Date(worst.passesAtMs).toISOString()}.`,
    passesAtMs: worst.passesAtMs,
  });
};

const passes = ({ passesAtMs }: { passesAtMs: number | null }) => passesAtMs ?? Number.POSITIVE_INFINITY;

function toWords({ attemptsAtMs, attemptLimits }: DialFacts, atMs: number): string {
  if (attemptLimits.perDay === null && attemptLimits.perWeek === null) return 'There is no limit to how often.';
  const lastDay = attemptsAtMs.filter((ms) => ms > atMs - dayMs).length;
  return `The number was called ${lastDay} times in the last 24 hours, ${attemptsAtMs.length} times in the last 7 days.`;
}
