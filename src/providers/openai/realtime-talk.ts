/** What goes on in a Realtime session: responses kept apart, those that were cut tell nothing more, tools are waited for. */
import type { AgentRequest } from '../../ports/voice-agent.ts';
import { type RealtimeEvent, type ResponseDone, type ResponseOrder, toToolResult } from './realtime-codec.ts';
import { createResponseOrders } from './realtime-orders.ts';
import { createRealtimeReply, type RealtimeReply } from './realtime-reply.ts';

type TalkEvent = Exclude<RealtimeEvent, { type: 'configured' | 'error' }>;

export interface RealtimeTalk {
  hear(event: TalkEvent): void;
  want(order: ResponseOrder): void;
  wantInstead(order: ResponseOrder): void;
  refused(eventId: string | null, tooEarly: boolean): void;
  toolResult(id: string, content: string): void;
  cutsAt(reply: number, heardMs: number): { item: string; audioEndMs: number }[];
}

interface TalkLine {
  send(frame: string): void;
  fail(failure: { kind: 'refused' | 'busy' | 'unavailable'; message: string }): void;
}

/** How often in a row a response that failed in silence is asked for again. */
const mostRetries = 1;

export function createRealtimeTalk(request: AgentRequest, line: TalkLine): RealtimeTalk {
  const replies = createReplies();
  const orders = createResponseOrders(line.send);
  const toolsDue = new Set<string>();
  let retries = 0;

  const tellWords = (reply: RealtimeReply, words: ReturnType<RealtimeReply['rest']>) => {
    if (words.length > 0) request.on({ type: 'words', reply: reply.number, words });
  };
  const tellEnd = (reply: RealtimeReply, done: ResponseDone) => {
    tellWords(reply, reply.rest());
    const calls = done.status === 'completed' ? done.calls : [];
    for (const call of calls) toolsDue.add(call.id);
    for (const call of calls) request.on({ type: 'tool-called', call });
    request.on({ type: 'reply-over', reply: reply.number });
  };
  const onDone = (done: ResponseDone) => {
    const reply = replies.of(done.response);
    if (done.status === 'failed' && !reply.isDead) {
      if (reply.soundMs > 0 || done.kind !== 'unavailable' || retries >= mostRetries) {
        return line.fail({ kind: failureOf(done), message: done.message });
      }
      retries += 1;
      if (!orders.waiting) orders.want(orders.current);
      return orders.over();
    }
    if (done.status === 'completed') retries = 0;
    if (!reply.isDead) tellEnd(reply, done);
    orders.over();
  };
  const onSpeech = (active: boolean) => {
    if (active) {
      replies.silence();
      request.on({ type: 'interrupted' });
    }
    request.on({ type: 'person-speaking', speaking: active });
  };

  return {
    want: orders.want,
    wantInstead(order) {
      replies.silence();
      orders.wantInstead(order);
    },
    refused: orders.refused,
    toolResult(id, content) {
      line.send(toToolResult(id, content));
      toolsDue.delete(id);
      if (toolsDue.size === 0 && !orders.waiting) orders.want({});
    },
    cutsAt: (number, heardMs) => replies.numbered(number)?.cutsAt(heardMs) ?? [],
    hear(event) {
      switch (event.type) {
        case 'speech':
          return onSpeech(event.active);
        case 'person-said':
          return request.on({ type: 'person-said', text: event.text });
        case 'response-created': {
          const isWanted = orders.began();
          const reply = replies.of(event.response);
          if (!isWanted) reply.isDead = true;
          return;
        }
        case 'item':
          return replies.of(event.response).item(event.item);
        case 'response-done':
          if (event.tokens) request.onTokens?.(event.tokens);
          return onDone(event);
        case 'sound': {
          const reply = replies.of(event.response);
          reply.sound(event.sound.length);
          if (reply.isDead || event.sound.length === 0) return;
          return request.on({ type: 'sound', reply: reply.number, sound: event.sound });
        }
        case 'transcript': {
          const reply = replies.of(event.response);
          if (reply.isDead || event.text === '') return;
          tellWords(reply, reply.text(event.text));
          return request.on({ type: 'text', reply: reply.number, text: event.text });
        }
      }
    },
  };
}

const failureOf = ({ kind }: ResponseDone) => (kind === 'refused' || kind === 'busy' ? kind : 'unavailable');

/** Replies that may still be cut; older ones were heard long ago. */
const mostReplies = 8;

function createReplies() {
  const replies = new Map<string, RealtimeReply>();
  let count = 0;
  return {
    of(response: string): RealtimeReply {
      const known = replies.get(response);
      if (known) return known;
      count += 1;
      const reply = createRealtimeReply(count);
      replies.set(response, reply);
      const oldest = replies.size > mostReplies ? replies.keys().next().value : undefined;
      if (oldest !== undefined) replies.delete(oldest);
      return reply;
    },
    numbered: (number: number) => [...replies.values()].find((reply) => reply.number === number),
    silence() {
      for (const reply of replies.values()) reply.isDead = true;
    },
  };
}
