/** Switches off a webhook at which nothing gets through, and says so. */
import type { Clock } from '../base/clock.ts';
import type { NewId } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import { recordAudit } from '../store/audit-log.ts';
import { insertEvents } from '../store/events.ts';
import type { Store } from '../store/open-store.ts';
import { everyone } from '../store/reach.ts';
import { cancelDeliveries } from '../store/webhook-deliveries.ts';
import { lockWebhook, updateWebhook } from '../store/webhooks.ts';
import type { LiveEvents } from './live-events.ts';

export interface SwitchOffParts {
  store: Store;
  clock: Clock;
  newId: NewId;
  log: Logger;
  live: LiveEvents;
}

/** @param reason `gone`: it answered 410; `failing`: nothing got through for days */
export async function switchOffWebhook(parts: SwitchOffParts, id: string, reason: 'gone' | 'failing'): Promise<void> {
  const { store, clock, newId } = parts;
  const now = new Date(clock.now());
  const events = await store.transaction(async (tx) => {
    const webhook = await lockWebhook(tx, everyone, id);
    if (!webhook?.is_enabled) return [];
    await updateWebhook(tx, everyone, { id, changes: { is_enabled: false, disabled_reason: reason, updated_at: now } });
    await cancelDeliveries(tx, id, now);
    await recordAudit(tx, {
      at: now,
      principal: { kind: 'server', id: 'server', clientId: webhook.client_id },
      action: 'webhook.disabled',
      ...{ subjectKind: 'webhook', subjectId: id, requestId: null, details: { reason } },
    });
    const type = 'webhook.disabled';
    const key = `${type} ${id} ${now.toISOString()}`;
    const data = JSON.stringify({ webhook_id: id, url: webhook.url, reason });
    return await insertEvents(tx, [
      { id: newId('event'), call_id: null, client_id: webhook.client_id, type, key, at: now, data },
    ]);
  });
  if (events.length === 0) return;
  parts.log.warn({ webhookId: id, disabledFor: reason }, 'webhook switched off');
  parts.live.publish(events);
}
