import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkAtMsOf, statusOf, step } from './lifecycle.ts';
import { beginLifecycle } from './lifecycle-beginnings.ts';
import type { CarrierReport, Ending, Lifecycle, LifecycleEffect, LifecycleEvent } from './lifecycle-state.ts';

const limits = { ringSeconds: 30, maxDurationSeconds: 600 };
const sid = 'CA00000000000000000000000000000001';
const byRequest: Ending = { reason: 'canceled', by: 'request', fault: null };

type Bare = LifecycleEvent extends infer E ? (E extends LifecycleEvent ? Omit<E, 'atMs'> : never) : never;

function run(events: Bare[], from: Lifecycle = beginLifecycle(limits, 0)) {
  let state = from;
  const effects: LifecycleEffect[] = [];
  const statuses: string[] = [statusOf(state)];
  for (const [index, event] of events.entries()) {
    const next = step(state, { ...event, atMs: (index + 1) * 1000 } as LifecycleEvent);
    state = next.state;
    effects.push(...next.effects);
    if (statusOf(state) !== statuses.at(-1)) statuses.push(statusOf(state));
  }
  return { state, effects, statuses };
}

const report = (status: CarrierReport, carrierSid = sid): Bare => ({
  type: 'carrier-reported',
  carrierSid,
  status,
  error: null,
});
const dialled: Bare[] = [{ type: 'dial' }, { type: 'carrier-accepted', carrierSid: sid }];
const answered: Bare[] = [...dialled, report('ringing'), report('in_progress'), { type: 'session-opened' }];
const announced = (effects: LifecycleEffect[]) =>
  effects.flatMap((effect) => (effect.type === 'announce' ? [effect.event] : []));

