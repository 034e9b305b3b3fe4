import { describe, expect, it } from 'vitest';
import { chooseCallerId } from './choose-caller-id.ts';

const numbers = ['+12125550100', '+13105550100', '+442079460000'];
type Match = 'none' | 'country' | 'area_code';
const choose = (match: Match, used: Record<string, number>, to: string | [to: string, calledFrom: string]) => {
  const [number, calledFrom] = typeof to === 'string' ? [to, null] : to;
  return chooseCallerId({ numbers, match, used }, { number, calledFrom });
};

describe('the number a contact is called from', () => {
  it('is the one that was used longest ago', () => {
    expect(choose('none', {}, '+13105551234')).toBe(numbers[0]);
    expect(choose('none', { [numbers[0] ?? '']: 3, [numbers[1] ?? '']: 1, [numbers[2] ?? '']: 2 }, '+1')).toBe(
      numbers[1],
    );
  });

  it.each([
    ['area_code', '+13105551234', numbers[1]],
    ['area_code', '+14155551234', numbers[0]],
    ['country', '+442079461234', numbers[2]],
    ['country', '+33123456789', numbers[0]],
  ] as const)('by %s for %s is %s', (match, to, from) => {
    expect(choose(match, {}, to)).toBe(from);
  });

  it('stays the same for a retry, unless it is no longer one of them', () => {
    expect(choose('none', {}, ['+13105551234', '+442079460000'])).toBe(numbers[2]);
    expect(choose('none', {}, ['+13105551234', '+15550000000'])).toBe(numbers[0]);
    expect(chooseCallerId({ numbers: [], match: 'none', used: {} }, { number: '+1', calledFrom: null })).toBeNull();
  });
});
