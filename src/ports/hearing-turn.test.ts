/** The order in which a turn is told, whatever the recognizer says. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHearingTurn } from './hearing-turn.ts';
import type { HearingEvent } from './speech-to-text.ts';

function hear() {
  const told: HearingEvent[] = [];
  return { told, turn: createHearingTurn((event) => told.push(event)) };
}

describe('a turn that is heard', () => {
  it('takes back a probable end when other words come, though the recognizer does not say so', () => {
    const { told, turn } = hear();
    turn.mayBeOver('yes');
    turn.mayBeOver('yes');
    turn.heard('yes');
    turn.heard('yes but');
    expect(told).toEqual([
      { type: 'speech-started' },
      { type: 'turn-may-be-over', text: 'yes' },
      { type: 'turn-resumed' },
      { type: 'heard', text: 'yes but' },
    ]);
  });

  it('tells nothing of a turn that is over without having begun, unless it was asked for', () => {
    const { told, turn } = hear();
    turn.over('', false);
    expect(told).toEqual([]);
    turn.over('', true);
    turn.began();
    turn.over('', false);
    expect(told.map(({ type }) => type)).toEqual(['turn-over', 'speech-started', 'turn-over']);
  });

  it('keeps its order whatever happens: one start for a turn, and a probable end that is taken back or comes true', () => {
    const text = fc.constantFrom('', 'a', 'a b');
    const step = fc.tuple(fc.constantFrom('began', 'heard', 'mayBeOver', 'resumed', 'over'), text, fc.boolean());
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const { told, turn } = hear();
        for (const [does, said, wasAskedFor] of steps) {
          if (does === 'over') turn.over(said, wasAskedFor);
          else turn[does](said);
        }
        let hasBegun = false;
        let isMaybeOver = false;
        for (const event of told) {
          if (event.type === 'speech-started') {
            expect(hasBegun).toBe(false);
            hasBegun = true;
          } else if (event.type === 'turn-over') {
            expect(event.text === '' || hasBegun).toBe(true);
            hasBegun = false;
            isMaybeOver = false;
          } else {
            expect(hasBegun).toBe(true);
            if (event.type === 'heard') expect(isMaybeOver).toBe(false);
            if (event.type === 'turn-resumed') expect(isMaybeOver).toBe(true);
            if (event.type === 'turn-may-be-over') expect(isMaybeOver).toBe(false);
            isMaybeOver = event.type === 'turn-may-be-over';
          }
        }
      }),
    );
  });
});
