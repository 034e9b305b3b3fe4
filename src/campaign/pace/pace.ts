/**
 * The life and the pace of a campaign as a pure machine: `step(state, event, rules)` gives the next state and what to do
 * about it. Calls are counted from what is stored, never here, so that a crash leaves no line taken.
 */
import { howManyAtOnce } from './how-many-at-once.ts';
import type { CampaignEffect, CampaignEvent, CampaignState, Facts, Pace, PaceRules, Step } from './pace-state.ts';
import { whyHalt } from './when-to-halt.ts';

const second = 1000;
/** Calls are handed to the queue so long before their slot, so that nobody need come by for each. */
const aheadMs = second;
/** As long as anything is under way somebody comes by this often, whatever wake-up was lost. */
const heartbeatMs = 5 * second;

/** And never sooner than so: what cannot be done now is not tried all the time. */
const restMs = second / 10;

type Running = Extract<CampaignState, { phase: 'running' }>;

const stay = (state: CampaignState): Step => ({ state, effects: [] });
const announce = (event: Extract<CampaignEffect, { type: 'announce' }>['event']): CampaignEffect => ({
  type: 'announce',
  event,
});
const lookAgain = (atMs: number): CampaignEffect => ({ type: 'look-again', atMs });

export function step(state: CampaignState, event: CampaignEvent, rules: PaceRules): Step {
  switch (event.type) {
    case 'start':
      return state.phase === 'draft'
        ? begin({ nextSlotAtMs: event.atMs }, event.atMs, 'campaign.started')
        : stay(state);
    case 'resume':
      return isStopped(state) ? begin(state, event.atMs, 'campaign.resumed') : stay(state);
    case 'pause':
      return onPause(state, event.atMs);
    case 'halt':
      return onHalt(state, event);
    case 'cancel':
      return onCancel(state, event);
    case 'tick':
      return onTick(state, event, rules);
    case 'dialed':
      return onDialed(state, event, rules);
  }
}

const isStopped = (state: CampaignState): state is Extract<CampaignState, { phase: 'paused' | 'halted' }> =>
  state.phase === 'paused' || state.phase === 'halted';

/** What went wrong before does not count any more: whoever resumes has mended it. */
function begin(
  { nextSlotAtMs }: Pick<Pace, 'nextSlotAtMs'>,
  atMs: number,
  event: 'campaign.started' | 'campaign.resumed',
): Step {
  return {
    state: { phase: 'running', nextSlotAtMs, resultsSinceMs: atMs },
    effects: [announce(event), lookAgain(atMs)],
  };
}

function onPause(state: CampaignState, atMs: number): Step {
  if (state.phase !== 'running') return stay(state);
  return {
    state: { ...state, phase: 'paused' },
    effects: [{ type: 'cancel-queued' }, announce('campaign.paused'), lookAgain(atMs)],
  };
}

function onHalt(state: CampaignState, { halt, atMs }: Extract<CampaignEvent, { type: 'halt' }>): Step {
  if (state.phase !== 'running') return stay(state);
  return {
    state: { ...state, phase: 'halted', halt },
    effects: [{ type: 'cancel-queued' }, announce('campaign.halted'), lookAgain(atMs)],
  };
}

function onCancel(state: CampaignState, { talking, atMs }: Extract<CampaignEvent, { type: 'cancel' }>): Step {
  if (state.phase === 'completed') return stay(state);
  if (state.phase === 'canceled') {
    // What the first one left to be done is still to be done.
    if (talking === 'finish' || state.talking === 'hang_up') return { state, effects: [lookAgain(atMs)] };
    return { state: { phase: 'canceled', talking }, effects: [lookAgain(atMs)] };
  }
  return {
    state: { phase: 'canceled', talking },
    effects: [{ type: 'cancel-queued' }, announce('campaign.canceled'), lookAgain(atMs)],
  };
}

type Look = { atMs: number; facts: Facts };

function onTick(state: CampaignState, look: Look, rules: PaceRules): Step {
  switch (state.phase) {
    case 'running':
      return onTurn(state, look, rules);
    case 'paused':
    case 'halted':
      return look.facts.queued > 0
        ? { state, effects: [{ type: 'cancel-queued' }, lookAgain(look.atMs + second)] }
        : stay(state);
    case 'canceled':
      return clearUp(state, look);
    case 'draft':
    case 'completed':
      return stay(state);
  }
}

