import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSessionTokens } from './session-token.ts';

const tokens = createSessionTokens(new Uint8Array(32).fill(7));

describe('a session token', () => {
  it('is the same again for the same offer and good in a path', () => {
    const token = tokens.tokenFor('call_1', 1);
    expect(tokens.tokenFor('call_1', 1)).toBe(token);
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(tokens.isGenuine(token, 'call_1', 1)).toBe(true);
  });

  it('is worth nothing for another call, another offer or under another secret', () => {
    const token = tokens.tokenFor('call_1', 1);
    expect(tokens.isGenuine(token, 'call_2', 1)).toBe(false);
    expect(tokens.isGenuine(token, 'call_1', 2)).toBe(false);
    expect(createSessionTokens(new Uint8Array(32)).isGenuine(token, 'call_1', 1)).toBe(false);
  });

  it('does not let one call and offer be read as another', () => {
    expect(tokens.isGenuine(tokens.tokenFor('call_1:1', 1), 'call_1', 11)).toBe(false);
  });

  it('refuses whatever else is given for it', () => {
    fc.assert(fc.property(fc.string(), (text) => !tokens.isGenuine(text, 'call_1', 1)));
  });
});
