import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createLiveEvents } from '../notify/live-events.ts';
import type { EventRow } from '../store/events.ts';
import { createTelemetry } from './create-telemetry.ts';

let position = 0;
function event(type: string, data: Record<string, unknown>, at = Date.UTC(2026, 0, 5)): EventRow {
  position += 1;
  const id = `event_${position}`;
  return { id, position, call_id: 'call_1', client_id: 'client_a', type, key: id, at: new Date(at), data };
}

const latency = {
  ...{ final_ms: 200, decided_ms: 210, first_token_ms: 500, first_sound_ms: 560, first_frame_ms: 561 },
  heard_ms: null,
};
const said = { text: 'My secret is 4711.', heard_text: 'My secret is 4711.', heard_source: 'confirmed' };
const answer = { index: 2, speaker: 'assistant', interrupted: false, reply_ms: 300, latency, ...said };

const story = (atMs: number) => [
  event('call.queued', { status: 'queued', carrier_sid: null }, atMs),
  event('call.started', { status: 'in_progress', carrier_sid: 'CA1' }, atMs + 1000),
  event('turn.completed', { index: 1, speaker: 'person', interrupted: false, reply_ms: null, ...said }, atMs + 2000),
  event('turn.completed', { index: 3, speaker: 'operator', interrupted: false, reply_ms: null, ...said }, atMs + 2100),
  event('turn.started', { index: 2, speaker: 'assistant', text: said.text, reply_ms: 300 }, atMs + 2300),
  event('turn.completed', answer, atMs + 5000),
  event('call.ended', { status: 'completed', outcome: 'completed', ended_reason: 'person_hung_up' }, atMs + 6000),
];

describe('metrics', () => {
  it('count calls, turns and every step of an answer, and say nothing of what was said', async () => {
    const live = createLiveEvents();
    const telemetry = await createTelemetry({ metrics: true, otlpEndpoint: null, live, liveCalls: () => 3 });
    live.publish(story(0));
    telemetry.bargeIn('false');
    telemetry.vendorFailed({ vendor: 'deepgram', kind: 'stt', code: 'vendor/timeout' });
    telemetry.pacerLate(3);
    const text = (await telemetry.metricsText?.()) ?? '';
    await telemetry.stop();
    const lines = text.split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'callwright_calls_total{status="completed",outcome="completed"} 1',
        'callwright_turns_total{speaker="assistant",interrupted="false"} 1',
        'callwright_turns_total{speaker="operator",interrupted="false"} 1',
        'callwright_turn_latency_seconds_sum{step="first_frame"} 0.561',
        'callwright_turn_latency_seconds_bucket{step="final",le="0.2"} 1',
        'callwright_turn_reply_seconds_count 1',
        'callwright_barge_ins_total{kind="false"} 1',
        'callwright_vendor_failures_total{vendor="deepgram",kind="stt",code="vendor/timeout"} 1',
        'callwright_pacer_lateness_seconds_count 1',
        'callwright_live_calls 3',
      ]),
    );
    expect(text).toContain('callwright_event_loop_delay_seconds{share="p99"}');
    expect(text).not.toMatch(/step="heard"|secret|4711|call_1/);
  });

  it('are kept apart by two servers in one process, and stop with theirs', async () => {
    const live = createLiveEvents();
    const parts = { metrics: true, otlpEndpoint: null, live, liveCalls: () => 0 };
    const [first, second] = [
      await createTelemetry(parts),
      await createTelemetry({ ...parts, live: createLiveEvents() }),
    ];
    await first.stop();
    live.publish(story(0));
    expect(await second.metricsText?.()).not.toContain('callwright_calls_total{');
    await second.stop();
  });

  it('are not kept where nobody wants them', async () => {
    const live = createLiveEvents();
    const telemetry = await createTelemetry({ metrics: false, otlpEndpoint: null, live, liveCalls: () => 0 });
    telemetry.bargeIn('real');
    expect(telemetry.metricsText).toBeNull();
    await telemetry.stop();
  });
});

interface SentSpan {
  name: string;
  spanId: string;
  parentSpanId?: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: Record<string, unknown> }[];
}

describe('traces', () => {
  it('tell of each call and each answer in it, without a word of what was said', async () => {
    const bodies: string[] = [];
    const collector = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => {
        bodies.push(body);
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    }).listen(0, '127.0.0.1');
    await once(collector, 'listening');
    const otlpEndpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
    const live = createLiveEvents();
    const telemetry = await createTelemetry({ metrics: false, otlpEndpoint, live, liveCalls: () => 0 });
    live.publish(story(1_000_000));
    live.publish([event('turn.completed', answer, 1_008_000)]);
    await telemetry.stop();
    collector.close();
    const spans = bodies.flatMap((body): SentSpan[] =>
      JSON.parse(body).resourceSpans.flatMap((resource: { scopeSpans: { spans: SentSpan[] }[] }) =>
        resource.scopeSpans.flatMap((scope) => scope.spans),
      ),
    );
    const [turn, call] = spans;
    expect(spans).toHaveLength(2);
    expect(call).toMatchObject({ name: 'call', startTimeUnixNano: '1000000000000', endTimeUnixNano: '1006000000000' });
    expect(turn).toMatchObject({ name: 'turn', startTimeUnixNano: '1002300000000', parentSpanId: call?.spanId });
    expect(turn?.attributes).toContainEqual({ key: 'turn.first_frame_ms', value: { intValue: 561 } });
    expect(bodies.join()).not.toMatch(/secret|4711|CA1/);
  });

  it('that nobody takes do not hold the server up for ever', async () => {
    const live = createLiveEvents();
    const otlpEndpoint = 'http://127.0.0.1:9';
    const telemetry = await createTelemetry({ metrics: false, otlpEndpoint, live, liveCalls: () => 0 });
    live.publish(story(0));
    await expect(telemetry.stop()).resolves.toBeUndefined();
  });
});
