/** <Stream> in <Connect>: one bidirectional media stream, whose beginning and end are told to its status callback. */
import { waitFor } from '../../../base/clock.ts';
import { runMediaStream, type StreamOutcome } from '../../media/media-stream.ts';
import { parseStreamSettings, type StreamSettings } from '../../media/stream-settings.ts';
import { deliverWebhook, newIdempotencyToken } from '../../webhooks/deliver-webhook.ts';
import { newSid } from '../../wire-values.ts';
import type { TwimlElement } from '../parse-twiml.ts';
import { toSource, type VerbOutcome, type VerbScene } from '../verb.ts';

/** From the document to the socket. */
const setupMs = 200;

type TellStream = (event: 'stream-started' | 'stream-stopped' | 'stream-error', error?: string) => void;

export async function connectStream(scene: VerbScene, noun: TwimlElement): Promise<VerbOutcome> {
  const { call, signal } = scene;
  const { clock, random } = call.network;
  call.answer();
  await waitFor(clock, setupMs, signal);
  if (signal.aborted) return { type: 'over' };
  const streamSid = newSid('MZ', random);
  const tell = toTeller(scene, noun, streamSid);
  const read = parseStreamSettings(noun);
  if (read.ok) {
    for (const message of read.warnings) call.problem({ code: 12_200, level: 'warning', message });
    const outcome = await startStream(scene, read.settings, { streamSid, tell });
    if (outcome.end === 'failed') tell('stream-error', outcome.message);
    else tell('stream-stopped');
  } else {
    call.problem({ code: read.code, level: 'error', message: read.message });
    tell('stream-error', read.message);
  }
  return signal.aborted ? { type: 'over' } : goOn(scene);
}

function startStream(
  { call, signal }: VerbScene,
  settings: StreamSettings,
  { streamSid, tell }: { streamSid: string; tell: TellStream },
): Promise<StreamOutcome> {
  const { network, record, line } = call;
  const { clock, outside, account, ticker } = network;
  return runMediaStream(
    {
      ...{ clock, outside, account, record, line, ticker, settings, streamSid },
      fault: network.faults().nextForSocket(),
      onStarted: () => tell('stream-started'),
      onProblem: (problem) => call.problem(problem),
    },
    signal,
  );
}

/** The action URL is asked; without one the next verb follows. */
function goOn(scene: VerbScene): VerbOutcome {
  const { action, method } = scene.element.attributes;
  if (action === undefined) return { type: 'next' };
  const source = toSource(scene, { url: action, method, kind: 'action' });
  return source.type === 'failed' ? source : { type: 'go', source };
}

function toTeller(scene: VerbScene, noun: TwimlElement, streamSid: string): TellStream {
  const { statusCallback, statusCallbackMethod, name } = noun.attributes;
  if (statusCallback === undefined) return () => {};
  const { call } = scene;
  const { clock, random, account, signal } = call.network;
  const target = toSource(scene, { url: statusCallback, method: statusCallbackMethod, kind: 'action' });
  if (target.type === 'failed') {
    call.problem({ code: target.code, level: 'error', message: target.message });
    return () => {};
  }
  return (event, error) => {
    if (signal.aborted) return;
    const parameters: Record<string, string> = {
      ...{ AccountSid: account.sid, CallSid: call.record.sid, StreamSid: streamSid, StreamName: name ?? streamSid },
      ...{ StreamEvent: event, Timestamp: new Date(clock.now()).toISOString() },
      ...(error === undefined ? {} : { StreamError: error }),
    };
    const { url, method } = target;
    const idempotencyToken = newIdempotencyToken(random);
    void deliverWebhook(call.webhooks, { kind: 'stream', method, url, parameters, idempotencyToken }, signal);
  };
}
