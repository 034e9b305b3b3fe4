/** <Pause>: waits; at the start of an incoming call it lets the phone ring on. */
import { waitFor } from '../../../base/clock.ts';
import type { Verb } from '../verb.ts';

const longestSeconds = 24 * 3600;

export const pause: Verb = {
  name: 'Pause',
  attributes: ['length'],
  answers: false,
  async run({ call, element, signal }) {
    const text = element.attributes.length ?? '1';
    const seconds = /^\d+$/.test(text) ? Math.min(Number(text), longestSeconds) : 1;
    await waitFor(call.network.clock, seconds * 1000, signal);
    return { type: 'next' };
  },
};
