import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { step } from './pace.ts';
import type { CallResult, CampaignEffect, CampaignState, Facts, PaceRules } from './pace-state.ts';

const minute = 60_000;
const rules: PaceRules = {
  callsPerMinute: 60,
  concurrentCalls: 10,
  adaptive: null,
  startsAtMs: null,
  endsAtMs: null,
  breaker: { failedShare: 0.5, lastCalls: 10 },
};
const idle: Facts = {
  ...{ queued: 0, queueDueAtMs: null, ringing: 0, talking: 0, nextDueAtMs: 0, allowed: Number.POSITIVE_INFINITY },
  ...{ askAgainAtMs: 0, results: [], accountShutAtMs: null },
};
const running: CampaignState = { phase: 'running', nextSlotAtMs: 0, resultsSinceMs: 0 };
const paused: CampaignState = { ...running, phase: 'paused' };
const failing = Array.from({ length: 10 }, (): CallResult => 'failed');

const tick = (
  facts: Partial<Facts>,
  state: CampaignState = running,
  more: Partial<PaceRules> & { atMs?: number } = {},
) => step(state, { type: 'tick', atMs: more.atMs ?? 0, facts: { ...idle, ...facts } }, { ...rules, ...more });
const names = (effects: readonly CampaignEffect[]) =>
  effects.map((effect) => (effect.type === 'announce' ? effect.event : effect.type));

describe('a campaign', () => {
  it.each([
    [{ phase: 'draft' }, { type: 'start' }, 'running', ['campaign.started', 'look-again']],
    [running, { type: 'start' }, 'running', []],
    [running, { type: 'pause' }, 'paused', ['cancel-queued', 'campaign.paused', 'look-again']],
    [paused, { type: 'pause' }, 'paused', []],
    [paused, { type: 'resume' }, 'running', ['campaign.resumed', 'look-again']],
    [running, { type: 'resume' }, 'running', []],
    [running, { type: 'cancel', talking: 'finish' }, 'canceled', ['cancel-queued', 'campaign.canceled', 'look-again']],
    [
      { phase: 'draft' },
      { type: 'cancel', talking: 'finish' },
      'canceled',
      ['cancel-queued', 'campaign.canceled', 'look-again'],
    ],
    [{ phase: 'completed' }, { type: 'cancel', talking: 'finish' }, 'completed', []],
    [{ phase: 'completed' }, { type: 'resume' }, 'completed', []],
    [{ phase: 'canceled', talking: 'finish' }, { type: 'cancel', talking: 'hang_up' }, 'canceled', ['look-again']],
    [{ phase: 'canceled', talking: 'finish' }, { type: 'cancel', talking: 'finish' }, 'canceled', ['look-again']],
    [{ phase: 'canceled', talking: 'finish' }, { type: 'resume' }, 'canceled', []],
  ] as const)('that is %j, at %j, is then %s', (state, event, ...[phase, effects]) => {
    const made = step(state as CampaignState, { ...event, atMs: 5 }, rules);
    expect(made.state.phase).toBe(phase);
    expect(names(made.effects)).toEqual(effects);
  });

  it.each([
    [{}, {}, { most: 1, firstSlotAtMs: 0, slotMs: 1000 }],
    [{}, { callsPerMinute: 600 }, { most: 10, firstSlotAtMs: 0, slotMs: 100 }],
    [{ queued: 1, ringing: 3, talking: 4 }, { callsPerMinute: 600 }, { most: 2, firstSlotAtMs: 0, slotMs: 100 }],
    [{ allowed: 3 }, { callsPerMinute: 600 }, { most: 3, firstSlotAtMs: 0, slotMs: 100 }],
    [{}, { callsPerMinute: 600, adaptive: { start: 4, least: 1 } }, { most: 4, firstSlotAtMs: 0, slotMs: 100 }],
  ] as const)('with %j and %j begins %j', (facts, more, dial) => {
    expect(tick(facts, running, more).effects).toEqual([{ type: 'dial', ...dial }]);
  });

  it.each([
    ['every line is taken', { talking: 10 }, {}, 5000],
    ['nobody is due', { nextDueAtMs: 90_000 }, {}, 90_000],
    ['nobody is due and somebody talks', { nextDueAtMs: 90_000, talking: 1 }, {}, 5000],
    ['the next slot is not near', {}, { nextSlotAtMs: 20_000 }, 19_500],
    ['the queue is full', { queued: 2, queueDueAtMs: 0 }, {}, 1000],
    ['the queue does not get on', { queued: 2, queueDueAtMs: -3000 }, {}, 1500],
    ['the queue has stood still for long', { queued: 2, queueDueAtMs: -60_000 }, {}, 5000],
    ['what is queued was put off', { queued: 2, queueDueAtMs: 3_600_000 }, {}, 5000],
    ['the client may call nobody now', { allowed: 0, askAgainAtMs: 7000 }, {}, 7000],
  ])('begins nobody while %s, and looks again', (...[, facts, state, atMs]) => {
    expect(tick(facts, { ...running, ...state }).effects).toEqual([{ type: 'look-again', atMs }]);
  });

  it('waits for its start, and skips who was not called at its end', () => {
    expect(tick({}, running, { startsAtMs: 9000 }).effects).toEqual([{ type: 'look-again', atMs: 9000 }]);
    expect(names(tick({}, running, { endsAtMs: 9000, atMs: 9000 }).effects)).toEqual(['end-waiting', 'look-again']);
    expect(names(tick({ nextDueAtMs: null }, running, { endsAtMs: 9000, atMs: 9000 }).effects)).toEqual([
      'campaign.completed',
    ]);
  });

  it('is over when nobody waits and nobody is on the line', () => {
    expect(tick({ nextDueAtMs: null, ringing: 1 }).state.phase).toBe('running');
    expect(tick({ nextDueAtMs: null })).toMatchObject({ state: { phase: 'completed' } });
  });

  it('is halted when its calls fail, and takes no old failures along when it is resumed', () => {
    const halted = tick({ results: failing });
    expect(halted.state).toMatchObject({ phase: 'halted', halt: { code: 'campaign/calls-fail' } });
    expect(names(halted.effects)).toContain('cancel-queued');
    expect(tick({ results: failing.slice(0, 4) }).state.phase).toBe('running');
    expect(tick({ results: [...failing.slice(0, 4), ...Array(6).fill('answered')] }).state.phase).toBe('running');
    const resumed = step(halted.state, { type: 'resume', atMs: 77 }, rules);
    expect(resumed.state).toMatchObject({ phase: 'running', resultsSinceMs: 77 });
  });

  it('is halted when the carrier shuts the account, and goes on when somebody resumes it after that', () => {
    const halted = tick({ accountShutAtMs: 5 });
    expect(halted.state).toMatchObject({ phase: 'halted', halt: { code: 'campaign/account-refused' } });
    expect(names(halted.effects)).toContain('cancel-queued');
    const resumed = step(halted.state, { type: 'resume', atMs: 6 }, rules).state;
    expect(tick({ accountShutAtMs: 5 }, resumed, { atMs: 6 }).state.phase).toBe('running');
    expect(tick({ accountShutAtMs: 7 }, resumed, { atMs: 8 }).state.phase).toBe('halted');
  });

  it('that was canceled ends what rings, and those who talk only when told so', () => {
    const facts = { queued: 1, ringing: 1, talking: 1 };
    const gently = tick(facts, { phase: 'canceled', talking: 'finish' });
    expect(names(gently.effects)).toEqual(['cancel-queued', 'end-ringing', 'end-waiting', 'look-again']);
    expect(names(tick(facts, { phase: 'canceled', talking: 'hang_up' }).effects)).toContain('end-talking');
  });
});

