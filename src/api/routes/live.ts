/** `/v1/live` and `/v1/calls/:id/live`: events as they happen, as server-sent events. */
import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Principal, reachOf } from '../../account/principal.ts';
import type { Clock } from '../../base/clock.ts';
import type { LiveEvents } from '../../notify/live-events.ts';
import { type EventRow, listEvents, listEventsAfter } from '../../store/events.ts';
import type { Store } from '../../store/open-store.ts';
import { whoAsks } from '../authorize.ts';
import { findCallOr404 } from '../find-call.ts';
import { toEventResource } from '../to-resource.ts';

export interface LiveParts {
  store: Store;
  live: LiveEvents;
  clock: Clock;
}

/** A comment this often keeps proxies from closing a quiet stream. */
const heartbeatMs = 15_000;
/** A listener that lets this much pile up is cut off; it can come back and read what it missed. */
const mostBufferedBytes = 1_000_000;
/** More than the events of the longest call. */
const mostEarlier = 10_000;

export function liveRoutes(parts: LiveParts) {
  return async (app: FastifyInstance): Promise<void> => {
    // A stream has an end only for who listens, so there is no HEAD of it.
    app.get('/v1/live', streaming, async (request, reply) => {
      const principal = whoAsks(request);
      const after = lastEventId(request);
      const missed = () =>
        listEventsAfter(parts.store.db, reachOf(principal), { position: after ?? 0, limit: mostEarlier });
      const earlier = after === null ? [] : await withMeanwhile(parts, missed);
      stream(parts, openStream(request, reply), {
        wants: (event) => mayHear(principal, event),
        isLast: () => false,
        earlier,
      });
    });
    app.get<{ Params: { id: string } }>('/v1/calls/:id/live', streaming, async (request, reply) => {
      const call = await findCallOr404(parts.store.db, request);
      const page = { afterPosition: lastEventId(request) ?? 0, limit: mostEarlier };
      const earlier = await withMeanwhile(parts, () => listEvents(parts.store.db, call.id, page));
      stream(parts, openStream(request, reply), { wants: (event) => event.call_id === call.id, isLast, earlier });
    });
  };
}

/** What is stored and what happened while it was read; what happens afterwards is up to the caller, at once. */
async function withMeanwhile({ live }: LiveParts, read: () => Promise<EventRow[]>): Promise<EventRow[]> {
  const meanwhile: EventRow[] = [];
  const unsubscribe = live.subscribe((event) => meanwhile.push(event));
  try {
    const stored = await read();
    const known = new Set(stored.map(({ id }) => id));
    return [...stored, ...meanwhile.filter((event) => !known.has(event.id))];
  } finally {
    unsubscribe();
  }
}

/** Where a listener that comes back was; a browser sends it by itself. Null for one that begins. */
function lastEventId({ headers }: FastifyRequest): number | null {
  const id = headers['last-event-id'];
  return typeof id === 'string' && /^\d{1,15}$/.test(id) ? Number(id) : null;
}

const streaming = { exposeHeadRoute: false, config: { permission: 'calls:read' } } as const;

const mayHear = (principal: Principal, event: EventRow) =>
  principal.clientId === null || principal.clientId === event.client_id;

/** A call's stream ends with the call. */
const isLast = (event: EventRow) => event.type === 'call.ended' || event.type === 'call.blocked';

function openStream(request: FastifyRequest, reply: FastifyReply): ServerResponse {
  reply.hijack();
  reply.raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  request.raw.socket.setNoDelay(true);
  return reply.raw;
}

function stream(
  parts: LiveParts,
  response: ServerResponse,
  feed: { wants(event: EventRow): boolean; isLast(event: EventRow): boolean; earlier: readonly EventRow[] },
): void {
  // Who left while the earlier events were read says so no more.
  if (response.destroyed) return;
  const write = (text: string) => {
    if (response.writableEnded) return;
    response.write(text);
    if (response.writableLength > mostBufferedBytes) response.destroy();
  };
  const send = (event: EventRow) => {
    if (!feed.wants(event)) return;
    write(`id: ${event.position}\nevent: ${event.type}\ndata: ${JSON.stringify(toEventResource(event))}\n\n`);
    if (feed.isLast(event)) response.end();
  };
  write(': hello\n\n');
  for (const event of feed.earlier) send(event);
  const unsubscribe = parts.live.subscribe(send);
  let cancel = () => {};
  const beat = () => {
    cancel = parts.clock.startTimer(heartbeatMs, () => {
      write(': still here\n\n');
      beat();
    });
  };
  beat();
  response.on('close', () => {
    unsubscribe();
    cancel();
  });
}
