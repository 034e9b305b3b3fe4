/** The time of day in what a person says, as the tool for call backs takes it. Pure. */

const numbers = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];
const hourWords = numbers.join('|');

const inAWhile = new RegExp(`\\bin (?:(an?|half an|\\d{1,3}|${hourWords}) (hours?|minutes?))\\b`, 'u');
const byTheClock = new RegExp(
  `\\b(?:at|around|about|by|after) (noon|\\d{1,2}|${hourWords})(?: ([0-5]\\d))?(?: o'clock)?(?: (a ?m|p ?m|in the (?:morning|afternoon|evening)))?\\b`,
  'u',
);
const justTheClock = new RegExp(
  `^(noon|\\d{1,2}|${hourWords})(?: ([0-5]\\d))?(?: o'clock)?(?: (a ?m|p ?m))?(?: please)?$`,
  'u',
);

/** `call me back at 5` is `17:00`: from one to seven without more is the afternoon. Null where no time is named. */
export function findClockTime(said: string, nowMs: number): string | null {
  const [, count, unit] = inAWhile.exec(said) ?? [];
  if (count !== undefined && unit !== undefined) return laterBy(count, unit, nowMs);
  const [, hour, minute = '00', half] = byTheClock.exec(said) ?? justTheClock.exec(said) ?? [];
  if (hour === undefined) return null;
  const shown = hour === 'noon' ? 12 : toNumber(hour);
  if (shown > 23) return null;
  const day = /\btomorrow\b/u.test(said) ? 'tomorrow ' : '';
  return `${day}${String(toHour(shown, half)).padStart(2, '0')}:${minute}`;
}

function toHour(shown: number, half: string | undefined): number {
  if (half === undefined) return shown >= 1 && shown <= 7 ? shown + 12 : shown;
  const isMorning = /^a|morning/u.test(half);
  if (shown > 12) return shown;
  return (shown % 12) + (isMorning ? 0 : 12);
}

const toNumber = (word: string) => (/^\d/u.test(word) ? Number(word) : numbers.indexOf(word) + 1);

function laterBy(count: string, unit: string, nowMs: number): string {
  const times = count === 'half an' ? 0.5 : /^an?$/u.test(count) ? 1 : toNumber(count);
  const ms = times * (unit.startsWith('hour') ? 3_600_000 : 60_000);
  return new Date(nowMs + ms).toISOString();
}
