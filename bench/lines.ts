/** Every line of the table of targets: what is measured, under which load, against which baseline, and what is wanted. */
import type { MeasureName } from './load/load-process.ts';
import type { Figures } from './load/samples.ts';
import type { MeasureOptions, Outcome } from './load/scene.ts';
import { atOnce, likeLife } from './load/vendor-face.ts';
import { growthSteps } from './measures/cascade.ts';
import type { Program } from './start-server.ts';

export interface Line {
  id: string;
  /** What the figure is, with its unit. */
  figure: string;
  target: string;
  measure: { name: MeasureName; options: Partial<MeasureOptions> } | { notYet: string };
  baseline: Program | null;
  /** Whether it also runs on Postgres. */
  store?: 'postgres';
  /** The figure out of an outcome, and out of the baseline's. */
  read(outcome: Outcome): number | null;
  /** How far the figure may be; of the baseline where that counts. */
  limit(baseline: number | null): number | null;
  /** Of a figure that should be large. */
  moreIsBetter?: true;
  /** What else is worth knowing, in words. */
  note?(outcome: Outcome): string;
  /** Only in a full run. */
  fullOnly?: true;
}

const of = (name: string, share: 'p50' | 'p99') => (outcome: Outcome) => {
  const figures = outcome[name];
  return typeof figures === 'object' && figures.count > 0 ? figures[share] : null;
};
const number = (name: string) => (outcome: Outcome) => {
  const value = outcome[name];
  return typeof value === 'number' ? value : null;
};
const atMost = (most: number) => () => most;
const overBaseline = (more: number) => (baseline: number | null) => (baseline === null ? null : baseline + more);
const toText = (figures: Figures) =>
  `p50 ${figures.p50} p99 ${figures.p99} max ${figures.max}, ${figures.count} samples, ${figures.leftOut} left out`;
const noteOf =
  (...names: string[]) =>
  (outcome: Outcome) =>
    names
      .map((name) => {
        const value = outcome[name];
        if (value === undefined) return '';
        return `${name}: ${typeof value === 'object' ? toText(value) : Math.round(value * 100) / 100}`;
      })
      .filter((text) => text !== '')
      .join('; ');

const cascade = { seconds: 20, delays: atOnce };
/** Figures of each step of growth, and what they tell of one more call. */
const growth = { name: 'growth', options: { calls: 500, seconds: 10, delays: atOnce } } as const;
const growthNote = noteOf(
  'idleCpuMsPerSecond',
  ...growthSteps.flatMap((calls) =>
    ['turn', 'frame', 'cpuMsPerCallSecond', 'rssMb'].map((name) => `${name}At${calls}`),
  ),
);
function memoryPerCall(outcome: Outcome): number | null {
  const [few, most] = [number('rssMbAt10')(outcome), number('rssMbAt100')(outcome)];
  return few === null || most === null ? null : (most - few) / 90;
}
function costOfMany(outcome: Outcome): number | null {
  const [few, most] = [number('cpuMsPerCallSecondAt10')(outcome), number('cpuMsPerCallSecondAt500')(outcome)];
  return few && most ? most / few : null;
}
const turnNote = noteOf('turn', 'frame', 'unanswered', 'notQuiet', 'cpuMsPerCallSecond');

const turnsAt = (calls: number): Line[] =>
  (['p50', 'p99'] as const).map((share) => ({
    id: `added-turn-${calls}-${share}`,
    figure: `added turn time, vendors at once, ${calls} calls, ${share} ms`,
    target: share === 'p50' ? '< 1.5 ms over a bare relay' : '< 5 ms over a bare relay',
    measure: { name: 'cascadeTurns', options: { ...cascade, calls } },
    baseline: 'bare-relay',
    read: of('turn', share),
    limit: overBaseline(share === 'p50' ? 1.5 : 5),
    note: turnNote,
    ...(calls === 50 ? {} : { fullOnly: true }),
  }));

const bargeInAt = (calls: number): Line => ({
  id: calls === 50 ? 'barge-in-vendor' : `barge-in-vendor-${calls}`,
  figure: `barge-in: the recognizer's start of speech → clear, ${calls} calls, p99 ms`,
  target: '< 2 ms',
  measure: { name: 'bargeInByVendor', options: { calls, seconds: 30 } },
  baseline: null,
  read: of('clear', 'p99'),
  limit: atMost(2),
  note: noteOf('clear', 'stale', 'notCleared', 'notBegun'),
  ...(calls === 50 ? {} : { fullOnly: true }),
});

const dialling = (store: 'embedded' | 'postgres'): Line[] => [
  {
    id: `campaign-${store}`,
    figure: `campaign, dials a second beside the same transactions alone, ${store}`,
    target: '≥ 80 %',
    measure: { name: 'campaign', options: { calls: 10_000 } },
    baseline: 'transactions',
    ...(store === 'postgres' ? { store } : {}),
    read: number('dialsPerSecond'),
    limit: (baseline) => (baseline === null ? null : baseline * 0.8),
    moreIsBetter: true,
    note: noteOf('dialsPerSecond'),
    fullOnly: true,
  },
  {
    id: `claim-lag-${store}`,
    figure: `1,000 calls due at one moment: until they are asked of the carrier, p99 ms, ${store}`,
    target: 'told',
    measure: { name: 'claimLag', options: { calls: 1000, seconds: 45 } },
    baseline: null,
    ...(store === 'postgres' ? { store } : {}),
    read: of('lag', 'p99'),
    limit: () => null,
    note: noteOf('lag'),
    fullOnly: true,
  },
];

