/** Has the carrier ask this server what to do with calls to the stored numbers. */
import type { FastifyRequest } from 'fastify';
import { reachOf } from '../account/principal.ts';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Carrier } from '../ports/carrier.ts';
import type { Store } from '../store/open-store.ts';
import { listPhoneNumbers, type PhoneNumberRow } from '../store/phone-numbers.ts';
import type { Reach } from '../store/reach.ts';
import type { Db } from '../store/schema.ts';
import { whoAsks } from './authorize.ts';
import type { SyncResult } from './contract/phone-numbers.ts';
import { recordChange } from './record-change.ts';

export interface SyncParts {
  store: Store;
  clock: Clock;
  log: Logger;
  carrier: Pick<Carrier, 'setNumberWebhooks'>;
  dialects: { paths: { voice: string; status: string } };
}

/** Tells the carrier for each number where it asks what to do with a call. */
export async function syncPhoneNumbers(parts: SyncParts, request: FastifyRequest): Promise<SyncResult> {
  const { voice, status } = parts.dialects.paths;
  const data: SyncResult['data'] = [];
  for (const { number } of await everyNumber(parts.store.db, reachOf(whoAsks(request)))) {
    try {
      const result = await parts.carrier.setNumberWebhooks({ number, voicePath: voice, statusPath: status });
      data.push({ number, result: result === 'set' ? 'set' : 'not_ours' });
    } catch (error) {
      parts.log.warn({ reason: messageOf(error), pii: { number } }, 'webhooks of a number could not be set');
      data.push({ number, result: 'failed' });
    }
  }
  const details = { set: data.filter(({ result }) => result === 'set').length, of: data.length };
  const about = { subjectKind: 'phone_number', subjectId: 'all', request, action: 'phone_number.synced', details };
  await recordChange(parts, parts.store.db, about);
  return { data };
}

async function everyNumber(db: Db, reach: Reach): Promise<PhoneNumberRow[]> {
  const rows: PhoneNumberRow[] = [];
  for (let page: PhoneNumberRow[] | null = null; page === null || page.length > 0; ) {
    page = await listPhoneNumbers(db, reach, { limit: 100, afterId: rows.at(-1)?.id ?? '' });
    rows.push(...page);
  }
  return rows;
}
