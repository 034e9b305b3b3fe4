/** Queries on deliveries: each is one event on its way to one webhook. */
import { type Selectable, sql } from 'kysely';
import { callAsTold } from './call-as-told.ts';
import type { EventRow } from './events.ts';
import type { WebhookDeliveriesTable, WebhookTry } from './node-tables.ts';
import type { Reach } from './reach.ts';
import type { Db } from './schema.ts';
import type { WebhookRow } from './webhooks.ts';

export type DeliveryRow = Selectable<WebhookDeliveriesTable>;

/** A delivery with all that is sent and where. */
export interface ClaimedDelivery {
  delivery: DeliveryRow;
  webhook: WebhookRow;
  event: EventRow;
  /** The call as it was then; null for an event that is of no call. */
  call: Record<string, unknown> | null;
}

export interface Claim {
  now: Date;
  /** When somebody else may take over what was claimed and never finished. */
  until: Date;
  /** Webhooks that have their hands full. */
  without: readonly string[];
  /** Those where the last try failed, or the others. */
  failing: boolean;
  /** Of each webhook. */
  mostOfEach: number;
  most: number;
}

/** Takes deliveries whose time has come, of every webhook the longest overdue, for nobody else to take meanwhile. */
export async function claimDeliveries(db: Db, claim: Claim): Promise<ClaimedDelivery[]> {
  const health = claim.failing ? sql`is not null` : sql`is null`;
  const { rows } = await sql<{ webhook_id: string; event_id: string }>`
    with due as (
      select found.webhook_id, found.event_id from webhooks
      cross join lateral (
        select webhook_id, event_id from webhook_deliveries
        where webhook_deliveries.webhook_id = webhooks.id and next_try_at <= ${claim.now}
        order by next_try_at, position limit ${claim.mostOfEach}
        for update skip locked
      ) found
      where webhooks.is_enabled and webhooks.failing_since ${health} and webhooks.id <> all(${claim.without}::text[])
      limit ${claim.most}
    )
    update webhook_deliveries set next_try_at = ${claim.until}, claims = claims + 1
    from due where webhook_deliveries.webhook_id = due.webhook_id and webhook_deliveries.event_id = due.event_id
    returning webhook_deliveries.webhook_id, webhook_deliveries.event_id`.execute(db);
  return await readClaimed(db, rows);
}

/** Everything about these deliveries; in the order of their events. */
export async function readClaimed(
  db: Db,
  wanted: readonly { webhook_id: string; event_id: string }[],
): Promise<ClaimedDelivery[]> {
  if (wanted.length === 0) return [];
  const eventIds = [...new Set(wanted.map(({ event_id }) => event_id))];
  const webhookIds = [...new Set(wanted.map(({ webhook_id }) => webhook_id))];
  const deliveries = db.selectFrom('webhook_deliveries').selectAll().where('event_id', 'in', eventIds);
  const [rows, webhooks, events, messages] = await Promise.all([
    deliveries.where('webhook_id', 'in', webhookIds).orderBy('position').execute(),
    db.selectFrom('webhooks').selectAll().where('id', 'in', webhookIds).execute(),
    db.selectFrom('events').selectAll().where('id', 'in', eventIds).execute(),
    db.selectFrom('webhook_messages').selectAll().where('event_id', 'in', eventIds).execute(),
  ]);
  const isWanted = new Set(wanted.map(({ webhook_id, event_id }) => `${webhook_id} ${event_id}`));
  const webhookOf = new Map(webhooks.map((webhook) => [webhook.id, webhook]));
  const eventOf = new Map(events.map((event) => [event.id, event]));
  const callOf = new Map(messages.map(({ event_id, call }) => [event_id, call]));
  return rows.flatMap((delivery) => {
    const [webhook, event] = [webhookOf.get(delivery.webhook_id), eventOf.get(delivery.event_id)];
    if (!webhook || !event || !isWanted.has(`${webhook.id} ${event.id}`)) return [];
    return [{ delivery, webhook, event, call: callOf.get(event.id) ?? null }];
  });
}

/** What a try came to. */
export interface TryNote {
  status: 'waiting' | 'delivered' | 'failed';
  nextTryAt: Date | null;
  tried: WebhookTry;
  now: Date;
}

/** Enough for the whole schedule and a few replays. */
const mostKeptTries = 20;

