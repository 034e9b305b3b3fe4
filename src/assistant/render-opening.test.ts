import { describe, expect, it } from 'vitest';
import { renderOpening } from './render-opening.ts';

const own = { welcome_message: 'Hello {{name}}.', agenda: 'Sell {{thing}}.' };
const variables = { name: 'Ann', thing: 'tea' };

describe('the opening of a call', () => {
  it('is the assistant’s own where the request brings none', () => {
    const words = { greeting: 'Hello Ann.', agenda: 'Sell tea.', missing: [] };
    expect(renderOpening(own, { variables })).toEqual(words);
    expect(renderOpening(own, { variables, welcomeMessage: null, agenda: ' ' })).toEqual(words);
  });

  it('is the request’s where it brings one, with the same names', () => {
    const asked = { welcomeMessage: 'Good day, {{name}}!', agenda: 'Ask about {{thing}}.', variables };
    expect(renderOpening(own, asked)).toEqual({
      greeting: 'Good day, Ann!',
      agenda: 'Ask about tea.',
      missing: [],
    });
  });

  it('lists the missing names of both templates, each once, greeting first', () => {
    const asked = { welcomeMessage: '{{b}} {{a}}', agenda: '{{c}} {{a}}', variables: {} };
    expect(renderOpening(own, asked).missing).toEqual(['b', 'a', 'c']);
  });

  it('is none when neither brings any, or when only blanks are left of it', () => {
    const none = { greeting: null, agenda: null, missing: [] };
    expect(renderOpening({ welcome_message: null, agenda: null }, { variables })).toEqual(none);
    expect(renderOpening({ welcome_message: '{{name}} ', agenda: null }, { variables: { name: '' } })).toEqual(none);
  });

  it('begins with what the person must be told, once', () => {
    const disclosure = 'I am an AI, and this call is recorded.';
    const greetingOf = (welcome_message: string | null) =>
      renderOpening({ ...own, welcome_message, disclosure }, { variables }).greeting;
    expect(greetingOf('Hello {{name}}.')).toBe(`${disclosure} Hello Ann.`);
    expect(greetingOf(`${disclosure} Hello.`)).toBe(`${disclosure} Hello.`);
    expect(greetingOf(null)).toBe(disclosure);
  });
});
