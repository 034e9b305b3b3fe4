/** Makes the test calls of a suite on a running server, a few at a time, and judges each. */
import type { CallWithTurns } from '../api/contract/calls.ts';
import { CallwrightError, messageOf } from '../base/errors.ts';
import type { LanguageModel } from '../ports/language-model.ts';
import type { Person } from '../simulator/person/person.ts';
import { checkCall, type Difference, needsAnalysis } from './check-call.ts';
import { toPerson } from './people.ts';
import type { Suite, TestCase } from './suite-schema.ts';

/** The server under test, and its phone network. */
export interface ServerUnderTest {
  /** @throws CallwrightError when the answer is not a success */
  post(path: string, body: object): Promise<{ id: string | number }>;
  call(id: string): Promise<CallWithTurns>;
  /** Settles when this was told of the call. */
  whenTold(type: 'call.ended' | 'call.analyzed', callId: string): Promise<void>;
  setPerson(number: string, person: Person): void;
  /** Lets the person call the server, where this assistant answers; gives the call's id. @throws CallwrightError when nobody took it */
  callIn(ends: CallEnds): Promise<string>;
}

/** Who talks to whom. */
export interface CallEnds {
  /** Of the person. */
  number: string;
  person: Person;
  assistantId: number;
}

export interface CaseResult {
  name: string;
  passed: boolean;
  differences: Difference[];
  /** Why there is nothing to judge: the call was refused, or the person could not be played. */
  trouble: string | null;
  call: CallWithTurns | null;
  tookMs: number;
}

export interface SuiteParts {
  server: ServerUnderTest;
  /** Plays those who have a persona; null: nobody can. */
  model: LanguageModel | null;
  mostAtOnce: number;
  monotonicMs(): number;
  /** Called as each is judged, in whatever order they end. */
  onResult?(result: CaseResult): void;
}

/** Numbers that no phone has, in states of the United States and by no means all in one. */
const areas = [212, 312, 602, 713, 404, 216, 313, 704, 503, 303];
const mostOfArea = 100;

export function numberOf(index: number): string {
  const area = areas[index % areas.length];
  const last = Math.floor(index / areas.length) % mostOfArea;
  return `+1${area}55501${String(last).padStart(2, '0')}`;
}

/** @throws CallwrightError `suite/no-model` */
export function refuseUnplayable(suite: Suite, model: LanguageModel | null): void {
  const unplayable = suite.cases.find(({ person }) => person.persona !== undefined);
  if (!unplayable || model !== null) return;
  throw new CallwrightError(
    'suite/no-model',
    `"${unplayable.name}": a persona is played by a language model: set OPENAI_API_KEY, or write answers or a script.`,
  );
}

/** In the order of the suite. */
export async function runSuite(suite: Suite, parts: SuiteParts): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  const waiting = [...suite.cases.entries()];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, testCase] = next;
      const result = await runCase(suite, testCase, {
        ...parts,
        number: testCase.to ?? testCase.from ?? numberOf(index),
      });
      results[index] = result;
      parts.onResult?.(result);
    }
  };
  await Promise.all(Array.from({ length: parts.mostAtOnce }, work));
  return results;
}

async function runCase(suite: Suite, testCase: TestCase, parts: SuiteParts & { number: string }): Promise<CaseResult> {
  const startedAtMs = parts.monotonicMs();
  const { name } = testCase;
  const tookMs = () => Math.round(parts.monotonicMs() - startedAtMs);
  try {
    const { call, trouble } = await makeCall(suite, testCase, parts);
    const differences = checkCall(testCase.expect, call);
    const passed = differences.length === 0 && trouble === null;
    return { name, passed, differences, trouble, call, tookMs: tookMs() };
  } catch (error) {
    return { name, passed: false, differences: [], trouble: messageOf(error), call: null, tookMs: tookMs() };
  }
}

async function makeCall(suite: Suite, testCase: TestCase, parts: SuiteParts & { number: string }) {
  const { server, number, model } = parts;
  const played = toPerson(testCase.name, testCase.person, model);
  const assistant = await server.post('/v1/assistants', toAssistant(suite, testCase));
  const ends = { number, person: played.person, assistantId: Number(assistant.id) };
  const isInbound = testCase.direction === 'inbound';
  const id = await (isInbound ? server.callIn(ends) : placeCall(server, ends, { suite, testCase }));
  await server.whenTold('call.ended', id);
  if (needsAnalysis(testCase.expect)) await server.whenTold('call.analyzed', id);
  return { call: await server.call(id), trouble: played.trouble() };
}

/** An incoming call knows no limit but its assistant's own. */
function toAssistant(suite: Suite, { assistant: changes, direction, max_duration_seconds: longest }: TestCase) {
  const assistant = { ...suite.assistant, ...changes };
  if (direction === 'outbound') return assistant;
  const own = assistant.limits?.max_duration_seconds ?? longest;
  return { ...assistant, limits: { ...assistant.limits, max_duration_seconds: Math.min(own, longest) } };
}

async function placeCall(
  server: ServerUnderTest,
  { number, person, assistantId }: CallEnds,
  { suite, testCase }: { suite: Suite; testCase: TestCase },
): Promise<string> {
  server.setPerson(number, person);
  const placed = await server.post('/v1/calls', toRequest(suite, testCase, { to: number, assistant_id: assistantId }));
  return String(placed.id);
}

function toRequest(suite: Suite, testCase: TestCase, call: Record<string, unknown>): Record<string, unknown> {
  const variables = { ...suite.variables, ...testCase.variables };
  const welcome = testCase.welcome_message ?? suite.welcome_message;
  const agenda = testCase.agenda ?? suite.agenda;
  return {
    ...call,
    ...(Object.keys(variables).length === 0 ? {} : { variables }),
    ...(welcome === undefined ? {} : { welcome_message: welcome }),
    ...(agenda === undefined ? {} : { agenda }),
    max_duration_seconds: testCase.max_duration_seconds,
  };
}