/** Says whether it was noted: what another claimed meanwhile, or was canceled, is not ours to finish. */
export async function noteTry(db: Db, { webhook_id, event_id, claims, log }: DeliveryRow, note: TryNote) {
  const result = await db
    .updateTable('webhook_deliveries')
    .set((row) => ({
      status: note.status,
      tries: row('tries', '+', 1),
      next_try_at: note.nextTryAt,
      log: JSON.stringify([...log, note.tried].slice(-mostKeptTries)),
      finished_at: note.status === 'waiting' ? null : note.now,
    }))
    .where('webhook_id', '=', webhook_id)
    .where('event_id', '=', event_id)
    .where('claims', '=', claims)
    .where('status', '=', 'waiting')
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Nothing more of what waits is sent. */
export async function cancelDeliveries(db: Db, webhookId: string, now: Date): Promise<void> {
  await db
    .updateTable('webhook_deliveries')
    .set({ status: 'canceled', next_try_at: null, finished_at: now })
    .where('webhook_id', '=', webhookId)
    .where('next_try_at', 'is not', null)
    .execute();
}

/** Within the reach of who asks: that of the webhook they belong to. */
function selectReachable(db: Db, reach: Reach, webhookId: string) {
  const query = db
    .selectFrom('webhook_deliveries')
    .innerJoin('webhooks', 'webhooks.id', 'webhook_deliveries.webhook_id')
    .selectAll('webhook_deliveries')
    .where('webhook_id', '=', webhookId);
  return reach.everyone ? query : query.where('webhooks.client_id', '=', reach.clientId);
}

/** Deliveries of one webhook, newest event first. */
export function listDeliveries(
  db: Db,
  reach: Reach,
  page: { webhookId: string; status?: string | undefined; limit: number; beforePosition: number | null },
): Promise<DeliveryRow[]> {
  let query = selectReachable(db, reach, page.webhookId);
  if (page.status !== undefined) query = query.where('status', '=', page.status);
  if (page.beforePosition !== null) query = query.where('position', '<', page.beforePosition);
  return query.orderBy('position', 'desc').limit(page.limit).execute();
}

export function findDelivery(db: Db, reach: Reach, of: { webhookId: string; eventId: string }) {
  return selectReachable(db, reach, of.webhookId).where('event_id', '=', of.eventId).executeTakeFirst();
}

export interface Replay {
  webhook: WebhookRow;
  now: Date;
  after: Date;
  before: Date;
  /** Leaves out what was delivered. */
  onlyMissed: boolean;
}

/** Sends again, from the first try on, what belongs to a time: also what happened while the webhook was off. */
export async function replayDeliveries(db: Db, { webhook, now, after, before, onlyMissed }: Replay): Promise<number> {
  const wantsAll = webhook.event_types === null;
  const types = webhook.event_types ?? [];
  const { rows } = await sql`
    with wanted as (
      select id, type, position, call_id from events
      where at >= ${after} and at < ${before} and type <> 'webhook.test'
        and (${webhook.client_id}::text is null or client_id = ${webhook.client_id})
        and (${wantsAll} or type = any(${types}::text[]) or split_part(type, '.', 1) || '.*' = any(${types}::text[]))
    ), kept as (
      insert into webhook_messages (event_id, call)
      select wanted.id, ${callAsTold} from wanted join calls on calls.id = wanted.call_id
      on conflict do nothing
    )
    insert into webhook_deliveries (webhook_id, event_id, event_type, position, status, next_try_at, created_at)
    select ${webhook.id}, id, type, position, 'waiting', ${now}, ${now} from wanted
    on conflict (webhook_id, event_id) do update
      set status = 'waiting', tries = 0, claims = webhook_deliveries.claims + 1, next_try_at = ${now}, finished_at = null
      where not (${onlyMissed} and webhook_deliveries.status = 'delivered')
    returning 1`.execute(db);
  return rows.length;
}

/** Sends one again, from the first try on. */
export async function replayDelivery(db: Db, of: { webhookId: string; eventId: string; now: Date }): Promise<void> {
  await db
    .updateTable('webhook_deliveries')
    .set((row) => ({
      status: 'waiting',
      tries: 0,
      claims: row('claims', '+', 1),
      next_try_at: of.now,
      finished_at: null,
    }))
    .where('webhook_id', '=', of.webhookId)
    .where('event_id', '=', of.eventId)
    .execute();
}

/** A delivery of one event to one webhook, claimed by who makes it. */
export async function insertOwnDelivery(
  db: Db,
  of: { webhookId: string; event: EventRow; until: Date; now: Date },
): Promise<ClaimedDelivery | undefined> {
  const { webhookId, event } = of;
  await db
    .insertInto('webhook_deliveries')
    .values({
      ...{ webhook_id: webhookId, event_id: event.id, event_type: event.type, position: event.position },
      ...{ status: 'waiting', next_try_at: of.until, created_at: of.now },
    })
    .execute();
  return (await readClaimed(db, [{ webhook_id: webhookId, event_id: event.id }]))[0];
}

/** Forgets what was finished before then; of events that nobody waits for, the call as it was. */
export async function forgetDeliveries(db: Db, before: Date): Promise<void> {
  await db.deleteFrom('webhook_deliveries').where('finished_at', '<', before).execute();
  await sql`delete from webhook_messages using events
    where events.id = webhook_messages.event_id and events.at < ${before}
      and not exists (select 1 from webhook_deliveries where webhook_deliveries.event_id = events.id)`.execute(db);
}
