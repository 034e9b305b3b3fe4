import { describe, expect, it } from 'vitest';
import type { LanguageModel } from '../ports/language-model.ts';
import type { SpokenTurn } from '../simulator/person/person.ts';
import { answering, toPerson } from './people.ts';
import { toMove, toPersonaMessages } from './persona.ts';

const heard = (text: string): SpokenTurn[] => [{ by: 'application', text }];
const usual = { answers_after_ms: 1000, patience_ms: 30_000 };
const signal = new AbortController().signal;

describe('somebody who answers by what they hear', () => {
  it('gives the first answer that fits, each as often as it may be given, and else what is left', () => {
    const next = answering({
      answers: [
        { when: 'name', say: 'Ann.', hang_up: false, times: 1 },
        { when: '/name|key/i', press: '1', hang_up: false, times: 2 },
        { when: 'bye', hang_up: true, times: 1 },
      ],
      otherwise: { say: 'Sorry?', hang_up: false },
    });
    const moves = ['Your NAME?', 'Your name?', 'A key', 'A key', 'Bye.'].map((text) => next(heard(text), signal));
    expect(moves).toEqual([
      { say: 'Ann.', hangUp: false },
      { press: '1', hangUp: false },
      { press: '1', hangUp: false },
      { say: 'Sorry?', hangUp: false },
      { hangUp: true },
    ]);
  });
});

describe('somebody whom a language model plays', () => {
  const modelSaying = (...texts: string[]): LanguageModel => ({
    name: 'test',
    async *reply() {
      for (const text of texts) yield { type: 'text', text };
    },
  });

  it.each([
    ['Hello there.', { say: 'Hello there.', hangUp: false }],
    ['One. [press 1#]', { say: 'One.', press: '1#', hangUp: false }],
    ['(sighs) Bye! [hang up]', { say: '(sighs) Bye!', hangUp: true }],
    ['[Hang_up]', { hangUp: true }],
    ['[laughs]', { hangUp: false }],
  ])('does what it writes: %s', (text, move) => {
    expect(toMove(text)).toEqual(move);
  });

  it('knows who they are and what was said, and begins when the phone is picked up', () => {
    const said: SpokenTurn[] = [{ by: 'person', text: 'Hi.' }, ...heard('Good day.')];
    expect(toPersonaMessages('Ann, in a hurry', said)).toEqual([
      { role: 'system', content: expect.stringContaining('Ann, in a hurry') },
      { role: 'user', content: expect.any(String) },
      { role: 'assistant', content: 'Hi.' },
      { role: 'user', content: 'Good day.' },
    ]);
  });

  it('hangs up when the model fails, and it is told why', async () => {
    const broken: LanguageModel = {
      name: 'broken',
      // biome-ignore lint/correctness/useYield: it fails before it says anything
      async *reply() {
        throw new Error('no answer');
      },
    };
    const wanted = { persona: 'Ann', ...usual };
    const { person, trouble } = toPerson('ann', wanted, broken);
    expect(await person.converses?.decide(heard('Hello?'), signal)).toEqual({ hangUp: true });
    expect(trouble()).toBe('no answer');
    const well = toPerson('ann', wanted, modelSaying('I am ', 'fine.'));
    expect(await well.person.converses?.decide(heard('How are you?'), signal)).toEqual({
      say: 'I am fine.',
      hangUp: false,
    });
    expect(well.trouble()).toBeNull();
  });
});