export const lines: readonly Line[] = [
  ...[1, 50, 100, 200].flatMap(turnsAt),
  {
    id: 'turn-like-life',
    figure: 'turn time with vendors like life, 10 calls, p50 ms',
    target: '≤ 565 ms: 300 + 7 × 20 + 120, and 5',
    measure: { name: 'cascadeTurns', options: { calls: 10, seconds: 30, delays: likeLife } },
    baseline: null,
    read: of('turn', 'p50'),
    limit: atMost(565),
    note: turnNote,
  },
  {
    id: 'relay-first-token',
    figure: 'relay: prompt → first token out, 50 calls, p50 ms',
    target: "the model's own first token + 1 ms",
    measure: { name: 'relayTurns', options: { calls: 50, seconds: 20, perSecond: 20, delays: atOnce } },
    baseline: 'bare-model-stream',
    read: of('turn', 'p50'),
    limit: overBaseline(1),
    note: noteOf('turn', 'unanswered', 'cpuMsPerCallSecond'),
  },
  {
    id: 'barge-in-sound',
    figure: "barge-in: the person's voice begins → clear, 20 calls, p50 ms",
    target: '≤ 150 ms',
    measure: { name: 'bargeInBySound', options: { calls: 20, seconds: 30 } },
    baseline: null,
    read: of('clear', 'p50'),
    limit: atMost(150),
    note: noteOf(
      ...['clear', 'notCleared', 'uhHuhHeld', 'uhHuhStopped', 'coughHeld', 'coughStopped', 'clickHeld'],
      ...['clickStopped', 'toneHeld', 'toneStopped', 'lineNoiseHeld', 'lineNoiseStopped'],
    ),
  },
  ...growthSteps.map(bargeInAt),
  {
    id: 'stale-frames',
    figure: 'frames sent after a clear, before the next turn, 50 calls',
    target: '0',
    measure: { name: 'bargeInByVendor', options: { calls: 50, seconds: 30 } },
    baseline: null,
    read: number('stale'),
    limit: atMost(0),
    note: noteOf('clear'),
  },
  ...[100, 200, 400, 560, 700].map(
    (calls): Line => ({
      id: `frame-delay-${calls}`,
      figure: `delay of a frame on its way to the recognizer, ${calls} calls talking and listening on one core, p99 ms`,
      target: calls > 560 ? 'the sliced relay’s own limit' : '< 20 ms',
      measure: { name: 'cascadeTurns', options: { ...cascade, calls } },
      baseline: 'bare-relay',
      read: of('frame', 'p99'),
      limit: atMost(20),
      note: turnNote,
      ...(calls > 100 ? { fullOnly: true } : {}),
    }),
  ),
  {
    id: 'cpu',
    figure: 'processor time per call-second at 100 calls, ms',
    target: '≤ 1.5 ms',
    measure: { name: 'cascadeTurns', options: { ...cascade, calls: 100 } },
    baseline: 'bare-relay',
    read: number('cpuMsPerCallSecond'),
    limit: atMost(1.5),
    note: turnNote,
  },
  {
    id: 'memory',
    figure: 'memory per call at 100 calls, MB',
    target: '≤ 0.5 MB',
    measure: growth,
    baseline: 'bare-relay',
    read: memoryPerCall,
    limit: atMost(0.5),
    note: growthNote,
    fullOnly: true,
  },
  {
    id: 'webhook',
    figure: 'carrier webhook → TwiML at 100 calls on the lines, p99 ms',
    target: '< 10 ms',
    measure: { name: 'webhooks', options: { calls: 100, seconds: 15, perSecond: 20 } },
    baseline: 'empty-route',
    read: of('answer', 'p99'),
    limit: atMost(10),
    note: noteOf('answer', 'failed'),
  },
  {
    id: 'place-embedded',
    figure: 'POST /v1/calls at 100 a second, embedded store, p99 ms',
    target: '< 25 ms',
    measure: { name: 'placing', options: { seconds: 15, perSecond: 100 } },
    baseline: 'transactions',
    read: of('answer', 'p99'),
    limit: atMost(25),
    note: noteOf('answer', 'failed'),
  },
  {
    id: 'place-postgres',
    figure: 'POST /v1/calls at 200 a second, Postgres, p99 ms',
    target: '< 25 ms',
    measure: { name: 'placing', options: { seconds: 15, perSecond: 200 } },
    baseline: 'transactions',
    store: 'postgres',
    read: of('answer', 'p99'),
    limit: atMost(25),
    note: noteOf('answer', 'failed'),
  },
  ...dialling('embedded'),
  ...dialling('postgres'),
  {
    id: 'eager',
    figure: 'asked ahead: decision → first frame with vendors like life, 10 calls, p50 ms',
    target: '≤ 100 ms',
    measure: { name: 'cascadeTurns', options: { calls: 10, seconds: 30, delays: likeLife, eager: true } },
    baseline: null,
    read: of('turn', 'p50'),
    limit: atMost(100),
    note: turnNote,
  },
  {
    id: 'growth',
    figure: 'processor time per call-second at 500 calls over that at 10, idle time left out',
    target: '≤ 1.2',
    measure: growth,
    baseline: 'bare-relay',
    read: costOfMany,
    limit: atMost(1.2),
    note: growthNote,
    fullOnly: true,
  },
];
