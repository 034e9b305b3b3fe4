import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dutiesOf, withDuties } from './duties.ts';
import { hearConsent, type RecordingConsent } from './hear-consent.ts';
import { lineRulesSchema, noLineRules, usualLineRules, wordsOf } from './line-rules.ts';

const ai = 'I am an AI assistant.';
const recorded = 'This call is recorded.';
const asked = 'May this call be recorded?';

const duties = (number: string, more: { isRecorded?: boolean; language?: string; hasAgreed?: boolean } = {}) =>
  dutiesOf(usualLineRules, { number, isRecorded: true, language: 'en-US', hasAgreed: false, ...more });

describe('what must be said', () => {
  it.each([
    ['California', '+14155550101', [ai, recorded], null],
    ['Florida', '+13055550101', [recorded], null],
    ['New York, where one party may record', '+12125550101', [], null],
    ['Texas', '+17135550101', [ai], null],
    ['an area code that nobody has', '+15558675310', [], null],
    ['France', '+33142685300', [ai, recorded], null],
    ['Germany', '+4930123456', [ai], asked],
    ['Canada', '+14165550101', [recorded], null],
    ['no number at all', 'anonymous', [], null],
  ])('in %s', (...[, number, statements, question]) => {
    expect(duties(number)).toMatchObject({ statements, question });
    expect(duties(number).sources.length > 0).toBe(statements.length > 0 || question !== null);
  });

  it('about a recording is said only where there is one, and asked only of those who have not agreed', () => {
    expect(duties('+13055550101', { isRecorded: false })).toMatchObject({ places: [], statements: [] });
    expect(duties('+4930123456', { isRecorded: false })).toMatchObject({ statements: [ai], question: null });
    expect(duties('+4930123456', { hasAgreed: true })).toMatchObject({ statements: [ai, recorded], question: null });
  });

  it('is said in the language of the call, or in English', () => {
    expect(duties('+4930123456', { language: 'de-DE' })).toMatchObject({
      ...{ statements: ['Ich bin ein KI-Assistent.'], question: 'Darf dieses Gespräch aufgezeichnet werden?' },
    });
    expect(duties('+14155550101', { language: 'fi' }).statements).toEqual([ai, recorded]);
  });

  it('is nothing where the operator wants nothing', () => {
    expect(
      dutiesOf(noLineRules, { number: '+14155550101', isRecorded: true, language: 'en', hasAgreed: false }),
    ).toEqual({
      ...{ places: [], sources: [], statements: [], question: null },
    });
  });
});

describe('the words of the assistant', () => {
  const both = { places: ['US-CA'], sources: [], statements: [ai, recorded], question: null };

  it.each([
    [null, null, `${ai} ${recorded}`, null],
    ['We sell.', 'We sell.', `${ai} ${recorded} We sell.`, `${ai} ${recorded} We sell.`],
    [null, 'Hello.', `${ai} ${recorded}`, `${ai} ${recorded} Hello.`],
    ['We sell.', 'We sell. Hello.', `${ai} ${recorded} We sell.`, `${ai} ${recorded} We sell. Hello.`],
    [`${recorded} ${ai}`, `${recorded} ${ai} Hello.`, `${recorded} ${ai}`, `${recorded} ${ai} Hello.`],
    ['I am no AI.', 'Hello.', `${ai} ${recorded} I am no AI.`, `${ai} ${recorded} I am no AI. Hello.`],
  ])('%j, %j stand behind what must be said', (...[disclosure, greeting, said, first]) => {
    expect(withDuties({ disclosure, greeting }, both)).toEqual({ disclosure: said, greeting: first });
  });

  it('are followed by the question, which nobody hears in a mailbox', () => {
    const asks = { ...both, statements: [ai], question: asked };
    expect(withDuties({ disclosure: null, greeting: 'Hello.' }, asks)).toEqual({
      ...{ disclosure: ai, greeting: `${ai} Hello. ${asked}` },
    });
  });

  it('stay as they are where nothing must be said, and are changed once however often they are', () => {
    const none = { places: [], sources: [], statements: [], question: null };
    const words = fc.option(fc.string(), { nil: null });
    fc.assert(
      fc.property(words, words, (disclosure, greeting) => {
        expect(withDuties({ disclosure: null, greeting }, none).greeting).toBe(greeting);
        const once = withDuties({ disclosure, greeting }, both);
        expect(withDuties(once, both)).toEqual(once);
        expect(once.disclosure).toContain(`${ai} ${recorded}`);
        if (once.greeting?.trim()) expect(once.greeting).toContain(`${ai} ${recorded}`);
        else expect(greeting?.trim() ?? '').toBe('');
      }),
    );
  });
});

