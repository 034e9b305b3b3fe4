/** Tells the application of a call's changes of status, as far as it subscribed and the planned faults allow. */
import { waitFor } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import type { CallbackStatus } from '../call-record.ts';
import type { FaultPlan, StatusFault } from '../faults.ts';
import {
  deliverWebhook,
  newIdempotencyToken,
  noteDropped,
  type Webhook,
  type WebhookSender,
} from './deliver-webhook.ts';

export type StatusEventName = 'initiated' | 'ringing' | 'answered' | 'completed';

export interface StatusSubscription {
  url: string;
  method: 'GET' | 'POST';
  events: readonly StatusEventName[];
}

/** A reordered callback goes out this long after the one that overtook it, or when none came for the second time. */
const overtakenByMs = 200;
const longestHoldMs = 5000;

export function toEventName(status: CallbackStatus): StatusEventName {
  if (status === 'initiated' || status === 'ringing') return status;
  return status === 'in-progress' ? 'answered' : 'completed';
}

export interface AnnouncerParts {
  sender: WebhookSender;
  random: Random;
  faults: () => FaultPlan;
  /** Aborted when the phone network stops; a call's callbacks outlive the call. */
  signal: AbortSignal;
}

/** Announces one call's statuses; each goes out at once and waits for no answer. */
export class StatusAnnouncer {
  readonly #parts: AnnouncerParts;
  #held: (() => void) | null = null;

  constructor(parts: AnnouncerParts) {
    this.#parts = parts;
  }

  announce(subscription: StatusSubscription, parameters: Record<string, string>): void {
    if (this.#parts.signal.aborted) return;
    const webhook: Webhook = {
      kind: 'status',
      method: subscription.method,
      url: subscription.url,
      parameters,
      idempotencyToken: newIdempotencyToken(this.#parts.random),
    };
    const overtaken = this.#held;
    this.#held = null;
    void this.#strike(webhook, this.#parts.faults().nextForStatusCallback());
    overtaken?.();
  }

  async #strike(webhook: Webhook, fault: StatusFault): Promise<void> {
    const { clock } = this.#parts.sender;
    switch (fault.type) {
      case 'none':
        return this.#send(webhook);
      case 'drop':
        return noteDropped(this.#parts.sender, webhook);
      case 'delay':
        await waitFor(clock, fault.ms, this.#parts.signal);
        return this.#send(webhook);
      case 'duplicate':
        void this.#send(webhook);
        await waitFor(clock, fault.afterMs, this.#parts.signal);
        return this.#send({ ...webhook, firstAttempt: 2 });
      case 'reorder':
        return this.#hold(webhook);
    }
  }

  #hold(webhook: Webhook): void {
    const { clock } = this.#parts.sender;
    const { signal } = this.#parts;
    const released = new AbortController();
    const release = () => released.abort();
    this.#held = release;
    signal.addEventListener('abort', release);
    void waitFor(clock, longestHoldMs, released.signal)
      .then(() => waitFor(clock, overtakenByMs, signal))
      .then(() => {
        signal.removeEventListener('abort', release);
        return this.#send(webhook);
      });
  }

  async #send(webhook: Webhook): Promise<void> {
    if (this.#parts.signal.aborted) return;
    await deliverWebhook(this.#parts.sender, webhook, this.#parts.signal);
  }
}
