import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BadSuite, readSuite } from './read-suite.ts';

const assistant = 'assistant: { name: Desk, prompt: Be kind. }\n';
const oneCase = 'cases:\n  - name: a\n    person: sarah-johnson\n    expect: { outcome: talked }\n';

const read = (text: string, files: Record<string, string> = {}) =>
  readSuite({
    ...{ name: 'suite.yaml', text },
    readFile(name) {
      const found = files[name];
      if (found === undefined) throw new Error('no such file');
      return found;
    },
  });

describe('a file of test calls', () => {
  it('is read, with what is usual filled in', () => {
    const suite = read(assistant + oneCase);
    expect(suite).toMatchObject({
      name: 'test calls',
      assistant: { name: 'Desk' },
      cases: [
        { name: 'a', person: { ready: 'sarah-johnson' }, max_duration_seconds: 300, expect: { outcome: ['talked'] } },
      ],
    });
  });

  it('may be JSON, and may take its assistant from another file', () => {
    const cases = [{ name: 'a', person: { script: 'listens' }, expect: { said: 'hello', tools: ['hang_up'] } }];
    const suite = read(JSON.stringify({ assistant: 'desk.json', cases }), {
      'desk.json': '{"name":"Desk","prompt":"x"}',
    });
    expect(suite.assistant.name).toBe('Desk');
    expect(suite.cases[0]?.expect).toEqual({ said: ['hello'], tools: [{ name: 'hang_up' }] });
  });

  it.each([
    ['a: b: c', 'suite.yaml:1: Nested mappings are not allowed in compact mappings'],
    [oneCase, 'suite.yaml:1: assistant: is missing: it must be object'],
    [`${assistant}cases: []`, 'suite.yaml:2: cases: Too small'],
    [
      assistant + oneCase.replace('expect: { outcome', 'expect: { outcom'),
      'suite.yaml:5: cases.0.expect.outcom: there is no such field here; did you mean outcome?',
    ],
    [
      assistant + oneCase.replace('sarah-johnson', 'sara'),
      'suite.yaml:4: person: nobody is called sara; there are sarah-johnson,',
    ],
    [
      assistant + oneCase.replace('sarah-johnson', '{ script: "listens\\ndances" }'),
      'suite.yaml:4: script, line 2: "dances" cannot be understood',
    ],
    [
      assistant + oneCase.replace('sarah-johnson', '{ opens_with: Hi }'),
      'cases.0.person: needs one of ready, script, answers and persona, and has none',
    ],
    [assistant + oneCase.replace('outcome: talked', 'said: /(/'), 'cases.0.expect.said.0: is no regular expression'],
    [
      assistant + oneCase.replace('outcome: talked', 'status: done'),
      'cases.0.expect.status.0: must be scheduled or queued',
    ],
    [assistant + oneCase + oneCase.slice('cases:\n'.length), 'cases: gives two cases the same name'],
    [
      assistant.replace('prompt', 'promt') + oneCase,
      'suite.yaml:1: assistant.promt: there is no such field here; did you mean prompt?',
    ],
    [`assistant: none.json\n${oneCase}`, 'suite.yaml:1: assistant: none.json cannot be read: no such file'],
  ])('that is wrong is refused with line, field and mend: %j', (text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it('is either read or refused with a line, whatever it is', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('cases:', '\n  - ', ': ', '{', '*a', '&a ', '<<', '!!js'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        try {
          read(pieces.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(BadSuite);
        }
      }),
    );
  });

  it('that refers to itself a thousandfold is refused', () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: *b\n`;
    expect(() => read(bomb)).toThrow(BadSuite);
  });
});