describe('the person who is asked or told of a recording', () => {
  const words = wordsOf(usualLineRules, 'en');
  const hear = (state: RecordingConsent['state'], text: string, place = 1) =>
    hearConsent({ state, words: null }, { text, place }, words)?.state ?? state;

  it.each([
    ['Yes.', 'given'],
    ['Sure, go ahead.', 'given'],
    ['No problem.', 'given'],
    ['No.', 'refused'],
    ["I'd rather not.", 'refused'],
    ['Yes, no, please don’t.', 'refused'],
    ['Please do not record this.', 'refused'],
    ['Who is this?', 'asked'],
  ])('answers %j', (text, state) => {
    expect(hear('asked', text)).toBe(state);
  });

  it.each([
    ['de', 'Ja, gerne.', 'given'],
    ['de', 'Kein Problem.', 'given'],
    ['de', 'Lieber nicht.', 'refused'],
    ['es', 'Sí, claro.', 'given'],
    ['es', 'Prefiero que no.', 'refused'],
    ['fr', 'Oui, d’accord.', 'given'],
    ['fr', 'Pas de problème.', 'given'],
    ['fr', 'Non, merci.', 'refused'],
  ])('answers in %s: %j', (language, text, state) => {
    const said = { text, place: 1 };
    expect(hearConsent({ state: 'asked', words: null }, said, wordsOf(usualLineRules, language))?.state).toBe(state);
  });

  it.each([
    ['de', 'Ich möchte nicht aufgezeichnet werden.'],
    ['de', 'Bitte nehmen Sie das nicht auf.'],
    ['de', 'Keine Aufzeichnung, bitte!'],
    ['de', 'Stoppen Sie die Aufnahme.'],
    ['es', 'No quiero que se grabe.'],
    ['es', 'Deje de grabar.'],
    ['es', 'No quiero ninguna grabación.'],
    ['fr', 'Je ne veux pas être enregistré.'],
    ['fr', 'N’enregistrez pas cet appel.'],
    ['fr', 'Arrêtez l’enregistrement.'],
    ['fr', 'Je ne souhaite pas d’enregistrement.'],
  ])('objects in %s, though only told: %j', (language, text) => {
    const said = { text, place: 7 };
    expect(hearConsent({ state: 'told', words: null }, said, wordsOf(usualLineRules, language))?.state).toBe('refused');
  });

  it('has not agreed by a word that came before the question, nor by a later one to something else', () => {
    expect(hear('asked', 'Yes?', 0)).toBe('asked');
    expect(hear('asked', 'Who is this?', 2)).toBe('unanswered');
    expect(hear('unanswered', 'Yes, on Tuesday.', 3)).toBe('unanswered');
    expect(hear('told', 'No, thank you.')).toBe('told');
  });

  it.each(['told', 'given', 'asked', 'unanswered'] as const)('may refuse at any time: %s', (state) => {
    expect(hear(state, 'Stop recording me!', 9)).toBe('refused');
  });

  it('who has refused has the last word, and nothing is read as a yes but a yes', () => {
    const anything = fc.array(fc.oneof(fc.string(), fc.constantFrom('yes', 'no', 'sure', 'do not record')));
    fc.assert(
      fc.property(anything, (sayings) => {
        let consent: RecordingConsent = { state: 'asked', words: null };
        for (const [index, text] of sayings.entries()) {
          const next = hearConsent(consent, { text, place: index + 1 }, words);
          if (consent.state === 'refused') expect(next).toBeNull();
          if (next?.state === 'given') expect(text.toLowerCase()).toMatch(new RegExp(words.yes, 'u'));
          consent = next ?? consent;
        }
      }),
    );
  });
});

describe('the table', () => {
  it('has words, rules and sources for each place, each place once', () => {
    const places = usualLineRules.places.map(({ place }) => place);
    expect(new Set(places).size).toBe(places.length);
    expect(usualLineRules.places.every(({ sources }) => sources.length > 0)).toBe(true);
  });

  it.each([
    [{ places: [], words: {} }, 'words'],
    [{ ...usualLineRules, places: [{ place: 'Texas', tell_ai: true, recording: 'tell', sources: [] }] }, 'places'],
    [{ ...usualLineRules, more: 1 }, ''],
  ])('of an operator that cannot be used is refused', (table, field) => {
    expect(lineRulesSchema.safeParse(table).error?.issues[0]?.path.join('.')).toMatch(new RegExp(`^${field}`));
  });
});
