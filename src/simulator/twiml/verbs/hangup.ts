/** <Hangup>: ends the call. */
import type { Verb } from '../verb.ts';

export const hangup: Verb = {
  name: 'Hangup',
  attributes: [],
  answers: true,
  run({ call }) {
    call.end({ status: 'completed', by: 'instructions', sipCode: 200 });
    return { type: 'over' };
  },
};
