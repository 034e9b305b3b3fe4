/** Whether the number is on a do-not-call list: everyone's, or that of the client whose call it is. */
import { allows, forbids, type Rule } from './rule.ts';

export const isDoNotCall: Rule = ({ doNotCall }) => {
  if (!doNotCall) return allows('The number is on no do-not-call list.');
  return forbids({
    code: 'dial/do-not-call',
    detail: `This number is on the do-not-call list (${doNotCall.reason}).`,
    mend: 'If the person wants calls again, take the number off with DELETE /v1/do-not-call/{number} and a reason.',
  });
};
