/** What is being done for requests, so that a server that stops can finish it first. */
import { finished } from 'node:stream/promises';
import type { FastifyInstance, FastifyReply } from 'fastify';

export interface UnderWay {
  /** Resolves when nothing that was asked before is being done any more and every answer was sent. */
  finished(): Promise<void>;
}

/** Counts in all routes that are mounted afterwards. */
export function countUnderWay(app: FastifyInstance): UnderWay {
  const underWay = new Set<Promise<void>>();
  app.addHook('onRoute', (route) => {
    const { handler } = route;
    route.handler = function (request, reply) {
      // Who asked may have left: what is done for them is finished all the same.
      const answer = (async () => handler.call(this, request, reply))();
      const done = answer.then(
        () => sent(reply),
        () => sent(reply),
      );
      underWay.add(done);
      void done.finally(() => underWay.delete(done));
      return answer;
    };
  });
  return {
    async finished() {
      await Promise.all(underWay);
    },
  };
}

/** A stream of events, which the framework does not send, has no end to wait for. */
async function sent(reply: FastifyReply): Promise<void> {
  const isStream = reply.sent && !reply.raw.writableEnded;
  if (!isStream) await finished(reply.raw).catch(() => {});
}
