import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createClauseCutter } from './clauses.ts';

function cutAll(pieces: string[]) {
  const cutter = createClauseCutter();
  const cut = pieces.flatMap((piece) => cutter.add(piece));
  return [...cut, cutter.rest()];
}

describe('text on its way to the voice', () => {
  it('begins with the first clause and goes on by sentences', () => {
    expect(cutAll(['Of course, I can do that, and more. Shall I? Good'])).toEqual([
      'Of course, ',
      'I can do that, and more. ',
      'Shall I? ',
      'Good',
    ]);
  });

  it('does not wait for what follows the first clause', () => {
    const cutter = createClauseCutter();
    expect(cutter.add('I can do that today,')).toEqual(['I can do that today,']);
    expect(cutter.add(' and more. ')).toEqual([' and more. ']);
    expect(createClauseCutter().add('It costs 1,')).toEqual([]);
    expect(createClauseCutter().add('Well,')).toEqual([]);
  });

  it('does not begin with less than a few words', () => {
    expect(cutAll(['Yes, of course, I will. ', 'Bye.'])).toEqual(['Yes, of course, ', 'I will. ', 'Bye.']);
    expect(cutAll(['Yes. Of course.'])).toEqual(['Yes. ', 'Of course.']);
  });

  it('does not cut titles, initials and numbers', () => {
    expect(cutAll(['It costs 3.50 at Dr. J. Smith today. Fine'])).toEqual([
      'It costs 3.50 at Dr. J. Smith today. ',
      'Fine',
    ]);
  });

  it('cuts at a space where nobody wrote punctuation', () => {
    const cut = cutAll(['word '.repeat(100)]);
    expect(cut.length).toBeGreaterThan(2);
    expect(cut.every((piece) => piece.length <= 240)).toBe(true);
  });

  it('loses and adds nothing, however the text comes', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', ' ', ', ', '. ', '!', 'Dr', '\n', 'word ')), (pieces) => {
        expect(cutAll(pieces).join('')).toBe(pieces.join(''));
      }),
    );
  });

  it('cuts the same wherever the pieces were split', () => {
    const text = 'Well, hello there, this is Ann. I call about Tuesday, if you have time? Good.';
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), (size) => {
        const pieces = text.match(new RegExp(`.{1,${size}}`, 'gs')) ?? [];
        // The space behind the first clause may come too late to go with it.
        const trimmed = (texts: string[]) => texts.map((each) => each.trim());
        expect(trimmed(cutAll(pieces))).toEqual(trimmed(cutAll([text])));
      }),
    );
  });
});
