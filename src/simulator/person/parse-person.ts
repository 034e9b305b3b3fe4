/** Reads a person from their script: one step a line, in words. */
import { CallwrightError } from '../../base/errors.ts';
import type { Person, Pickup, Step } from './person.ts';

/** A line of a script that makes no sense; the message names the line and what would be right. */
export class BadPersonScript extends CallwrightError {
  readonly line: number;
  constructor(line: number, message: string) {
    super('simulator/bad-person-script', `line ${line}: ${message}`);
    this.line = line;
  }
}

const defaultPatienceMs = 30_000;
const defaultPickupMs = 2000;
const longestMs = 24 * 3600 * 1000;

interface Draft {
  pickup: Pickup | null;
  patienceMs: number | null;
  steps: Step[];
}

interface Phrase {
  form: string;
  pattern: RegExp;
  apply(draft: Draft, parts: string[]): void;
}

const time = '(\\d+(?:\\.\\d+)?)(ms|s|min)';
const quoted = '"([^"]*)"';

function toMs(amount = '', unit = ''): number {
  const ms = Number(amount) * { ms: 1, s: 1000, min: 60_000 }[unit as 'ms' | 's' | 'min'];
  if (ms > longestMs) throw new RangeError('the time is longer than a day');
  return ms;
}

function phrase(form: string, pattern: string, apply: Phrase['apply']): Phrase {
  return { form, pattern: new RegExp(`^${pattern}$`, 'u'), apply };
}

function step(form: string, pattern: string, toStep: (parts: string[]) => Step): Phrase {
  return phrase(form, pattern, (draft, parts) => {
    draft.steps.push(toStep(parts));
  });
}

function pickup(form: string, pattern: string, toPickup: (parts: string[]) => Pickup): Phrase {
  return phrase(form, pattern, (draft, parts) => {
    if (draft.pickup !== null) throw new RangeError('how the phone is taken up was already said above');
    if (draft.steps.length > 0) throw new RangeError('how the phone is taken up belongs before all steps');
    draft.pickup = toPickup(parts);
  });
}

const phrases: readonly Phrase[] = [
  pickup('answers after 2s', `answers after ${time}`, ([n, unit]) => ({ type: 'answers', afterMs: toMs(n, unit) })),
  pickup('is busy', 'is busy', () => ({ type: 'busy' })),
  pickup('does not answer', 'does not answer', () => ({ type: 'does-not-answer' })),
  pickup('declines', 'declines', () => ({ type: 'declines', afterMs: defaultPickupMs })),
  pickup('declines after 3s', `declines after ${time}`, ([n, unit]) => ({ type: 'declines', afterMs: toMs(n, unit) })),
  pickup('cannot be reached', 'cannot be reached', () => ({ type: 'cannot-be-reached' })),
  phrase('patience 10s', `patience ${time}`, (draft, [n, unit]) => {
    draft.patienceMs = toMs(n, unit);
  }),
  step('says "Hello?"', `says ${quoted}`, ([text = '']) => ({ type: 'says', text })),
  step('listens', 'listens', () => ({ type: 'listens' })),
  step('listens to "on Monday"', 'listens to "([^"]+)"', ([to = '']) => ({ type: 'listens', to })),
  step('interrupts after 6 words "Sorry?"', `interrupts after (\\d+) words? ${quoted}`, ([words, text = '']) => ({
    type: 'interrupts',
    afterWords: Number(words),
    text,
  })),
  step('murmurs after 4 words "Uh-huh."', `murmurs after (\\d+) words? ${quoted}`, ([words, text = '']) => ({
    type: 'murmurs',
    afterWords: Number(words),
    text,
  })),
  step('coughs', 'coughs', () => ({ type: 'coughs', afterWords: 0 })),
  step('coughs after 4 words', 'coughs after (\\d+) words?', ([words]) => ({
    type: 'coughs',
    afterWords: Number(words),
  })),
  step('says pausing 1s "It is … four one five."', `says pausing ${time} ${quoted}`, ([n, unit, text = '']) => ({
    type: 'says-pausing',
    text,
    pauseMs: toMs(n, unit),
  })),
  step('waits 3s', `waits ${time}`, ([n, unit]) => ({ type: 'waits', ms: toMs(n, unit) })),
  step('presses 12#', 'presses ([0-9*#w]+)', ([digits = '']) => ({ type: 'presses', digits })),
  step('stays silent', 'stays silent', () => ({ type: 'waits', ms: longestMs })),
  step('talks nonsense for 20s', `talks nonsense for ${time}`, ([n, unit]) => ({
    type: 'talks-nonsense',
    ms: toMs(n, unit),
  })),
  step('is a voicemail "Please leave a message."', `is a voicemail ${quoted}`, ([greeting = '']) => ({
    type: 'voicemail',
    greeting,
  })),
  step('is a fax machine', 'is a fax machine', () => ({ type: 'fax' })),
  step('hangs up', 'hangs up', () => ({ type: 'hangs-up', afterWords: 0 })),
  step('hangs up after 5 words', 'hangs up after (\\d+) words?', ([words]) => ({
    type: 'hangs-up',
    afterWords: Number(words),
  })),
];

/** The forms a line can take, for a help text. */
export const personPhrases: readonly string[] = phrases.map(({ form }) => form);

/**
 * Reads a script; empty lines and lines that begin with `#` are comments, and the first comment describes the person.
 * @throws BadPersonScript `simulator/bad-person-script`
 */
export function parsePerson(name: string, script: string): Person {
  const draft: Draft = { pickup: null, patienceMs: null, steps: [] };
  let description = '';
  for (const [index, raw] of script.split(/\r?\n/).entries()) {
    const line = raw.trim().replace(/[“”]/g, '"');
    if (line.startsWith('#')) description ||= line.slice(1).trim();
    else if (line !== '') readLine(draft, line, index + 1);
  }
  if (draft.pickup && draft.pickup.type !== 'answers' && draft.steps.length > 0) {
    throw new BadPersonScript(script.split(/\r?\n/).length, 'a person who never answers can have no steps');
  }
  const answers: Pickup = { type: 'answers', afterMs: defaultPickupMs };
  const { patienceMs, steps } = draft;
  const patience = patienceMs === null ? {} : { streamPatienceMs: patienceMs };
  return {
    ...{ name, description, pickup: draft.pickup ?? answers, steps },
    ...{ patienceMs: patienceMs ?? defaultPatienceMs, ...patience },
  };
}

function readLine(draft: Draft, line: string, number: number): void {
  for (const { pattern, apply } of phrases) {
    const match = pattern.exec(line);
    if (!match) continue;
    try {
      return apply(draft, match.slice(1));
    } catch (error) {
      if (error instanceof RangeError) throw new BadPersonScript(number, error.message);
      throw error;
    }
  }
  const [verb = ''] = line.split(' ', 1);
  const near = phrases.filter(({ form }) => form.split(' ', 1)[0] === verb).map(({ form }) => form);
  const mend = near.length > 0 ? `write it like: ${near.join(', or ')}` : `write one of: ${personPhrases.join('; ')}`;
  throw new BadPersonScript(number, `"${line.slice(0, 80)}" cannot be understood; ${mend}`);
}
