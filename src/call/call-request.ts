/** What every request form asks for in the end: one call. */
import type { Assistant } from '../assistant/assistant.ts';
import type { AssistantRef } from '../assistant/find-assistant.ts';
import type { CallOrder } from '../ports/carrier.ts';
import type { Schedule } from './dial/schedule.ts';

export interface CallRequest {
  /** Which request form asked. */
  dialect: string;
  clientId: string | null;
  requestId: string;
  /** E.164. */
  to: string;
  from: string;
  assistant: Assistant;
  /** The stored assistant that it is, where it is one. */
  assistantRef: AssistantRef | null;
  /** What the assistant knows about this call. */
  parameters: Record<string, unknown>;
  /** Said first, instead of the assistant's own greeting. */
  welcomeMessage?: string | null;
  /** What the call is for, in the assistant's instructions. */
  agenda?: string | null;
  /** The caller's own number for it. */
  verification?: number | null;
  /** The caller's own notes. */
  metadata?: Record<string, unknown> | null;
  /** The person's own time zone, where the caller knows it. */
  recipientTimezone?: string | null;
  /** The campaign and the contact it is for, and which attempt at it. */
  campaign?: { campaignId: string; contactId: string; attempt: number; retryOf: string | null };
  /** The call in which the person asked to be called back, and what about. */
  callBack?: { of: string; reason: string | null };
  /** When it is to be dialled; at once where there is none. */
  schedule?: Schedule | null;
  /** After which outcomes it is tried again, as `/v1` writes it. */
  retry?: object | null;
  /** `relay`: the carrier hears and speaks; `media`: it sends us the sound. */
  engine: 'relay' | 'media';
  /** What the carrier is told at dialling, for the call with this id. */
  instructions(callId: string): CallOrder['instructions'];
}
