import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readWish, usualRejection } from './ask-inbound-webhook.ts';

describe('what an inbound webhook answers', () => {
  it.each([
    ['{}', { assistantId: null, variables: {}, reject: null }],
    ['{"assistant_id":7}', { assistantId: 7, variables: {}, reject: null }],
    ['{"variables":{"name":"Ann"}}', { assistantId: null, variables: { name: 'Ann' }, reject: null }],
    ['{"reject":true}', { assistantId: null, variables: {}, reject: usualRejection }],
    ['{"reject":"Closed."}', { assistantId: null, variables: {}, reject: 'Closed.' }],
    ['{"reject":false,"assistant_id":null}', { assistantId: null, variables: {}, reject: null }],
  ])('is a wish: %s', (text, wish) => {
    expect(readWish(text)).toEqual({ wish });
  });

  it.each([
    [''],
    ['[]'],
    ['{"assistant_id":"7"}'],
    ['{"assistant_id":0}'],
    ['{"assistant":7}'],
    ['{"variables":[1]}'],
    ['{"variables":{"a":"\\u0000"}}'],
    ['{"variables":{"a":"\\ud800"}}'],
    [`{"variables":{"a":"${'x'.repeat(6001)}"}}`],
    ['{"reject":""}'],
  ])('is worth nothing: %s', (text) => {
    expect(readWish(text)).toEqual({ why: expect.stringMatching(/^Its answer/) });
  });

  it('is one or the other, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(Object.keys(readWish(text))).toEqual([expect.stringMatching(/^(wish|why)$/)]);
      }),
    );
  });
});
