/** What a test case says that makes no sense for a call in its direction, with the mend. */
import { parsePerson } from '../simulator/person/parse-person.ts';
import { loadReadyPeople } from '../simulator/person/ready-people.ts';
import type { Suite, SuitePerson, TestCase } from './suite-schema.ts';

export interface Misfit {
  path: readonly PropertyKey[];
  /** Begins with the field. */
  words: string;
}

/** What a call that we place brings along, and an incoming one cannot. */
const broughtAlong = {
  variables: 'an incoming call brings none; write what the assistant shall know into the prompt of its assistant',
  welcome_message: 'an incoming call brings none; write it as welcome_message of its assistant',
  agenda: 'an incoming call brings none; write it as agenda of its assistant',
};
const broughtFields = Object.keys(broughtAlong) as (keyof typeof broughtAlong)[];

/** Of a suite whose people can all be read. */
export function findMisfits(suite: Suite): Misfit[] {
  const ofCases = suite.cases.flatMap((testCase, index) =>
    misfitsOf(testCase).map(({ path, words }) => ({ path: ['cases', index, ...path], words: withCase(index, words) })),
  );
  const isAllInbound = suite.cases.every(({ direction }) => direction === 'inbound');
  if (!isAllInbound) return ofCases;
  const ofAll = broughtFields.filter((field) => suite[field] !== undefined);
  return [...ofAll.map((field) => ({ path: [field], words: `${field}: ${broughtAlong[field]}` })), ...ofCases];
}

const withCase = (index: number, words: string) => `cases.${index}.${words}`;

function misfitsOf(testCase: TestCase): Misfit[] {
  if (testCase.direction === 'inbound') return misfitsInbound(testCase);
  if (testCase.from === undefined) return [];
  const mend = 'nobody calls in here; set direction: inbound, or name the number that is called as to';
  return [{ path: ['from'], words: `from: ${mend}` }];
}

function misfitsInbound(testCase: TestCase): Misfit[] {
  const misfit = (field: string, why: string): Misfit => ({ path: field.split('.'), words: `${field}: ${why}` });
  const { to, person, expect } = testCase;
  const whyNoCaller = whyCallsNobody(person);
  return [
    ...(to === undefined
      ? []
      : [misfit('to', 'an incoming case calls the number of the test server; name the number that calls as from')]),
    ...broughtFields
      .filter((field) => testCase[field] !== undefined)
      .map((field) => misfit(field, broughtAlong[field])),
    ...(person.answers_after_ms === undefined
      ? []
      : [misfit('person.answers_after_ms', 'who calls in answers no phone; leave it out')]),
    ...(whyNoCaller === null ? [] : [misfit('person', whyNoCaller)]),
    ...(['answered_by', 'voicemail_message'] as const)
      .filter((check) => expect[check] !== undefined)
      .map((check) => misfit(`expect.${check}`, 'an incoming call is answered by the assistant; leave it out')),
  ];
}

function whyCallsNobody({ ready, script }: SuitePerson): string | null {
  const person =
    script === undefined
      ? loadReadyPeople().find((known) => known.person.name === ready)?.person
      : parsePerson('caller', script);
  if (!person || person.pickup.type === 'answers') return null;
  return 'who takes up no phone says nothing either; let somebody call who speaks';
}
