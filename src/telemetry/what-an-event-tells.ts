/** What of a call's event is fit to be counted and traced: names and numbers, never words or phone numbers. */
import { z } from 'zod';
import type { EventRow } from '../store/events.ts';

const msOrNull = z.number().nullable().catch(null);
const nameOrNull = z.string().max(100).nullable().catch(null);

const callSchema = z.object({
  status: nameOrNull,
  outcome: nameOrNull.default(null),
  ended_reason: nameOrNull.default(null),
});

const turnSchema = z.object({
  index: z.number(),
  speaker: z.enum(['person', 'assistant', 'operator']),
  interrupted: z.boolean().catch(false),
  reply_ms: msOrNull,
  latency: z.record(z.string(), msOrNull).nullable().catch(null),
});

export type TellingEvent = { callId: string; atMs: number } & (
  | { type: 'call-changed' }
  | { type: 'call-over'; status: string; outcome: string; reason: string }
  | { type: 'turn-started'; index: number }
  | { type: 'turn-over'; turn: z.infer<typeof turnSchema> }
);

/** Null for an event that tells nothing here. */
export function whatTells(event: EventRow): TellingEvent | null {
  if (event.call_id === null) return null;
  const about = { callId: event.call_id, atMs: event.at.getTime() };
  switch (event.type) {
    case 'call.ended':
    case 'call.blocked': {
      const { status, outcome, ended_reason } = callSchema.parse(event.data);
      const named = { status: status ?? 'unknown', outcome: outcome ?? 'none', reason: ended_reason ?? 'none' };
      return { ...about, type: 'call-over', ...named };
    }
    case 'turn.started': {
      const { index } = turnSchema.pick({ index: true }).parse(event.data);
      return { ...about, type: 'turn-started', index };
    }
    case 'turn.completed':
      return { ...about, type: 'turn-over', turn: turnSchema.parse(event.data) };
    default:
      return event.type.startsWith('call.') ? { ...about, type: 'call-changed' } : null;
  }
}