function onTurn(state: Running, { atMs, facts }: Look, rules: PaceRules): Step {
  const halt = whyHalt(facts, rules.breaker, state.resultsSinceMs);
  if (halt) return onHalt(state, { type: 'halt', halt, atMs });
  if (rules.startsAtMs !== null && atMs < rules.startsAtMs) return { state, effects: [lookAgain(rules.startsAtMs)] };
  if (isPastEnd(atMs, rules) && facts.nextDueAtMs !== null) {
    const over: CampaignEffect = { type: 'end-waiting', state: 'skipped', code: 'campaign/ended' };
    return { state, effects: [over, lookAgain(atMs)] };
  }
  const most = howManyNow(state, { atMs, facts }, rules);
  if (most === 0) return waitOn(state, { atMs, facts }, rules);
  const firstSlotAtMs = Math.max(state.nextSlotAtMs, atMs);
  return { state, effects: [{ type: 'dial', most, firstSlotAtMs, slotMs: slotMs(rules) }] };
}

const isPastEnd = (atMs: number, { endsAtMs }: PaceRules) => endsAtMs !== null && atMs >= endsAtMs;
const slotMs = ({ callsPerMinute }: PaceRules) => (60 * second) / callsPerMinute;
const onLines = ({ queued, ringing, talking }: Facts) => queued + ringing + talking;

/** How many calls may be handed to the queue: as lines are free, slots are near, and as long as it takes them. */
function howManyNow(state: Running, { atMs, facts }: Look, rules: PaceRules): number {
  if (facts.nextDueAtMs === null || facts.nextDueAtMs > atMs) return 0;
  const firstSlotAtMs = Math.max(state.nextSlotAtMs, atMs);
  const slots = Math.ceil((atMs + aheadMs - firstSlotAtMs) / slotMs(rules));
  const lines = howManyAtOnce(facts.results, rules) - onLines(facts);
  return Math.max(Math.min(slots, lines, freeInQueue(facts, rules), facts.allowed), 0);
}

/** Where the queue does not get on, more of them would only all go out together afterwards. */
const freeInQueue = ({ queued }: Facts, rules: PaceRules) =>
  Math.max(Math.ceil((2 * aheadMs) / slotMs(rules)), 1) - queued;

/**
 * A full queue lasts for two seconds, and for longer where its first call waits for longer than it should, or is put
 * off: it is looked at when about half of it can be gone.
 */
const fullQueueRestMs = ({ queueDueAtMs }: Facts, atMs: number) =>
  Math.min(Math.max(Math.abs(atMs - (queueDueAtMs ?? atMs)) / 2, aheadMs), heartbeatMs);

function onDialed(state: CampaignState, event: Extract<CampaignEvent, { type: 'dialed' }>, rules: PaceRules): Step {
  if (state.phase !== 'running') return stay(state);
  const firstSlotAtMs = Math.max(state.nextSlotAtMs, event.atMs);
  const nextSlotAtMs = event.calls === 0 ? state.nextSlotAtMs : firstSlotAtMs + event.calls * slotMs(rules);
  return waitOn({ ...state, nextSlotAtMs }, event, rules);
}

/** Nothing more can be begun now: it is over, or somebody looks again when it can. */
function waitOn(state: Running, { atMs, facts }: Look, rules: PaceRules): Step {
  const { nextDueAtMs } = facts;
  if (nextDueAtMs === null && onLines(facts) === 0) {
    return { state: { phase: 'completed' }, effects: [announce('campaign.completed')] };
  }
  const moments = onLines(facts) > 0 ? [atMs + heartbeatMs] : [];
  // Where lines are taken, the end of a call wakes it.
  const isLineFree = howManyAtOnce(facts.results, rules) > onLines(facts);
  if (nextDueAtMs !== null && isLineFree) {
    const allowedAtMs = facts.allowed > 0 ? atMs : facts.askAgainAtMs;
    const queueAtMs = atMs + (freeInQueue(facts, rules) > 0 ? restMs : fullQueueRestMs(facts, atMs));
    moments.push(Math.max(nextDueAtMs, state.nextSlotAtMs - aheadMs / 2, allowedAtMs, queueAtMs));
  }
  if (nextDueAtMs !== null && rules.endsAtMs !== null) moments.push(Math.max(rules.endsAtMs, atMs + 1));
  return { state, effects: [lookAgain(Math.min(...moments))] };
}

function clearUp(state: Extract<CampaignState, { phase: 'canceled' }>, { atMs, facts }: Look): Step {
  const effects: CampaignEffect[] = [];
  if (facts.queued > 0) effects.push({ type: 'cancel-queued' });
  if (facts.ringing > 0) effects.push({ type: 'end-ringing' });
  if (facts.talking > 0 && state.talking === 'hang_up') effects.push({ type: 'end-talking' });
  if (facts.nextDueAtMs !== null) effects.push({ type: 'end-waiting', state: 'canceled', code: 'campaign/canceled' });
  if (facts.nextDueAtMs !== null) effects.push(lookAgain(atMs));
  else if (onLines(facts) > 0) effects.push(lookAgain(atMs + heartbeatMs));
  return { state, effects };
}
