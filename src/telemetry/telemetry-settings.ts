/** The environment variables of metrics and traces. */
import { z } from 'zod';

export const telemetrySettings = {
  METRICS: {
    schema: z
      .enum(['true', 'false'])
      .transform((text) => text === 'true')
      .default(false),
    meaning: 'Whether GET /metrics gives figures for Prometheus, to who has a key of the operator.',
    secret: false,
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    schema: z
      .url({ protocol: /^https?$/ })
      .transform((url) => url.replace(/\/+$/, ''))
      .optional(),
    meaning: 'An OpenTelemetry collector (OTLP over HTTP) that is sent a trace of each call; none by default.',
    secret: false,
  },
} as const;
