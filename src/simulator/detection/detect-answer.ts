/** Listens to an answered call until it is known who answered, and tells the application where it asked for that. */
import { type Clock, waitFor } from '../../base/clock.ts';
import type { LiveCall } from '../live-call.ts';
import type { LineListener } from '../phone-line.ts';
import { deliverWebhook, newIdempotencyToken, noteDropped, type Webhook } from '../webhooks/deliver-webhook.ts';
import { toBaseParameters } from '../webhooks/webhook-parameters.ts';
import type { AnsweredBy, DetectionOrder } from './detection-order.ts';
import { type AnswerSign, beginJudgement, judgeAgainAtMs, judgeAnswer } from './judge-answer.ts';

/** A sign without its time, which the listener adds. */
type Heard = AnswerSign extends infer S ? (S extends AnswerSign ? Omit<S, 'atMs'> : never) : never;

/** Resolves with the verdict, or with null when the call is over first. */
export function detectAnswer(call: LiveCall, order: DetectionOrder): Promise<AnsweredBy | null> {
  const { clock } = call.network;
  return new Promise((resolve) => {
    let state = beginJudgement(clock.now());
    let cancelTimer = () => {};
    const finish = (verdict: AnsweredBy | null) => {
      cancelTimer();
      unlisten();
      call.overSignal.removeEventListener('abort', onOver);
      resolve(verdict);
    };
    const onOver = () => finish(null);
    const hear = (heard: Heard) => {
      const sign = { ...heard, atMs: clock.now() } as AnswerSign;
      state = judgeAnswer(state, sign, order);
      if (state.verdict) return finish(state.verdict);
      cancelTimer();
      const waitMs = Math.max(judgeAgainAtMs(state, order) - clock.now(), 1);
      cancelTimer = clock.startTimer(waitMs, () => hear({ type: 'time' }));
    };
    const listener: LineListener = {
      speechStarted: () => hear({ type: 'speech', on: true }),
      speechEnded: () => hear({ type: 'speech', on: false }),
      toneStarted: (tone) => hear({ type: 'tone', tone, on: true }),
      toneEnded: (tone) => hear({ type: 'tone', tone, on: false }),
    };
    const unlisten = call.line.listen(listener);
    if (call.isOver) return finish(null);
    call.overSignal.addEventListener('abort', onOver, { once: true });
    hear({ type: 'answered' });
  });
}

/** Detects, keeps the verdict with the call, and tells of it by callback when the call does not wait for it. */
export async function runDetection(call: LiveCall, order: DetectionOrder): Promise<void> {
  const { network, record } = call;
  const fault = network.faults().nextForDetection();
  const startedAtMs = network.clock.now();
  const detected = await detectAnswer(call, order);
  if (!detected) return;
  record.answeredBy = fault.type === 'wrong' ? fault.answeredBy : detected;
  record.detectionMs = network.clock.now() - startedAtMs;
  if (!order.isAsync) return;
  if (!order.callback) {
    return call.problem({ code: 21262, level: 'warning', message: 'AsyncAmd without AsyncAmdStatusCallback' });
  }
  const webhook: Webhook = {
    ...{ kind: 'detection', ...order.callback, idempotencyToken: newIdempotencyToken(network.random) },
    parameters: {
      ...toBaseParameters(network.account.sid, record),
      AnsweredBy: record.answeredBy,
      MachineDetectionDuration: String(record.detectionMs),
    },
  };
  await tell(call, { webhook, fault, clock: network.clock });
}

async function tell(
  call: LiveCall,
  { webhook, fault, clock }: { webhook: Webhook; fault: { type: string; ms?: number; afterMs?: number }; clock: Clock },
): Promise<void> {
  const { signal } = call.network;
  if (fault.type === 'drop') return noteDropped(call.webhooks, webhook);
  if (fault.type === 'delay') await waitFor(clock, fault.ms ?? 0, signal);
  if (signal.aborted) return;
  const sent = deliverWebhook(call.webhooks, webhook, signal);
  if (fault.type === 'duplicate') {
    await waitFor(clock, fault.afterMs ?? 0, signal);
    if (!signal.aborted) await deliverWebhook(call.webhooks, { ...webhook, firstAttempt: 2 }, signal);
  }
  await sent;
}
