/** What must be said in a call, by where the person may be and whether the call is recorded. Pure. */
import { type Destination, toDestination } from '../dial/where/destination.ts';
import { type LineRulesTable, type PlaceRule, wordsOf } from './line-rules.ts';

export interface Duties {
  /** Where the rules are from, as the table names it; none: nothing must be said. */
  places: string[];
  sources: string[];
  /** Said before everything else, one after the other. */
  statements: string[];
  /** Asked at the end of the first words; nothing is recorded before the person says yes. */
  question: string | null;
}

export interface CallUnderRules {
  /** Of the person; of an incoming call it may be no number at all. */
  number: string;
  isRecorded: boolean;
  /** BCP 47. */
  language: string;
  /** The person has agreed to be recorded before this call. */
  hasAgreed: boolean;
}

const strictness = { nothing: 0, tell: 1, ask: 2 } as const;

/** Of several places the strictest holds, for each thing. */
export function dutiesOf(table: LineRulesTable, call: CallUnderRules): Duties {
  const rules = rulesFor(table, toDestination(call.number)).filter(
    ({ tell_ai: tellsAi, recording }) => tellsAi || (call.isRecorded && recording !== 'nothing'),
  );
  const words = wordsOf(table, call.language);
  const tellsAi = rules.some(({ tell_ai: tells }) => tells);
  const recording = call.isRecorded ? Math.max(0, ...rules.map((rule) => strictness[rule.recording])) : 0;
  const asks = recording === strictness.ask && !call.hasAgreed;
  const tells = recording > strictness.nothing && !asks;
  return {
    places: rules.map(({ place }) => place),
    sources: [...new Set(rules.flatMap(({ sources }) => sources))],
    statements: [...(tellsAi ? [words.ai] : []), ...(tells ? [words.recorded] : [])],
    question: asks ? words.may_record : null,
  };
}

function rulesFor({ places }: LineRulesTable, { countries, region }: Destination): PlaceRule[] {
  const wanted = countries.flatMap((country) => (region === null ? [country] : [country, `${country}-${region}`]));
  return places.filter(({ place }) => wanted.includes(place));
}

/** What of an assistant the duties change. */
interface Spoken {
  disclosure: string | null;
  greeting: string | null;
}

/**
 * The assistant's own words stand behind what must be said, and cannot take its place unless they hold it word for word.
 * Who has no greeting keeps none: what must be said then stands before the first words that they find.
 */
export function withDuties({ disclosure, greeting }: Spoken, { statements, question }: Duties): Spoken {
  const own = disclosure?.trim() ?? '';
  const missing = statements.filter((statement) => !own.includes(statement));
  const said = [...missing, own].filter((part) => part !== '').join(' ');
  const text = greeting?.trim() ?? '';
  const words = own === '' ? text : withoutStart(text, own);
  const isSaid = said === '' || text === '' || (missing.length === 0 && words !== text);
  if (isSaid && question === null) return { disclosure: said === '' ? disclosure : said, greeting };
  const asked = question === null || words.endsWith(question) ? '' : question;
  const parts = [said, words, asked].filter((part) => part !== '');
  return { disclosure: said === '' ? null : said, greeting: parts.join(' ') };
}

const withoutStart = (text: string, start: string) => (text.startsWith(start) ? text.slice(start.length).trim() : text);
