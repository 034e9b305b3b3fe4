/** The figures that are kept while the server runs: how many, how often, how long. */
import type { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Meter } from '@opentelemetry/api';
import type { Telemetry } from '../ports/telemetry.ts';
import type { TellingEvent } from './what-an-event-tells.ts';

/** Upper bounds in seconds, close together where a person begins to notice the wait. */
const waits = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 6, 10];
const latenesses = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1];

type LoopDelay = ReturnType<typeof monitorEventLoopDelay>;

export interface MeterSources {
  liveCalls(): number;
  /** Of the event loop, in nanoseconds; read and begun anew with each look. */
  loopDelay: LoopDelay;
}

export interface Meters extends Telemetry {
  hear(event: TellingEvent): void;
}

export function createMeters(meter: Meter, { liveCalls, loopDelay }: MeterSources): Meters {
  const seconds = (name: string, description: string, explicitBucketBoundaries: number[]) =>
    meter.createHistogram(name, { description, advice: { explicitBucketBoundaries } });
  const calls = meter.createCounter('callwright.calls', { description: 'Calls that are over' });
  const turns = meter.createCounter('callwright.turns', { description: 'Things said by either side' });
  const latency = seconds(
    'callwright.turn.latency.seconds',
    "From the person's last sound to each step of the assistant's answer",
    waits,
  );
  const reply = seconds(
    'callwright.turn.reply.seconds',
    'From the words of the person, as they were understood, to the first words of the answer',
    waits,
  );
  const bargeIns = meter.createCounter('callwright.barge_ins', { description: 'The person spoke over the assistant' });
  const failures = meter.createCounter('callwright.vendor.failures', { description: 'Vendors that failed' });
  const lateness = seconds('callwright.pacer.lateness.seconds', 'How late the sound of all calls was sent', latenesses);
  meter
    .createObservableGauge('callwright.live_calls', { description: 'Conversations going on in this process' })
    .addCallback((result) => result.observe(liveCalls()));
  observeLoopDelay(meter, loopDelay);

  const countTurn = ({ turn }: Extract<TellingEvent, { type: 'turn-over' }>) => {
    turns.add(1, { speaker: turn.speaker, interrupted: turn.interrupted });
    if (turn.reply_ms !== null) reply.record(turn.reply_ms / 1000);
    for (const [step, ms] of Object.entries(turn.latency ?? {})) {
      if (ms !== null) latency.record(ms / 1000, { step: step.replace(/_ms$/, '') });
    }
  };
  return {
    hear(event) {
      if (event.type === 'call-over') calls.add(1, { status: event.status, outcome: event.outcome });
      if (event.type === 'turn-over') countTurn(event);
    },
    bargeIn: (kind) => bargeIns.add(1, { kind }),
    vendorFailed: (failure) => failures.add(1, { ...failure }),
    pacerLate: (ms) => lateness.record(ms / 1000),
  };
}

function observeLoopDelay(meter: Meter, loopDelay: LoopDelay): void {
  meter
    .createObservableGauge('callwright.event_loop.delay.seconds', {
      description: 'How long work waited for its turn, since it was last asked',
    })
    .addCallback((result) => {
      const shares = { p50: loopDelay.percentile(50), p99: loopDelay.percentile(99), max: loopDelay.max };
      for (const [share, ns] of Object.entries(shares)) result.observe(ns / 1e9, { share });
      loopDelay.reset();
    });
}
