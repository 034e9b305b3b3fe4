/** Gets a call's next TwiML document, from the fallback URL when the first one is of no use. */
import type { LiveCall, Source } from '../live-call.ts';
import { deliverWebhook, newIdempotencyToken, type WebhookResult } from '../webhooks/deliver-webhook.ts';
import { toVoiceParameters } from '../webhooks/webhook-parameters.ts';
import { parseTwiml, parseTwimlAnswer, type TwimlElement } from './parse-twiml.ts';

export interface TwimlDocument {
  verbs: TwimlElement[];
  /** What relative URLs in it are relative to; null for a document that was given inline. */
  baseUrl: string | null;
}

type Fetched = { ok: true; document: TwimlDocument } | { ok: false; code: number; message: string };

/** Null when there is no usable document, or nobody waits for it any more. */
export async function fetchDocument(
  call: LiveCall,
  source: Source,
  signal: AbortSignal,
): Promise<TwimlDocument | null> {
  const first = await fetchOnce(call, source, signal);
  if (first.ok) return first.document;
  if (signal.aborted) return null;
  call.problem({ code: first.code, level: 'error', message: first.message });
  const { fallback } = call.settings;
  if (!fallback) return null;
  const failedUrl = source.type === 'url' ? source.url : '';
  const second = readAnswer(
    await deliverWebhook(
      call.webhooks,
      {
        kind: 'fallback',
        ...fallback,
        parameters: { ...voiceParameters(call), ErrorCode: String(first.code), ErrorUrl: failedUrl },
        idempotencyToken: newIdempotencyToken(call.network.random),
      },
      signal,
    ),
  );
  if (second.ok) return second.document;
  if (!signal.aborted) call.problem({ code: second.code, level: 'error', message: second.message });
  return null;
}

async function fetchOnce(call: LiveCall, source: Source, signal: AbortSignal): Promise<Fetched> {
  if (source.type === 'twiml') {
    const parsed = parseTwiml(source.twiml);
    return parsed.ok ? { ok: true, document: { verbs: parsed.verbs, baseUrl: null } } : parsed;
  }
  const { kind, method, url } = source;
  const parameters = { ...voiceParameters(call), ...source.parameters };
  const idempotencyToken = newIdempotencyToken(call.network.random);
  return readAnswer(await deliverWebhook(call.webhooks, { kind, method, url, parameters, idempotencyToken }, signal));
}

function readAnswer(result: WebhookResult): Fetched {
  if (!result.ok) return result;
  const parsed = parseTwimlAnswer(result.response.headers['content-type'], result.response.body);
  return parsed.ok ? { ok: true, document: { verbs: parsed.verbs, baseUrl: result.url } } : parsed;
}

function voiceParameters(call: LiveCall): Record<string, string> {
  return toVoiceParameters(call.network.account.sid, call.record);
}
