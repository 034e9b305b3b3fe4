/** `/v1/health`: what the server finds when it looks at itself, for who runs it. */
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../base/clock.ts';
import type { HealthFinding, HealthReport } from '../contract/health.ts';

export interface HealthReportParts {
  clock: Clock;
  findHealth(): Promise<HealthFinding[]>;
}

export function healthReportRoutes({ clock, findHealth }: HealthReportParts) {
  return async (app: FastifyInstance): Promise<void> => {
    const reading = { config: { permission: 'health:read' } } as const;
    app.get('/v1/health', reading, async (): Promise<HealthReport> => {
      const findings = await findHealth();
      return { checked_at: new Date(clock.now()).toISOString(), findings };
    });
  };
}
