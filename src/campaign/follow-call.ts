/** What a campaign makes of a call that is over, in the transaction in which it ends. */
import type { NewId } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { FollowUp } from '../call/follow-ups.ts';
import type { CallParts } from '../call/run-call.ts';
import type { CallRow } from '../store/calls.ts';
import { lockCampaign, updateCampaign } from '../store/campaigns.ts';
import { lockCalledContact, updateContacts } from '../store/contacts.ts';
import type { NewEvent } from '../store/events.ts';
import type { Db } from '../store/schema.ts';
import { afterCall } from './after-call.ts';
import { step } from './pace/pace.ts';
import { settingsOf, stateOf, toPaceRules } from './settings.ts';
import { toEvent } from './take-step.ts';

export interface FollowParts {
  carrier: Pick<CallParts['carrier'], 'adviceFor'>;
  random: Random;
  newId: NewId;
  log: Logger;
}

type CarrierAdvice = NonNullable<ReturnType<FollowParts['carrier']['adviceFor']>>;

/** The contact goes on; where no call of the account could get through, the campaign stops here and now. */
export function followCampaignCall(parts: FollowParts): FollowUp {
  return async (db, call, atMs) => {
    const { campaign_id: campaignId, contact_id: contactId } = call;
    if (campaignId === null || contactId === null) return [];
    const advice = adviceOf(parts, call);
    await moveContact(parts, db, { call, contactId, advice, atMs });
    return advice?.stopsCampaign ? stopCampaign(parts, db, { campaignId, advice, atMs }) : [];
  };
}

function adviceOf({ carrier }: FollowParts, { error_code }: CallRow): CarrierAdvice | null {
  const [, code] = /^carrier\/(\d+)$/.exec(error_code ?? '') ?? [];
  return code === undefined ? null : carrier.adviceFor(Number(code));
}

interface Ended {
  call: CallRow;
  contactId: string;
  advice: CarrierAdvice | null;
  atMs: number;
}

async function moveContact(parts: FollowParts, db: Db, { call, contactId, advice, atMs }: Ended): Promise<void> {
  const contact = await lockCalledContact(db, contactId);
  // A call of an earlier attempt has had its say.
  if (contact?.state !== 'calling' || contact.last_call_id !== call.id) return;
  const wasDialed = call.dialing_at !== null && call.ended_reason !== 'campaign_stopped';
  const attempts = wasDialed ? contact.attempts : contact.attempts - 1;
  const decision = call.policy_decision as { retry_after_seconds?: number | null } | null;
  const next = afterCall({
    call: {
      status: call.status,
      outcome: call.outcome,
      endedReason: call.ended_reason,
      wasDialed,
      errorCode: call.error_code,
      retryAdvice: advice?.stopsCampaign ? 'yes' : (advice?.retry ?? null),
      retryAfterSeconds: decision?.retry_after_seconds ?? null,
    },
    contact: { attempts, deferrals: contact.deferrals },
    retry: settingsOf(contact).retry,
    isCanceled: stateOf(contact).phase === 'canceled',
    atMs,
    jitter: parts.random.fraction(),
  });
  await updateContacts(db, [contact.id], {
    state: next.state,
    attempts,
    outcome: wasDialed || call.status === 'blocked' ? call.outcome : contact.outcome,
    code: next.code,
    ...(next.state === 'waiting' ? { due_at: new Date(next.dueAtMs), deferrals: next.deferrals } : {}),
    updated_at: new Date(atMs),
  });
}

async function stopCampaign(
  parts: FollowParts,
  db: Db,
  { campaignId, advice, atMs }: { campaignId: string; advice: CarrierAdvice; atMs: number },
): Promise<NewEvent[]> {
  const row = await lockCampaign(db, campaignId);
  if (!row) return [];
  const message = `${advice.meaning} ${advice.resolution}`;
  const halt = { code: 'campaign/account-refused', message } as const;
  const { state } = step(stateOf(row), { type: 'halt', halt, atMs }, toPaceRules(settingsOf(row)));
  if (state.phase !== 'halted' || row.status === 'halted') return [];
  const at = new Date(atMs);
  const changes = { status: state.phase, revision: row.revision + 1, updated_at: at, next_tick_at: at };
  await updateCampaign(db, row.id, { ...changes, pace: JSON.stringify(state), halt: JSON.stringify(halt) });
  parts.log.error({ campaignId: row.id, code: halt.code, reason: advice.meaning }, 'campaign halted');
  return [toEvent(parts, { ...row, ...changes, halt }, { type: 'campaign.halted', atMs })];
}
