/** `/v1/limits`: how much there is, how much of it is taken, and what is left. */
import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import { reachOf } from '../../account/principal.ts';
import type { Clock } from '../../base/clock.ts';
import { allowanceOf } from '../../call/dial/client-limits.ts';
import { countCallsOnLines, countQueuedCalls } from '../../store/calls.ts';
import type { Store } from '../../store/open-store.ts';
import { whoAsks } from '../authorize.ts';
import type { limitsSchema } from '../contract/stats.ts';

export interface LimitParts {
  store: Store;
  clock: Clock;
  callsPerSecond: number;
  maxCallsOnLines: number;
}

export function limitRoutes({ store, clock, callsPerSecond, maxCallsOnLines }: LimitParts) {
  const { db } = store;

  return async (app: FastifyInstance): Promise<void> => {
    const reading = { config: { permission: 'stats:read' } } as const;
    app.get('/v1/limits', reading, async (request): Promise<z.infer<typeof limitsSchema>> => {
      const principal = whoAsks(request);
      const { clientId } = principal;
      const [onLines, queued, left] = await Promise.all([
        countCallsOnLines(db),
        countQueuedCalls(db, reachOf(principal)),
        clientId === null ? null : allowanceOf(db, clientId, clock.now()),
      ]);
      return {
        calls_per_second: callsPerSecond,
        lines: { limit: maxCallsOnLines, free: Math.max(maxCallsOnLines - onLines, 0) },
        queued,
        client: left && {
          concurrent_calls: toUsed(left.concurrentCalls, left.callsOnLines),
          calls_per_minute: toUsed(left.callsPerMinute, left.callsInLastMinute),
          calls_per_day: toUsed(left.callsPerDay, left.callsInLastDay),
        },
      };
    });
  };
}

const toUsed = (limit: number | null, used: number) => ({
  limit,
  used,
  remaining: limit === null ? null : Math.max(limit - used, 0),
});
