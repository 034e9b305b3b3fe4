import { SaxesParser } from 'saxes';
import { expect, it } from 'vitest';
import type { CallWithTurns } from '../api/contract/calls.ts';
import { toCount, toJson, toJunit, toLine } from './reports.ts';
import type { CaseResult } from './run-suite.ts';

const call = {
  ...{ id: 'call_1', status: 'completed', outcome: 'talked', ended_by: 'person', ended_reason: 'person_hung_up' },
  turns: [
    { index: 0, speaker: 'assistant', text: 'Good day to you.', heard_text: 'Good day', interrupted: true },
    { index: 1, speaker: 'person', text: 'a\u001b[2J<b> & "c"', heard_text: null, interrupted: false },
  ],
  tool_calls: [{ turn_index: 1, name: 'hang_up', arguments: '{}', state: 'done' }],
  latency: { reply_ms: { count: 0, p50: null, p95: null } },
} as unknown as CallWithTurns;

const good: CaseResult = { name: 'good', passed: true, differences: [], trouble: null, call, tookMs: 1234 };
const bad: CaseResult = {
  ...{ name: 'bad <1>', passed: false, trouble: null, call, tookMs: 10 },
  differences: [{ check: 'said', expected: '"hello"', found: 'nothing like it' }],
};
const refused: CaseResult = {
  ...bad,
  name: 'refused',
  differences: [],
  trouble: 'POST /v1/calls was refused',
  call: null,
};

it('a case that failed shows what was expected, what was found and what was said', () => {
  expect(toLine(good)).toBe('✓ good (1.2 s)');
  expect(toLine(bad).split('\n')).toEqual([
    '✗ bad <1> (0.0 s)',
    '    said: expected "hello"',
    '          found    nothing like it',
    '    the call call_1: completed, talked, ended by person (person_hung_up)',
    '       0 assistant Good day [cut off; it was to be: Good day to you.]',
    '       1 person    a [2J<b> & "c"',
    '       1 tool      hang_up({}), done',
  ]);
  expect(toLine(refused)).toContain('POST /v1/calls was refused');
  expect(toCount([good, bad, refused])).toBe('1 passed, 2 failed');
});

it('a build server can read it, whatever was said', () => {
  const xml = toJunit('My "suite" & others', [good, bad, refused]);
  const opened: [string, Record<string, string>][] = [];
  const parser = new SaxesParser();
  parser.on('opentag', ({ name, attributes }) => opened.push([name, attributes as Record<string, string>]));
  parser.write(xml).close();
  expect(opened.map(([name]) => name)).toEqual([
    ...['testsuites', 'testsuite', 'testcase', 'testcase', 'failure', 'testcase', 'failure'],
  ]);
  expect(opened[1]?.[1]).toMatchObject({ name: 'My "suite" & others', tests: '3', failures: '2' });
  expect(opened[3]?.[1]).toMatchObject({ name: 'bad <1>', time: '0.010' });
});

it('a program can read it', () => {
  const json = JSON.parse(toJson('s', [good, refused]));
  expect(json).toMatchObject({ suite: 's', passed: false, cases: [{ name: 'good', passed: true }, { call: null }] });
});
