/** Metrics and traces, each only where it is wanted: what makes them is not even loaded otherwise. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { LiveEvents } from '../notify/live-events.ts';
import { noTelemetry, type Telemetry } from '../ports/telemetry.ts';
import { createMeters, type Meters } from './create-meters.ts';
import { createCallTracer } from './trace-calls.ts';
import { type TellingEvent, whatTells } from './what-an-event-tells.ts';

export interface TelemetryParts {
  /** Whether figures are kept for Prometheus. */
  metrics: boolean;
  /** Where traces are sent, as OTLP over HTTP; null: nowhere. */
  otlpEndpoint: string | null;
  live: LiveEvents;
  /** How many conversations are going on in this process. */
  liveCalls(): number;
}

export interface RunningTelemetry extends Telemetry {
  /** The figures in Prometheus' text format; null where none are kept. */
  metricsText: (() => Promise<string>) | null;
  /** Sends what was not sent yet; does not wait for a collector that does not answer longer than it must. */
  stop(): Promise<void>;
}

/** A collector that does not answer holds the end of the server up no longer than this. */
const longestExportMs = 3000;

export async function createTelemetry(parts: TelemetryParts): Promise<RunningTelemetry> {
  const metrics = parts.metrics ? await startMetrics(parts.liveCalls) : null;
  const traces = parts.otlpEndpoint === null ? null : await startTraces(parts.otlpEndpoint);
  const listeners = [metrics?.meters, traces?.tracer].filter((listener) => listener !== undefined);
  const unsubscribe = listeners.length === 0 ? () => {} : listen(parts.live, listeners);
  return {
    ...(metrics?.meters ?? noTelemetry),
    metricsText: metrics?.text ?? null,
    async stop() {
      unsubscribe();
      await Promise.all([metrics?.stop(), traces?.stop()]);
    },
  };
}

function listen(live: LiveEvents, listeners: readonly { hear(event: TellingEvent): void }[]): () => void {
  return live.subscribe((row) => {
    const event = whatTells(row);
    if (event) for (const listener of listeners) listener.hear(event);
  });
}

interface Metrics {
  meters: Meters;
  text(): Promise<string>;
  stop(): Promise<void>;
}

async function startMetrics(liveCalls: () => number): Promise<Metrics> {
  const [{ MeterProvider }, { PrometheusExporter, PrometheusSerializer }] = await Promise.all([
    import('@opentelemetry/sdk-metrics'),
    import('@opentelemetry/exporter-prometheus'),
  ]);
  // The exporter's own port stays closed: our route asks it, behind our lock.
  const reader = new PrometheusExporter({ preventServerStart: true });
  const provider = new MeterProvider({ readers: [reader] });
  const serializer = new PrometheusSerializer('', false, undefined, true, true);
  const loopDelay = monitorEventLoopDelay({ resolution: 10 });
  loopDelay.enable();
  return {
    meters: createMeters(provider.getMeter('callwright'), { liveCalls, loopDelay }),
    text: async () => serializer.serialize((await reader.collect()).resourceMetrics),
    async stop() {
      loopDelay.disable();
      await provider.shutdown();
    },
  };
}

async function startTraces(endpoint: string) {
  const [{ BatchSpanProcessor, TracerProvider }, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all(
    [
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ],
  );
  const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, timeoutMillis: longestExportMs });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'callwright' }),
    spanProcessors: [new BatchSpanProcessor({ exporter, exportTimeoutMillis: longestExportMs })],
  });
  return {
    tracer: createCallTracer(provider.getTracer('callwright')),
    // What could not be sent is lost with the process anyway.
    stop: () => provider.shutdown().catch(() => {}),
  };
}
