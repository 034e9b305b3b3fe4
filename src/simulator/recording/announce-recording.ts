/** Tells the application what became of a recording, as far as the planned faults allow. */
import { waitFor } from '../../base/clock.ts';
import type { RecordingLog } from '../call-record.ts';
import type { LiveCall } from '../live-call.ts';
import { deliverWebhook, newIdempotencyToken, noteDropped, type Webhook } from '../webhooks/deliver-webhook.ts';
import { apiVersion } from '../webhooks/webhook-parameters.ts';
import { toRfc2822 } from '../wire-values.ts';
import type { RecordingEvent, RecordingOrder } from './recording-order.ts';

export interface RecordingNews {
  callback: NonNullable<RecordingOrder['callback']>;
  event: RecordingEvent;
  log: RecordingLog;
}

/** Faults strike only the news that a recording is ready or absent. */
export async function announceRecording(call: LiveCall, { callback, event, log }: RecordingNews): Promise<void> {
  const { random, signal, faults, clock } = call.network;
  const webhook: Webhook = {
    kind: 'recording',
    method: callback.method,
    url: callback.url,
    parameters: toParameters(call, event, log),
    idempotencyToken: newIdempotencyToken(random),
  };
  const send = async (again: Partial<Webhook> = {}) => {
    if (!signal.aborted) await deliverWebhook(call.webhooks, { ...webhook, ...again }, signal);
  };
  const fault = event === 'in-progress' ? { type: 'none' as const } : faults().nextForRecordingCallback();
  switch (fault.type) {
    case 'none':
      return send();
    case 'drop':
      return noteDropped(call.webhooks, webhook);
    case 'delay':
      await waitFor(clock, fault.ms, signal);
      return send();
    case 'duplicate':
      void send();
      await waitFor(clock, fault.afterMs, signal);
      return send({ firstAttempt: 2 });
  }
}

function toParameters(call: LiveCall, event: RecordingEvent, log: RecordingLog): Record<string, string> {
  const { account, apiBaseUrl } = call.network;
  return {
    AccountSid: account.sid,
    CallSid: call.record.sid,
    RecordingSid: log.sid,
    RecordingUrl: `${apiBaseUrl()}/${apiVersion}/Accounts/${account.sid}/Recordings/${log.sid}`,
    RecordingStatus: event,
    RecordingDuration: String(log.durationSeconds ?? -1),
    RecordingChannels: String(log.channels),
    RecordingSource: log.source,
    RecordingStartTime: toRfc2822(log.startedAtMs),
    RecordingTrack: log.track,
    ErrorCode: '0',
  };
}
