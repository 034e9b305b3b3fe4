/** A trace of each call: one span for the call, and one below it for each thing that the assistant said. */
import { type Attributes, ROOT_CONTEXT, type Span, type Tracer, trace } from '@opentelemetry/api';
import type { TellingEvent } from './what-an-event-tells.ts';

/** A call whose end nobody told of must not be kept for ever. */
const mostOpen = 10_000;

interface OpenCall {
  span: Span;
  /** When the assistant's unfinished turns began, by their number. */
  turnsAtMs: Map<number, number>;
}

export function createCallTracer(tracer: Tracer): { hear(event: TellingEvent): void } {
  const open = new Map<string, OpenCall>();

  const end = (callId: string, atMs?: number) => {
    open.get(callId)?.span.end(atMs);
    open.delete(callId);
  };
  const begin = (callId: string, atMs: number): OpenCall => {
    const [oldest] = open.keys();
    if (open.size >= mostOpen && oldest !== undefined) end(oldest);
    const attributes = { 'callwright.call.id': callId };
    const call = {
      span: tracer.startSpan('call', { root: true, startTime: atMs, attributes }),
      turnsAtMs: new Map<number, number>(),
    };
    open.set(callId, call);
    return call;
  };
  const addTurn = (call: OpenCall, { turn, atMs }: Extract<TellingEvent, { type: 'turn-over' }>) => {
    if (turn.speaker !== 'assistant') {
      call.span.addEvent(`${turn.speaker} spoke`, {}, atMs);
      return;
    }
    const startTime = call.turnsAtMs.get(turn.index) ?? atMs;
    call.turnsAtMs.delete(turn.index);
    const parent = trace.setSpan(ROOT_CONTEXT, call.span);
    tracer.startSpan('turn', { startTime, attributes: toAttributes(turn) }, parent).end(atMs);
  };

  return {
    hear(event) {
      // What comes of a call whose end was told already belongs to no trace any more.
      const isLate = event.type === 'turn-started' || event.type === 'turn-over';
      const call = open.get(event.callId) ?? (isLate ? null : begin(event.callId, event.atMs));
      if (!call) return;
      if (event.type === 'turn-started') call.turnsAtMs.set(event.index, event.atMs);
      if (event.type === 'turn-over') addTurn(call, event);
      if (event.type !== 'call-over') return;
      const { status, outcome, reason } = event;
      call.span.setAttributes({ 'call.status': status, 'call.outcome': outcome, 'call.ended_reason': reason });
      end(event.callId, event.atMs);
    },
  };
}

function toAttributes(turn: Extract<TellingEvent, { type: 'turn-over' }>['turn']): Attributes {
  const attributes: Attributes = { 'turn.index': turn.index, 'turn.interrupted': turn.interrupted };
  const times = { ...turn.latency, reply_ms: turn.reply_ms };
  for (const [name, ms] of Object.entries(times)) if (ms !== null) attributes[`turn.${name}`] = ms;
  return attributes;
}
