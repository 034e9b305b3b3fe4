/** Who answers an incoming call: the number's own assistant, or whom its author names while it rings. */
import type { Assistant } from '../../assistant/assistant.ts';
import { findPublishedAssistant } from '../../assistant/find-assistant.ts';
import { everyone } from '../../store/reach.ts';
import type { CallParts } from '../call-parts.ts';
import { type Asked, askInboundWebhook, type InboundWebhook, type InboundWebhookParts } from './ask-inbound-webhook.ts';

export interface Answering {
  assistant: Assistant;
  ref: { id: number; version: number };
  /** Whose number it is. */
  clientId: string | null;
  /** Who is asked; null: nobody is. */
  webhook: InboundWebhook | null;
}

export interface WhoAnswers {
  assistant: Assistant;
  ref: { id: number; version: number };
  clientId: string | null;
  /** What the author knows of the call. */
  variables: Record<string, unknown>;
  /** What the caller hears before they are hung up on; null: the call is taken. */
  reject: string | null;
  /** What came of asking; null where nobody was asked. */
  asked: {
    result: Asked['result'];
    assistant_id: number | null;
    /** Whether the caller is turned away. */
    rejects: boolean;
    detail: string | null;
    ms: number;
  } | null;
}

export interface WhoAnswersParts extends Pick<CallParts, 'store'> {
  inboundWebhooks: InboundWebhookParts;
  /** Why this assistant cannot speak; null when it can. */
  whyMute(assistant: Assistant): string | null;
}

/** Whatever goes wrong with asking, the number's own assistant answers. */
export async function whoAnswers(
  parts: WhoAnswersParts,
  incoming: { carrierSid: string; from: string; to: string },
  { webhook, ...own }: Answering,
): Promise<WhoAnswers> {
  const usual = { ...own, variables: {}, reject: null, asked: null };
  if (webhook === null) return usual;
  const about = { ...incoming, clientId: own.clientId, assistantId: own.ref.id };
  const { result, wish, detail, ms } = await askInboundWebhook(parts.inboundWebhooks, webhook, about);
  const told = { result, assistant_id: null, rejects: wish.reject !== null, detail, ms };
  if (result !== 'answered') return { ...usual, asked: told };
  const { variables, reject, assistantId } = wish;
  if (assistantId === null) return { ...usual, variables, reject, asked: told };
  const named = await findNamed(parts, assistantId, own.clientId);
  if ('why' in named) return { ...usual, asked: { ...told, result: 'refused', rejects: false, detail: named.why } };
  return { ...own, ...named, variables, reject, asked: { ...told, assistant_id: assistantId } };
}

/** A client's number is answered by an assistant of its own or of the operator's, whatever the answer says. */
async function findNamed(
  { store, whyMute }: WhoAnswersParts,
  id: number,
  clientId: string | null,
): Promise<Pick<Answering, 'assistant' | 'ref'> | { why: string }> {
  const found = await findPublishedAssistant(store.db, everyone, id);
  const isOwn = found !== null && (found.clientId === null || found.clientId === clientId);
  if (!isOwn) return { why: `There is no assistant ${id} that may answer this number.` };
  const mute = whyMute(found.assistant);
  return mute === null ? { assistant: found.assistant, ref: found.ref } : { why: mute };
}
