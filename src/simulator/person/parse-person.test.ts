import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BadPersonScript, parsePerson } from './parse-person.ts';
import { loadReadyPeople } from './ready-people.ts';

describe('a person’s script', () => {
  it('is read step by step', () => {
    const person = parsePerson(
      'sarah',
      '# In a hurry.\nanswers after 2.5s\npatience 10s\nsays “Hello?”\nlistens\ninterrupts after 6 words "Sorry?"\npresses 12#\nwaits 200ms\nmurmurs after 4 words "Uh-huh."\ncoughs\ncoughs after 2 words\nsays pausing 1.5s "It is … five."\nhangs up after 1 word',
    );
    expect(person).toEqual({
      name: 'sarah',
      description: 'In a hurry.',
      pickup: { type: 'answers', afterMs: 2500 },
      patienceMs: 10_000,
      streamPatienceMs: 10_000,
      steps: [
        { type: 'says', text: 'Hello?' },
        { type: 'listens' },
        { type: 'interrupts', afterWords: 6, text: 'Sorry?' },
        { type: 'presses', digits: '12#' },
        { type: 'waits', ms: 200 },
        { type: 'murmurs', afterWords: 4, text: 'Uh-huh.' },
        { type: 'coughs', afterWords: 0 },
        { type: 'coughs', afterWords: 2 },
        { type: 'says-pausing', text: 'It is … five.', pauseMs: 1500 },
        { type: 'hangs-up', afterWords: 1 },
      ],
    });
  });

  it.each([
    ['says Hello?', 'line 1: "says Hello?" cannot be understood; write it like: says "Hello?"'],
    ['\n\ndances', 'line 3: "dances" cannot be understood; write one of: answers after 2s; is busy;'],
    ['listens\nis busy', 'line 2: how the phone is taken up belongs before all steps'],
    ['is busy\ndeclines', 'line 2: how the phone is taken up was already said above'],
    ['is busy\nlistens', 'a person who never answers can have no steps'],
    ['waits 999999min', 'line 1: the time is longer than a day'],
  ])('that is wrong names the line and the mend: %j', (script, message) => {
    expect(() => parsePerson('x', script)).toThrow(message);
  });

  it('is either read or refused with a line, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (script) => {
        try {
          expect(parsePerson('x', script).name).toBe('x');
        } catch (error) {
          expect(error).toBeInstanceOf(BadPersonScript);
        }
      }),
    );
  });
});

describe('the ready people', () => {
  it('have names, descriptions and numbers of their own', () => {
    const people = loadReadyPeople();
    expect(people.map(({ person }) => person.name)).toEqual([
      ...['sarah-johnson', 'patient-questions', 'busy', 'no-answer', 'declines', 'unreachable', 'voicemail', 'silent'],
      ...['nonsense', 'asks-not-to-be-called', 'hangs-up-early', 'presses-keys', 'says-uh-huh', 'coughs'],
      ...['speaks-slowly', 'iphone-screener', 'pixel-screener', 'phone-menu', 'fax'],
    ]);
    expect(new Set(people.map(({ number }) => number)).size).toBe(people.length);
    expect(people.every(({ person }) => person.description !== '')).toBe(true);
  });
});
