/** <Dial> with <Number>: calls somebody else, lets them hear a document first, and puts both through to each other. */
import { waitFor } from '../../../base/clock.ts';
import type { DialledLeg, LiveCall } from '../../live-call.ts';
import { deliverWebhook, newIdempotencyToken } from '../../webhooks/deliver-webhook.ts';
import { durationSeconds, toBaseParameters } from '../../webhooks/webhook-parameters.ts';
import type { TwimlElement } from '../parse-twiml.ts';
import { toSource, type Verb, type VerbOutcome, type VerbScene } from '../verb.ts';

const e164 = /^\+[1-9]\d{6,14}$/;
const usual = { ringSeconds: 30, talkSeconds: 4 * 3600 };

export const dial: Verb = {
  name: 'Dial',
  attributes: ['action', 'method', 'timeout', 'timeLimit', 'callerId', 'answerOnBridge'],
  answers: true,
  async run(scene) {
    const { call, element, signal } = scene;
    const [noun] = element.children;
    const to = noun?.name === 'Number' ? noun.text : '';
    if (!noun || !e164.test(to)) return { type: 'failed', code: 13223, message: `Dial: Invalid phone number: ${to}` };
    const leg = ring(scene, noun, to);
    if ('type' in leg) return leg;
    const bridged = await talk(scene, leg);
    leg.end();
    if (signal.aborted && !call.isOver) return { type: 'over' };
    return askAction(scene, {
      DialCallStatus: leg.record.status,
      DialCallSid: leg.record.sid,
      DialBridged: String(bridged),
      ...(leg.record.answeredAtMs === null ? {} : { DialCallDuration: String(durationSeconds(leg.record)) }),
    });
  },
};

function ring(scene: VerbScene, noun: TwimlElement, to: string): DialledLeg | (VerbOutcome & { type: 'failed' }) {
  const { call, element } = scene;
  const { record, network } = call;
  const { callerId = record.from, timeout } = element.attributes;
  const { url, method, statusCallback, statusCallbackMethod, statusCallbackEvent = 'completed' } = noun.attributes;
  const whisper = url === undefined ? null : toSource(scene, { url, method, kind: 'voice' });
  if (whisper?.type === 'failed') return whisper;
  const told =
    statusCallback === undefined
      ? null
      : toSource(scene, { url: statusCallback, method: statusCallbackMethod, kind: 'action' });
  if (told?.type === 'failed') return told;
  const names = statusCallbackEvent.split(' ');
  const events = (['initiated', 'ringing', 'answered', 'completed'] as const).filter((name) => names.includes(name));
  const leg = network.dialOut({
    ...{ parentSid: record.sid, to, from: callerId, whisper },
    ringMs: Number(timeout ?? usual.ringSeconds) * 1000,
    statusCallback: told && { url: told.url, method: told.method, events },
  });
  return leg ?? { type: 'failed', code: 13214, message: `Dial: callerId ${callerId} is not allowed` };
}

/** Whether they talked; settles when either of them has hung up, or the time is over. */
async function talk({ call, element, signal }: VerbScene, leg: DialledLeg): Promise<boolean> {
  const gone = new Promise<'gone'>((resolve) => {
    if (signal.aborted) resolve('gone');
    signal.addEventListener('abort', () => resolve('gone'), { once: true });
  });
  const left = leg.whenOver.then(() => 'gone' as const);
  const joined = await Promise.race([leg.whenJoined.then(() => 'joined' as const), left, gone]);
  if (joined !== 'joined') return false;
  const part = [putThrough(call, leg), putThrough(leg, call)];
  const done = new AbortController();
  const longestMs = Number(element.attributes.timeLimit ?? usual.talkSeconds) * 1000;
  await Promise.race([left, gone, waitFor(call.network.clock, longestMs, done.signal)]);
  done.abort();
  for (const stop of part) stop();
  return true;
}

/** What one says, the other hears. */
function putThrough(from: Pick<LiveCall, 'line'>, to: Pick<LiveCall, 'line'>): () => void {
  return from.line.listen({
    speechStarted(said) {
      said.reachedApp = true;
      to.line.voice.add({
        ...{ source: 'say', pending: said.text, closed: true, interruptible: 'none', preemptible: false },
      });
    },
  });
}

async function askAction(scene: VerbScene, dialled: Record<string, string>): Promise<VerbOutcome> {
  const { call, element } = scene;
  const { action, method } = element.attributes;
  if (action === undefined) return { type: 'next' };
  const source = toSource(scene, { url: action, method, kind: 'action' });
  if (source.type === 'failed') return source;
  if (!call.isOver) return { type: 'go', source: { ...source, parameters: dialled } };
  // The person has hung up: what is answered changes nothing any more.
  await deliverWebhook(
    call.webhooks,
    {
      ...{ kind: 'action', method: source.method, url: source.url },
      parameters: { ...toBaseParameters(call.network.account.sid, call.record), ...dialled },
      idempotencyToken: newIdempotencyToken(call.network.random),
    },
    call.network.signal,
  );
  return { type: 'over' };
}
