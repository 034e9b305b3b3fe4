/** `/v1/live` and `/v1/calls/:id/live`: events as they happen, as server-sent events. */
import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../base/clock.ts';
import type { LiveEvents } from '../../notify/live-events.ts';
import { findCall } from '../../store/calls.ts';
import { type EventRow, listEvents } from '../../store/events.ts';
import type { Store } from '../../store/open-store.ts';
import { notFound } from '../problem.ts';
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

export function liveRoutes(parts: LiveParts) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get('/v1/live', (request, reply) => {
      stream(parts, openStream(request, reply), { wants: () => true, earlier: [] });
    });
    app.get<{ Params: { id: string } }>('/v1/calls/:id/live', async (request, reply) => {
      const call = await findCall(parts.store.db, request.params.id);
      if (!call) throw notFound('call');
      const missed: EventRow[] = [];
      const unsubscribe = parts.live.subscribe((event) => missed.push(event));
      const stored = await listEvents(parts.store.db, call.id, { afterPosition: 0, limit: 1000 });
      unsubscribe();
      const lastPosition = stored.at(-1)?.position ?? 0;
      const earlier = [...stored, ...missed.filter((event) => event.position > lastPosition)];
      stream(parts, openStream(request, reply), { wants: (event) => event.call_id === call.id, earlier });
    });
  };
}

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
  feed: { wants(event: EventRow): boolean; earlier: readonly EventRow[] },
): void {
  const write = (text: string) => {
    response.write(text);
    if (response.writableLength > mostBufferedBytes) response.destroy();
  };
  const send = (event: EventRow) => {
    if (feed.wants(event))
      write(`id: ${event.position}\nevent: ${event.type}\ndata: ${JSON.stringify(toEventResource(event))}\n\n`);
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
