/** Whether too many calls go to one block of numbers, or come from a client that is new: both are how thieves call. */
import { allows, forbids, type Rule } from './rule.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export const isTooMany: Rule = ({ burst }, atMs) => {
  const { block, newClient } = burst;
  if (block.most !== null && block.dialed >= block.most) {
    return forbids({
      code: 'dial/too-many-alike',
      detail: `Numbers that begin with ${block.beginning} may be called ${block.most} times in an hour, and were.`,
      mend: 'The operator sets how often with CALLS_PER_BLOCK_PER_HOUR.',
      passesAtMs: block.most === 0 ? null : atMs + hourMs,
    });
  }
  if (newClient.most !== null && newClient.dialed >= newClient.most) {
    return forbids({
      code: 'dial/new-client-calls-per-day',
      detail: `A client in its first week may make ${newClient.most} calls in 24 hours, and has made them.`,
      mend: 'The operator sets it with NEW_CLIENT_CALLS_PER_DAY, or for this client with limits.calls_per_day.',
      passesAtMs: newClient.most === 0 ? null : atMs + dayMs,
    });
  }
  return allows('No more calls go to numbers like it, or come from a new client, than may.');
};
