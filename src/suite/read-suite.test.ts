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

  it('may let the person call in, from a number of theirs', () => {
    const inbound = oneCase.replace('person:', 'direction: inbound\n    from: "+12125550100"\n    person:');
    const suite = read(assistant + inbound);
    expect(suite.cases[0]).toMatchObject({ direction: 'inbound', from: '+12125550100' });
    expect(read(assistant + oneCase).cases[0]).toMatchObject({ direction: 'outbound' });
  });

  const inbound = (more: string) => `${assistant}cases:\n  - name: a\n    direction: inbound\n${more}`;
  const usualPerson = '    person: sarah-johnson\n';
  const usualExpect = '    expect: { outcome: talked }\n';

  it.each([
    [
      assistant + oneCase.replace('person:', 'from: "+12125550100"\n    person:'),
      'suite.yaml:4: cases.0.from: nobody calls in here; set direction: inbound, or name the number that is called as to',
    ],
    [
      inbound(`    to: "+12125550100"\n${usualPerson}${usualExpect}`),
      'suite.yaml:5: cases.0.to: an incoming case calls the number of the test server; name the number that calls as from',
    ],
    [
      inbound(`    variables: { a: b }\n    welcome_message: Hi.\n    agenda: x\n${usualPerson}${usualExpect}`),
      [
        'suite.yaml:5: cases.0.variables: an incoming call brings none; write what the assistant shall know into the prompt of its assistant',
        'suite.yaml:6: cases.0.welcome_message: an incoming call brings none; write it as welcome_message of its assistant',
        'suite.yaml:7: cases.0.agenda: an incoming call brings none; write it as agenda of its assistant',
      ].join('\n'),
    ],
    [
      `variables: { a: b }\n${inbound(usualPerson + usualExpect)}`,
      'suite.yaml:1: variables: an incoming call brings none',
    ],
    [
      inbound(`    person: { persona: Ann, answers_after_ms: 10 }\n${usualExpect}`),
      'suite.yaml:5: cases.0.person.answers_after_ms: who calls in answers no phone; leave it out',
    ],
    [inbound(`    person: busy\n${usualExpect}`), 'suite.yaml:5: cases.0.person: who takes up no phone says nothing'],
    [
      inbound(`    person: { script: does not answer }\n${usualExpect}`),
      'suite.yaml:5: cases.0.person: who takes up no phone says nothing',
    ],
    [
      inbound(`${usualPerson}    expect: { answered_by: person, voicemail_message: left }\n`),
      'suite.yaml:6: cases.0.expect.answered_by: an incoming call is answered by the assistant; leave it out\nsuite.yaml:6: cases.0.expect.voicemail_message',
    ],
    [inbound(usualPerson + usualExpect).replace('inbound', 'in'), 'cases.0.direction: must be outbound or inbound'],
  ])('is refused where it says what makes no sense in its direction: %j', (text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it('keeps for the calls that are placed what they bring along, beside others that come in', () => {
    const second = '  - name: b\n    direction: inbound\n    person: silent\n    expect: { turns: { at_least: 1 } }\n';
    expect(read(`variables: { a: b }\n${assistant}${oneCase}${second}`).cases).toHaveLength(2);
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
