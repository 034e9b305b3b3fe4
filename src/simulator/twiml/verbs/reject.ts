/** <Reject>: refuses an incoming call without taking it. */
import type { Verb } from '../verb.ts';

export const reject: Verb = {
  name: 'Reject',
  attributes: ['reason'],
  answers: false,
  run({ call, element }) {
    const isBusy = element.attributes.reason === 'busy';
    if (call.record.answeredAtMs !== null) call.end({ status: 'completed', by: 'instructions', sipCode: 200 });
    else if (isBusy) call.end({ status: 'busy', by: 'instructions', sipCode: 486 });
    else call.end({ status: 'no-answer', by: 'instructions', sipCode: 603 });
    return { type: 'over' };
  },
};
