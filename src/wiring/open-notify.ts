/** How the outside is told: requests to URLs that clients gave, and events on their way there. */
import { toCallResource } from '../api/to-resource.ts';
import { createGuardedFetch, type GuardedFetch, trustedInSandbox } from '../base/guarded-fetch.ts';
import type { NewId } from '../base/ids.ts';
import { isLoopback } from '../config/read-config.ts';
import { createWebhookDelivery, type WebhookDelivery } from '../notify/deliver-webhooks.ts';
import type { LiveEvents } from '../notify/live-events.ts';
import { fromToldCall } from '../store/call-as-told.ts';
import type { Store } from '../store/open-store.ts';
import { nameEffect } from './crash-points.ts';
import type { Foundation } from './foundation.ts';

export interface Notify {
  guardedFetch: GuardedFetch;
  webhooks: WebhookDelivery;
  stop(): Promise<void>;
}

export function openNotify(base: Foundation, parts: { store: Store; newId: NewId; live: LiveEvents }): Notify {
  const { config, clock, random, log } = base;
  // Where no phone is real and nobody else can reach us, receivers on this machine do no harm.
  const isSandbox = config.twilio === null && isLoopback(config.host);
  const trustedNetworks = [...config.trustedNetworks, ...(isSandbox ? trustedInSandbox : [])];
  const guardedFetch = nameRequests(createGuardedFetch({ clock, trustedNetworks }), base);
  const showCall = (call: Record<string, unknown>) => toCallResource(fromToldCall(call));
  const webhooks = createWebhookDelivery({ ...parts, clock, random, log, guardedFetch, showCall });
  return {
    guardedFetch,
    webhooks,
    async stop() {
      await webhooks.stop();
      guardedFetch.close();
    },
  };
}

function nameRequests(fetch: GuardedFetch, { overrides: { crashPoint } }: Foundation): GuardedFetch {
  if (!crashPoint) return fetch;
  const named = nameEffect('request', (...given: Parameters<GuardedFetch>) => fetch(...given), crashPoint);
  return Object.assign(named, { whyRefused: fetch.whyRefused, close: fetch.close });
}
