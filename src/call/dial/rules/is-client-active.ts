/** Whether the client whose call it is may call at all. */
import { allows, forbids, type Rule } from './rule.ts';

export const isClientActive: Rule = ({ client }) => {
  if (client === null) return allows('The call is the operator’s own.');
  if (client.status !== 'Active') {
    const why = client.status === null ? 'not there any more' : `not active (status: ${client.status})`;
    const mend = 'The operator sets the status with PATCH /v1/clients/{id}.';
    return forbids({ code: 'dial/client-not-active', detail: `The client is ${why}.`, mend });
  }
  if (client.limits !== null) return allows('The client is active.');
  return forbids({
    code: 'dial/client-limits-unreadable',
    detail: 'The limits of the client cannot be read, so nobody knows whether it may call.',
    mend: 'Set them again with PATCH /v1/clients/{id}.',
  });
};
