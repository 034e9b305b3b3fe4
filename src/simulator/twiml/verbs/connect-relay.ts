/** <ConversationRelay> in <Connect>: one relay session, whose end is told to the action URL. */
import { waitFor } from '../../../base/clock.ts';
import { type RelayOutcome, runRelaySession } from '../../relay/relay-session.ts';
import { parseRelaySettings } from '../../relay/relay-settings.ts';
import { deliverWebhook, newIdempotencyToken } from '../../webhooks/deliver-webhook.ts';
import { toBaseParameters } from '../../webhooks/webhook-parameters.ts';
import { newSid } from '../../wire-values.ts';
import type { TwimlElement } from '../parse-twiml.ts';
import { toSource, type VerbOutcome, type VerbScene } from '../verb.ts';

/** From the document to the socket. */
const setupMs = 200;

export async function connectRelay(scene: VerbScene, noun: TwimlElement): Promise<VerbOutcome> {
  const { call, signal } = scene;
  const { clock, random } = call.network;
  const wasRinging = call.record.answeredAtMs === null;
  call.answer();
  await waitFor(clock, setupMs, signal);
  const sessionId = newSid('VX', random);
  const startedAtMs = clock.monotonicMs();
  const outcome = await startSession(scene, noun, { sessionId, wasRinging });
  const session: Record<string, string> = {
    SessionId: sessionId,
    SessionStatus: outcome.status,
    SessionDuration: String(Math.round((clock.monotonicMs() - startedAtMs) / 1000)),
  };
  if (outcome.status === 'ended' && outcome.handoffData !== null) session.HandoffData = outcome.handoffData;
  if (outcome.status === 'failed') {
    session.ErrorCode = String(outcome.code);
    session.ErrorMessage = outcome.message;
  }
  return askAction(scene, outcome, session);
}

function startSession(
  { call, signal }: VerbScene,
  noun: TwimlElement,
  { sessionId, wasRinging }: { sessionId: string; wasRinging: boolean },
): RelayOutcome | Promise<RelayOutcome> {
  if (signal.aborted) return { status: 'completed' };
  const read = parseRelaySettings(noun);
  if (!read.ok) {
    call.problem({ code: read.code, level: 'error', message: read.message });
    return { status: 'failed', code: read.code, message: read.message };
  }
  for (const message of read.warnings) call.problem({ code: 12200, level: 'warning', message });
  const { network, record, line } = call;
  const { clock, random, outside, account } = network;
  return runRelaySession(
    {
      ...{ clock, random, outside, account, record, line, sessionId, wasRinging },
      settings: read.settings,
      fault: network.faults().nextForSocket(),
      onProblem: (problem) => call.problem(problem),
    },
    signal,
  );
}

async function askAction(
  scene: VerbScene,
  outcome: RelayOutcome,
  session: Record<string, string>,
): Promise<VerbOutcome> {
  const { call, element, signal } = scene;
  const { action, method } = element.attributes;
  if (signal.aborted && !call.isOver) return { type: 'over' };
  if (action === undefined) return outcome.status === 'ended' ? { type: 'next' } : { type: 'over' };
  const source = toSource(scene, { url: action, method, kind: 'action' });
  if (source.type === 'failed') return source;
  if (!call.isOver) return { type: 'go', source: { ...source, parameters: session } };
  // The answer changes nothing any more.
  await deliverWebhook(
    call.webhooks,
    {
      ...{ kind: 'action', method: source.method, url: source.url },
      parameters: { ...toBaseParameters(call.network.account.sid, call.record), ...session },
      idempotencyToken: newIdempotencyToken(call.network.random),
    },
    call.network.signal,
  );
  return { type: 'over' };
}
