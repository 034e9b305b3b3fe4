/** Compares a call that is over with what was expected of it; each difference in words. */
import type { CallWithTurns, TurnResource } from '../api/contract/calls.ts';
import type { ToolCallResource } from '../api/contract/tools.ts';
import { isSaid } from './match-words.ts';
import type { Expectation } from './suite-schema.ts';

export interface Difference {
  /** The field of `expect`. */
  check: string;
  expected: string;
  found: string;
}

/** What was asked, and what it was compared with. */
type Check = (expected: Expectation, call: CallWithTurns) => Difference[];

const words = ['status', 'outcome', 'ended_by', 'ended_reason', 'answered_by', 'voicemail_message'] as const;

const checkFacts: Check = (expected, call) =>
  words.flatMap((check) => {
    const allowed: readonly string[] | undefined = expected[check];
    const found = call[check];
    if (!allowed || (found !== null && allowed.includes(found))) return [];
    return [{ check, expected: allowed.join(' or '), found: found ?? 'nothing' }];
  });

const heardOf = (turns: readonly TurnResource[], speaker: TurnResource['speaker']) =>
  turns
    .filter((turn) => turn.speaker === speaker)
    .map((turn) => turn.heard_text ?? (speaker === 'person' ? turn.text : ''));

const checkWords: Check = (expected, call) => {
  const assistant = heardOf(call.turns, 'assistant');
  const person = heardOf(call.turns, 'person');
  const missing = (check: 'said' | 'person_said', texts: string[]) =>
    (expected[check] ?? [])
      .filter((pattern) => !isSaid(pattern, texts))
      .map((pattern) => ({ check, expected: quoted(pattern), found: whyNotSaid(pattern, check, call) }));
  const unwanted = (check: 'not_said' | 'person_not_said', texts: string[]) =>
    (expected[check] ?? [])
      .filter((pattern) => isSaid(pattern, texts))
      .map((pattern) => ({ check, expected: `not ${quoted(pattern)}`, found: whereSaid(pattern, texts) }));
  return [
    ...missing('said', assistant),
    ...unwanted('not_said', assistant),
    ...missing('person_said', person),
    ...unwanted('person_not_said', person),
  ];
};

function whyNotSaid(pattern: string, check: 'said' | 'person_said', { turns }: CallWithTurns): string {
  const cut = turns.find((turn) => turn.speaker === 'assistant' && turn.interrupted && isSaid(pattern, [turn.text]));
  if (check === 'said' && cut)
    return `turn ${cut.index} was to say it and was cut off: ${quoted(cut.heard_text ?? '')}`;
  const speaker = check === 'said' ? 'assistant' : 'person';
  const count = turns.filter((turn) => turn.speaker === speaker).length;
  return `nothing like it in ${count} ${count === 1 ? 'turn' : 'turns'} of the ${speaker}`;
}

const whereSaid = (pattern: string, texts: readonly string[]) =>
  quoted(texts.find((text) => isSaid(pattern, [text])) ?? texts.join(' '));

const checkTools: Check = ({ tools = [], tools_not_called: not = [] }, { tool_calls: calls }) => [
  ...tools.flatMap((tool) => {
    const named = calls.filter(({ name }) => name === tool.name);
    const fitting = named.filter(
      (call) =>
        (tool.arguments === undefined || isLike(tool.arguments, toArguments(call))) &&
        (tool.state ?? call.state) === call.state,
    );
    const isRight = tool.times === undefined ? fitting.length > 0 : fitting.length === tool.times;
    if (isRight) return [];
    return [{ check: 'tools', expected: toToolWords(tool), found: toFoundTools(named.length > 0 ? named : calls) }];
  }),
  ...calls
    .filter(({ name }) => not.includes(name))
    .map((call) => ({ check: 'tools_not_called', expected: `no ${call.name}`, found: toFoundTools([call]) })),
];

function toToolWords({ name, arguments: wanted, state, times }: NonNullable<Expectation['tools']>[number]): string {
  const often = times === undefined ? '' : `${times} times `;
  return `${often}${name}(${wanted ? JSON.stringify(wanted) : '…'})${state ? `, ${state}` : ''}`;
}

const toFoundTools = (calls: readonly ToolCallResource[]) =>
  calls.length === 0
    ? 'no tool was called'
    : calls.map(({ name, arguments: given, state }) => `${name}(${given}), ${state}`).join('; ');

function toArguments({ arguments: json }: ToolCallResource): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

/** Every value that is wanted is there; more may be. A wanted text may be a pattern between slashes. */
function isLike(wanted: unknown, found: unknown): boolean {
  if (typeof wanted === 'string' && typeof found === 'string') {
    return wanted === found || (/^\/.+\/\w*$/s.test(wanted) && isSaid(wanted, [found]));
  }
  if (typeof wanted !== 'object' || wanted === null) return wanted === found;
  if (typeof found !== 'object' || found === null) return false;
  return Object.entries(wanted).every(([name, value]) => isLike(value, (found as Record<string, unknown>)[name]));
}

const checkAnalysis: Check = ({ data = {}, success }, { analysis }) => {
  const found = analysis?.data ?? {};
  const unlike = Object.entries(data).filter(([name, value]) => !isLike(value, found[name]?.value));
  const why = analysis?.source === 'rules' ? ' (no language model has read the call)' : '';
  return [
    ...unlike.map(([name, value]) => ({
      check: `data.${name}`,
      expected: JSON.stringify(value),
      found: `${JSON.stringify(found[name]?.value ?? null)}${why}`,
    })),
    ...(success === undefined || analysis?.success === success
      ? []
      : [{ check: 'success', expected: `${success}`, found: `${analysis?.success ?? 'nobody says'}${why}` }]),
  ];
};

const checkTimes: Check = ({ reply_ms: limits = {}, turns: range = {} }, { turns, latency }) => {
  const replies = turns.flatMap(({ reply_ms: ms }) => ms ?? []);
  const { p50, p95 } = latency.reply_ms;
  const found = { p50, p95, longest: replies.length === 0 ? null : Math.max(...replies) };
  const slow = (['p50', 'p95', 'longest'] as const).flatMap((figure) => {
    const limit = limits[figure];
    const ms = found[figure];
    if (limit === undefined || (ms !== null && ms <= limit)) return [];
    return [{ check: `reply_ms.${figure}`, expected: `at most ${limit}`, found: ms === null ? 'no reply' : `${ms}` }];
  });
  const isMany = turns.length > (range.at_most ?? Number.POSITIVE_INFINITY);
  const isFew = turns.length < (range.at_least ?? 0);
  if (!isMany && !isFew) return slow;
  const expected = isMany ? `at most ${range.at_most}` : `at least ${range.at_least}`;
  return [...slow, { check: 'turns', expected, found: `${turns.length}` }];
};

const quoted = (text: string) => (/^\/.+\/\w*$/s.test(text) ? text : JSON.stringify(text.trim()));

export function checkCall(expected: Expectation, call: CallWithTurns): Difference[] {
  return [checkFacts, checkWords, checkTools, checkAnalysis, checkTimes].flatMap((check) => check(expected, call));
}

/** Whether the call must have been analyzed before it can be judged. */
export const needsAnalysis = ({ data, success }: Expectation): boolean => data !== undefined || success !== undefined;