/** A small world: people who are called once, calls that take their time, a driver that does what it is told. */
function live(world: { people: number; perMinute: number; lines: number; callMs: number[]; results: CallResult[] }) {
  const worldRules = { ...rules, callsPerMinute: world.perMinute, concurrentCalls: world.lines };
  let state = step({ phase: 'draft' }, { type: 'start', atMs: 0 }, worldRules).state;
  let waiting = world.people;
  let atMs = 0;
  const begun: number[] = [];
  const ends: number[] = [];
  let mostAtOnce = 0;
  const look = (): Facts => {
    const onLines = ends.filter((end) => end > atMs).length;
    mostAtOnce = Math.max(mostAtOnce, onLines);
    const ended = ends.length - onLines;
    const results = Array.from(
      { length: ended },
      (_, index) => world.results[index % world.results.length] ?? 'answered',
    );
    return { ...idle, talking: onLines, nextDueAtMs: waiting > 0 ? 0 : null, results: results.toReversed() };
  };
  for (let steps = 0; steps < 20_000 && state.phase === 'running'; steps += 1) {
    let made = step(state, { type: 'tick', atMs, facts: look() }, worldRules);
    const [dial] = made.effects.flatMap((effect) => (effect.type === 'dial' ? [effect] : []));
    if (dial) {
      const calls = Math.min(dial.most, waiting);
      waiting -= calls;
      for (let call = 0; call < calls; call += 1) {
        const slot = dial.firstSlotAtMs + call * dial.slotMs;
        begun.push(slot);
        ends.push(slot + (world.callMs[begun.length % world.callMs.length] ?? 1000) + 1);
      }
      made = step(made.state, { type: 'dialed', calls, facts: look(), atMs }, worldRules);
    }
    state = made.state;
    const [next] = made.effects.flatMap((effect) => (effect.type === 'look-again' ? [effect.atMs] : []));
    if (state.phase === 'running' && next === undefined) throw new Error('nobody looks again');
    atMs = Math.max(next ?? atMs, atMs + 1);
  }
  return { state, begun, waiting, mostAtOnce };
}

describe('a campaign in any world', () => {
  const worlds = fc.record({
    people: fc.integer({ min: 1, max: 60 }),
    perMinute: fc.integer({ min: 1, max: 6000 }),
    lines: fc.integer({ min: 1, max: 20 }),
    callMs: fc.array(fc.integer({ min: 0, max: 5 * minute }), { minLength: 1, maxLength: 5 }),
    results: fc.array(fc.constantFrom<CallResult>('answered', 'unanswered', 'failed'), { minLength: 1, maxLength: 7 }),
  });

  it('ends or is halted, never begins faster than it may, never has more on the line than it may', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const { state, begun, waiting, mostAtOnce } = live(world);
        expect(['completed', 'halted']).toContain(state.phase);
        if (state.phase === 'completed') expect(waiting).toBe(0);
        expect(begun).toHaveLength(world.people - waiting);
        const slotMs = minute / world.perMinute;
        for (const [index, slot] of begun.entries()) {
          if (index > 0) expect(slot - (begun[index - 1] ?? 0)).toBeGreaterThanOrEqual(slotMs - 1e-6);
        }
        expect(mostAtOnce).toBeLessThanOrEqual(world.lines);
      }),
      { numRuns: 200 },
    );
  });
});
