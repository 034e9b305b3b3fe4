/** What came of a suite: lines for a terminal, JSON, and JUnit's XML for a build server. */
import type { TurnResource } from '../api/contract/calls.ts';
import type { CaseResult } from './run-suite.ts';

/** What was said is somebody else's text: it must not move the cursor, and XML knows no control characters. */
const shown = (text: string) => text.replaceAll(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]+/gu, ' ').trim();

function toTurnWords({ speaker, text, heard_text: heard, interrupted }: TurnResource): string {
  const said = shown(speaker === 'person' ? text : (heard ?? ''));
  return interrupted ? `${said} [cut off; it was to be: ${shown(text)}]` : said;
}

/** What was expected and found, and what was said. */
export function toFailureLines({ differences, trouble, call }: CaseResult): string[] {
  const unlike = differences.flatMap(({ check, expected, found }) => [
    `${check}: expected ${shown(expected)}`,
    `${' '.repeat(check.length)}  found    ${shown(found)}`,
  ]);
  const lines = [...(trouble === null ? [] : [shown(trouble)]), ...unlike];
  if (!call) return lines;
  const end = `${call.status}, ${call.outcome ?? 'no outcome'}, ended by ${call.ended_by ?? 'nobody'} (${call.ended_reason ?? 'no reason'})`;
  const turns = call.turns.map(
    (turn) => `  ${String(turn.index).padStart(2)} ${turn.speaker.padEnd(9)} ${toTurnWords(turn)}`,
  );
  const tools = call.tool_calls.map(
    ({ turn_index: at, name, arguments: given, state }) =>
      `  ${String(at).padStart(2)} tool      ${name}(${shown(given)}), ${state}`,
  );
  return [...lines, `the call ${call.id}: ${end}`, ...turns, ...tools];
}

export function toLine(result: CaseResult): string {
  const head = `${result.passed ? '✓' : '✗'} ${result.name} (${(result.tookMs / 1000).toFixed(1)} s)`;
  if (result.passed) return head;
  return [head, ...toFailureLines(result).map((line) => `    ${line}`)].join('\n');
}

export function toCount(results: readonly CaseResult[]): string {
  const failed = results.filter(({ passed }) => !passed).length;
  return `${results.length - failed} passed, ${failed} failed`;
}

export function toJson(suite: string, results: readonly CaseResult[]): string {
  const cases = results.map(({ name, passed, differences, trouble, call, tookMs }) => ({
    ...{ name, passed, took_ms: tookMs, trouble, differences },
    call: call && {
      ...{
        id: call.id,
        direction: call.direction,
        from: call.from,
        to: call.to,
        status: call.status,
        outcome: call.outcome,
      },
      ...{ ended_by: call.ended_by, ended_reason: call.ended_reason, answered_by: call.answered_by },
      duration_seconds: call.duration_seconds,
      ...{ reply_ms: call.latency.reply_ms, analysis: call.analysis, tool_calls: call.tool_calls, turns: call.turns },
    },
  }));
  const passed = results.every((result) => result.passed);
  return `${JSON.stringify({ suite, passed, cases }, null, 2)}\n`;
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

export function toJunit(suite: string, results: readonly CaseResult[]): string {
  const failed = results.filter(({ passed }) => !passed).length;
  const seconds = (ms: number) => (ms / 1000).toFixed(3);
  const total = seconds(results.reduce((sum, { tookMs }) => sum + tookMs, 0));
  const name = escaped(shown(suite));
  const cases = results.map((result) => {
    const open = `    <testcase classname="${name}" name="${escaped(shown(result.name))}" time="${seconds(result.tookMs)}"`;
    if (result.passed) return `${open}/>`;
    const [message = 'failed'] = toFailureLines(result);
    const lines = toFailureLines(result).map(escaped).join('\n');
    return `${open}>\n      <failure message="${escaped(message)}">${lines}</failure>\n    </testcase>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites tests="${results.length}" failures="${failed}" time="${total}">`,
    `  <testsuite name="${name}" tests="${results.length}" failures="${failed}" errors="0" skipped="0" time="${total}">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}