describe('the lifecycle of a call', () => {
  it('is asked about in time, however often it is told to end', () => {
    for (const live of [dialled, answered]) {
      const cancels: Bare[] = Array.from({ length: 30 }, () => ({ type: 'cancel', ending: byRequest }));
      const firstAtMs = checkAtMsOf(run([...live, { type: 'cancel', ending: byRequest }]).state);
      const { state, effects } = run([...live, ...cancels]);
      expect(checkAtMsOf(state)).toBe(firstAtMs);
      expect(effects.filter(({ type }) => type === 'end-at-carrier')).toHaveLength(30);
    }
  });

  const paths: { name: string; events: Bare[]; statuses: string[]; ending: Partial<Ending> }[] = [
    {
      name: 'a talk that the assistant ends',
      events: [
        ...answered,
        { type: 'conversation-ended', ending: { reason: 'assistant_hung_up', by: 'assistant', fault: null } },
        { type: 'session-closed', clean: true },
        report('completed'),
      ],
      statuses: ['queued', 'dialing', 'ringing', 'in_progress', 'completed'],
      ending: { reason: 'assistant_hung_up', by: 'assistant' },
    },
    {
      name: 'a talk that the person ends',
      events: [...answered, report('completed')],
      statuses: ['queued', 'dialing', 'ringing', 'in_progress', 'completed'],
      ending: { reason: 'person_hung_up', by: 'person' },
    },
    {
      name: 'a busy line',
      events: [...dialled, report('ringing'), report('busy')],
      statuses: ['queued', 'dialing', 'ringing', 'busy'],
      ending: { reason: 'busy' },
    },
    {
      name: 'nobody answers',
      events: [...dialled, report('ringing'), report('no_answer')],
      statuses: ['queued', 'dialing', 'ringing', 'no_answer'],
      ending: { reason: 'no_answer' },
    },
    {
      name: 'the carrier refuses',
      events: [{ type: 'dial' }, { type: 'carrier-refused', code: 21211, message: 'no', again: false }],
      statuses: ['queued', 'dialing', 'failed'],
      ending: { reason: 'carrier_refused', fault: 'carrier' },
    },
    {
      name: 'the carrier never confirms and three look-ups find nothing',
      events: [
        { type: 'dial' },
        { type: 'dial-outcome-unknown', message: 'timed out' },
        { type: 'check' },
        { type: 'carrier-knows-nothing' },
        { type: 'check' },
        { type: 'carrier-knows-nothing' },
        { type: 'check' },
        { type: 'carrier-knows-nothing' },
      ],
      statuses: ['queued', 'dialing', 'failed'],
      ending: { reason: 'never_placed' },
    },
    {
      name: 'the carrier never confirms and has a call that may be this one or another',
      events: [
        { type: 'dial' },
        { type: 'dial-outcome-unknown', message: 'timed out' },
        { type: 'check' },
        { type: 'carrier-knows-nothing' },
        { type: 'check' },
        { type: 'carrier-unclear' },
        { type: 'check' },
        { type: 'carrier-unclear' },
      ],
      statuses: ['queued', 'dialing', 'failed'],
      ending: { reason: 'carrier_unclear' },
    },
    {
      name: 'the server is killed while they talk and the carrier has ended the call',
      events: [...answered, { type: 'server-started' }, { type: 'check' }, report('completed')],
      statuses: ['queued', 'dialing', 'ringing', 'in_progress', 'completed'],
      ending: { reason: 'server_lost', fault: 'server' },
    },
    {
      name: 'the server is killed while they talk and the carrier knows the call no more',
      events: [...answered, { type: 'server-started' }, { type: 'check' }, { type: 'carrier-knows-nothing' }],
      statuses: ['queued', 'dialing', 'ringing', 'in_progress', 'completed'],
      ending: { reason: 'carrier_lost' },
    },
    {
      name: 'a cancel while it rings',
      events: [...dialled, report('ringing'), { type: 'cancel', ending: byRequest }, report('canceled')],
      statuses: ['queued', 'dialing', 'ringing', 'canceled'],
      ending: byRequest,
    },
    {
      name: 'a cancel before the carrier answered our request',
      events: [
        { type: 'dial' },
        { type: 'cancel', ending: byRequest },
        { type: 'carrier-accepted', carrierSid: sid },
        report('canceled'),
      ],
      statuses: ['queued', 'dialing', 'canceled'],
      ending: byRequest,
    },
    {
      name: 'a person who is handed over and talks to a colleague until one of them hangs up',
      events: [
        ...answered,
        { type: 'transfer-begun' },
        { type: 'session-closed', clean: true },
        { type: 'transfer-connected', by: 'assistant' },
        report('completed'),
      ],
      statuses: ['queued', 'dialing', 'ringing', 'in_progress', 'completed'],
      ending: { reason: 'transferred', by: 'assistant' },
    },
    {
      name: 'a person who hangs up while a colleague is called',
      events: [...answered, { type: 'transfer-begun' }, { type: 'session-closed', clean: true }, report('completed')],
      statuses: ['queued', 'dialing', 'ringing', 'in_progress', 'completed'],
      ending: { reason: 'person_hung_up', by: 'person' },
    },
    {
      name: 'a person whom nobody takes, and whom the assistant has back',
      events: [
        ...answered,
        { type: 'transfer-begun' },
        { type: 'session-closed', clean: true },
        { type: 'transfer-failed' },
        { type: 'transfer-connected', by: 'assistant' },
        { type: 'session-opened' },
        { type: 'conversation-ended', ending: { reason: 'assistant_hung_up', by: 'assistant', fault: null } },
        report('completed'),
      ],
      statuses: ['queued', 'dialing', 'ringing', 'in_progress', 'completed'],
      ending: { reason: 'assistant_hung_up', by: 'assistant' },
    },
  ];
  it.each(paths)('takes $name to one final status', ({ events, statuses, ending }) => {
    const ran = run(events);
    expect(ran.statuses).toEqual(statuses);
    expect(ran.state).toMatchObject({ phase: 'over', ending });
    expect(announced(ran.effects).filter((event) => event === 'call.ended')).toHaveLength(1);
  });

  it('forbids a call that waits, and never one that may ring', () => {
    const forbid = { type: 'forbidden', error: { code: 'dial/do-not-call', message: 'no' } } satisfies Bare;
    const waiting = run([forbid, { type: 'dial' }]);
    expect(waiting.statuses).toEqual(['queued', 'blocked']);
    expect(waiting.effects).toEqual([
      { type: 'note-error', error: forbid.error },
      { type: 'announce', event: 'call.blocked' },
    ]);
    expect(run([...dialled, forbid]).statuses).toEqual(['queued', 'dialing']);
  });

  it('binds the call to the id in a callback that overtakes the answer to our request', () => {
    const ran = run([{ type: 'dial' }, report('ringing'), { type: 'carrier-accepted', carrierSid: sid }]);
    expect(ran.state).toMatchObject({ phase: 'placed', carrierSid: sid, ringing: true });
    expect(ran.effects.some((effect) => effect.type === 'end-at-carrier')).toBe(false);
  });

  it('ends a second carrier call that turns up for the same request', () => {
    const ran = run([...dialled, report('ringing', 'CA2'), { type: 'carrier-accepted', carrierSid: 'CA3' }]);
    expect(ran.effects.filter((effect) => effect.type === 'end-at-carrier')).toEqual([
      { type: 'end-at-carrier', carrierSid: 'CA2' },
      { type: 'end-at-carrier', carrierSid: 'CA3' },
    ]);
  });

  it('ends a call that turns up after it was given up as never placed', () => {
    const givenUp = run(paths[5]!.events).state;
    expect(step(givenUp, { ...report('ringing'), atMs: 1e6 } as LifecycleEvent).effects).toEqual([
      { type: 'end-at-carrier', carrierSid: sid },
    ]);
  });

  it('comes to the same end for every order and repetition of the callbacks of one call', () => {
    const callbacks: CarrierReport[] = ['initiated', 'ringing', 'in_progress', 'completed'];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...callbacks), { maxLength: 12 }), (seen) => {
        const ran = run([...dialled, ...seen.map((status) => report(status)), report('completed')]);
        expect(ran.state).toMatchObject({ phase: 'over', status: 'completed' });
        const heard = announced(ran.effects);
        expect(new Set(heard).size).toBe(heard.length);
      }),
    );
  });
});

const anyEvent: fc.Arbitrary<Bare> = fc.oneof(
  fc.constantFrom<Bare>(
    { type: 'transfer-begun' },
    { type: 'transfer-connected', by: 'assistant' },
    { type: 'transfer-failed' },
    { type: 'dial' },
    { type: 'carrier-accepted', carrierSid: sid },
    { type: 'carrier-accepted', carrierSid: 'CA-other' },
    { type: 'carrier-refused', code: null, message: 'refused', again: false },
    { type: 'carrier-refused', code: 20429, message: 'too many', again: true },
    { type: 'not-sent', tries: 1 },
    { type: 'due' },
    { type: 'postponed', dueAtMs: 30_000 },
    { type: 'dial-outcome-unknown', message: 'timed out' },
    { type: 'carrier-knows-nothing' },
    { type: 'carrier-unclear' },
    { type: 'session-opened' },
    { type: 'session-closed', clean: true },
    { type: 'conversation-ended', ending: { reason: 'silence', by: 'assistant', fault: null } },
    { type: 'cancel', ending: byRequest },
    { type: 'server-started' },
    { type: 'check' },
  ),
  fc
    .constantFrom<CarrierReport>(
      'queued',
      'initiated',
      'ringing',
      'in_progress',
      'completed',
      'busy',
      'no_answer',
      'failed',
      'canceled',
    )
    .map((status) => report(status)),
);

const rank = { accepted: 0, sending: 1, unknown: 2, placed: 3, answered: 4, over: 5 };

describe('whatever happens to a call', () => {
  it('moves only forward, asks the carrier for a phone at most once and never leaves its final status', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
        let state: Lifecycle = beginLifecycle(limits, 0);
        let placeCalls = 0;
        for (const [index, event] of events.entries()) {
          const next = step(state, { ...event, atMs: index * 1000 } as LifecycleEvent);
          expect(rank[next.state.phase]).toBeGreaterThanOrEqual(rank[state.phase]);
          if (state.phase === 'over') expect(next.state).toBe(state);
          placeCalls += next.effects.filter((effect) => effect.type === 'place-call').length;
          state = next.state;
        }
        expect(placeCalls).toBeLessThanOrEqual(1);
      }),
      { numRuns: 2000 },
    );
  });

  it('always has a moment to be looked at until it is over', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 30 }), (events) => {
        const { state } = run(events);
        if (state.phase === 'over') expect(checkAtMsOf(state)).toBeNull();
        else expect(checkAtMsOf(state)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('is not looked for three times in a row when the clock is set forward', () => {
    const sent: Lifecycle = run([{ type: 'dial' }, { type: 'dial-outcome-unknown', message: '' }]).state;
    const atMs = 3_600_000;
    for (const event of [
      { type: 'carrier-knows-nothing', atMs },
      { type: 'carrier-unclear', atMs },
    ] as const) {
      expect(step(sent, event).state).toMatchObject({ phase: 'unknown', checkAtMs: atMs + 30_000 });
    }
  });

  it('ends when only the sweeper is left, whether the carrier has lost the call or keeps saying it goes on', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 30 }), fc.boolean(), (events, carrierForgets) => {
        let state = run(events).state;
        let endedAtCarrier = false;
        for (let sweeps = 0; state.phase !== 'over' && sweeps < 100; sweeps += 1) {
          const atMs: number = Math.max(state.checkAtMs, sweeps * 60_000);
          const checked = step(state, { type: 'check', atMs });
          state = checked.state;
          for (const effect of checked.effects) {
            if (effect.type === 'end-at-carrier') endedAtCarrier = true;
            if (effect.type === 'look-for-call') state = step(state, { type: 'carrier-knows-nothing', atMs }).state;
            if (effect.type === 'ask-carrier') {
              const gone = endedAtCarrier || carrierForgets;
              const answer = carrierForgets
                ? ({ type: 'carrier-knows-nothing', atMs } as const)
                : ({
                    type: 'carrier-reported',
                    carrierSid: effect.carrierSid,
                    status: gone ? 'completed' : 'in_progress',
                    error: null,
                    atMs,
                  } as const);
              state = step(state, answer).state;
            }
          }
        }
        expect(state.phase).toBe('over');
      }),
      { numRuns: 1000 },
    );
  });
});
