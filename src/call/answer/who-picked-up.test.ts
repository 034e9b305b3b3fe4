import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { usualPickupPolicy as policy } from './pickup/pickup-policy.ts';
import type { MessageState, PickupActions, PickupEffect, PickupEvent, PickupSettings } from './pickup/pickup-state.ts';
import { beginPickup, stepPickup } from './who-picked-up.ts';

type Bare = PickupEvent extends infer E ? (E extends PickupEvent ? Omit<E, 'atMs'> : never) : never;

interface Options {
  actions?: Partial<PickupActions>;
  carrierTellsEnd?: boolean;
  message?: MessageState;
  /** How long a message or an introduction takes to be spoken; null: whoever tests tells of it. */
  speakingMs?: number | null;
  /** Whether this call may leave a message. */
  allowed?: boolean;
}

/** A line on which things happen in a row; a number is time that goes by. */
function start(options: Options = {}) {
  const actions = {
    voicemail: 'leave_message',
    screener: 'introduce',
    menu: 'talk',
    ...options.actions,
  } as const;
  const settings: PickupSettings = { actions, carrierTellsEnd: options.carrierTellsEnd ?? false };
  const rules = { settings, policy };
  const begun = beginPickup(options.message ?? 'none', rules);
  let state = begun.state;
  let atMs = 0;
  let timerAtMs: number | null = null;
  let speech: { saying: number; untilMs: number } | null = null;
  const effects: PickupEffect[] = [];
  const take = (made: readonly PickupEffect[]) => {
    for (const effect of made) {
      effects.push(effect);
      if (effect.type === 'set-timer') timerAtMs = atMs + effect.ms;
      if (effect.type === 'clear-timer') timerAtMs = null;
      if (effect.type === 'say') {
        if (speech) feed({ type: 'spoken', saying: speech.saying, whole: false });
        const ms = options.speakingMs === undefined ? 4000 : options.speakingMs;
        speech = ms === null ? null : { saying: effect.saying, untilMs: atMs + ms };
      }
      if (effect.type === 'claim-message') feed({ type: 'message-allowed', allowed: options.allowed ?? true });
    }
  };
  const feed = (event: Bare) => {
    const made = stepPickup(state, { ...event, atMs } as PickupEvent, rules);
    state = made.state;
    take(made.effects);
  };
  const pass = (ms: number) => {
    const untilMs = atMs + ms;
    for (;;) {
      const next = Math.min(timerAtMs ?? Number.POSITIVE_INFINITY, speech?.untilMs ?? Number.POSITIVE_INFINITY);
      if (next > untilMs) break;
      atMs = Math.max(atMs, next);
      if (speech && speech.untilMs === next) {
        const { saying } = speech;
        speech = null;
        feed({ type: 'spoken', saying, whole: true });
      } else {
        timerAtMs = null;
        feed({ type: 'timer' });
      }
    }
    atMs = untilMs;
  };
  take(begun.effects);
  const play = (...script: (Bare | number)[]) => {
    for (const entry of script) typeof entry === 'number' ? pass(entry) : feed(entry);
  };
  const does = () => effects.filter(({ type }) => type !== 'set-timer' && type !== 'clear-timer');
  return {
    ...{ play, does, feed, pass },
    state: () => state,
    timer: () => timerAtMs,
    types: () => does().map((effect) => (effect.type === 'say' ? `say ${effect.what}` : effect.type)),
    who: () => does().flatMap((effect) => (effect.type === 'tell' ? [effect.verdict.who] : [])),
    ending: () => does().flatMap((effect) => (effect.type === 'end' ? [effect.reason] : [])),
    said: (what: 'message' | 'introduction') =>
      does().filter((effect) => effect.type === 'say' && effect.what === what).length,
    left: () => does().filter((effect) => effect.type === 'tell-message' && effect.state === 'left').length,
  };
}

const says = (text: string): Bare => ({ type: 'said', text });
const speaks: Bare = { type: 'speaking', speaking: true };
const stops: Bare = { type: 'speaking', speaking: false };
const carrier = (verdict: Extract<PickupEvent, { type: 'carrier' }>['verdict']): Bare => ({ type: 'carrier', verdict });
const beep: Bare = { type: 'tone', tone: 'beep' };
const spoke = (saying: number | null = null): Bare => ({ type: 'spoken', saying, whole: true });
const mailbox = says('You have reached the Johnsons. Please leave a message after the tone.');
const screener = says('Hi, if you record your name and reason for calling, I’ll see if this person is available.');
const menu = says('For sales, press 1. For everything else, press 2.');

describe('a mailbox', () => {
  it('is left the message at its tone', () => {
    const line = start();
    line.play(speaks, 5000, stops, 400, mailbox, 300);
    expect(line.types()).toEqual(['tell', 'hold']);
    line.play(beep);
    expect(line.types()).toEqual(['tell', 'hold', 'claim-message', 'say message']);
    line.play(5000);
    expect(line.types().slice(4)).toEqual(['tell-message', 'end']);
    expect([line.left(), line.ending()]).toEqual([1, ['message_left']]);
  });

  it('is left it at the carrier’s word that the greeting is over', () => {
    const line = start({ carrierTellsEnd: true });
    line.play(speaks, 5000, stops, 400, mailbox, 2500, carrier('machine_end_beep'), 5000);
    expect([line.said('message'), line.ending()]).toEqual([1, ['message_left']]);
  });

  it('is left it after a silence where no tone is heard, and waits longer where the carrier listens for one', () => {
    const ears = start();
    ears.play(speaks, 5000, stops, 400, mailbox, policy.quietMs - 1);
    expect(ears.said('message')).toBe(0);
    ears.play(1);
    expect(ears.said('message')).toBe(1);
    const both = start({ carrierTellsEnd: true });
    both.play(speaks, 5000, stops, 400, mailbox, policy.quietForCarrierMs - 1);
    expect(both.said('message')).toBe(0);
    both.play(1);
    expect(both.said('message')).toBe(1);
  });

  it('is left it in the end though it never stops talking', () => {
    const line = start();
    line.play(speaks, 5000, carrier('machine_start'), policy.greetingMs);
    expect(line.said('message')).toBe(1);
  });

  it('is begun again at a tone that comes after a pause of the greeting, and never a third time', () => {
    const line = start();
    line.play(mailbox, policy.quietMs, 1000, beep, 1000, beep, 10_000);
    expect([line.said('message'), line.left()]).toEqual([2, 1]);
  });

  it('is not left a message twice, whatever an earlier session came to', () => {
    for (const message of ['left', 'cut_off'] as const) {
      const line = start({ message });
      line.play(mailbox, beep, 10_000);
      expect([line.said('message'), line.ending()]).toEqual([0, ['voicemail']]);
    }
    const claimed = start({ allowed: false });
    claimed.play(mailbox, beep, 10_000);
    expect([claimed.said('message'), claimed.ending()]).toEqual([0, ['voicemail']]);
  });

  it('that hangs up during the message has it cut off', () => {
    const line = start();
    line.play(mailbox, beep, 1000, { type: 'closed' });
    expect(line.does().at(-1)).toEqual({ type: 'tell-message', state: 'cut_off' });
    expect(line.left()).toBe(0);
  });

  it.each(['hang_up', 'try_later'] as const)('is hung up on where the action is %s', (voicemail) => {
    const line = start({ actions: { voicemail } });
    line.play(mailbox);
    expect(line.types()).toEqual(['tell', 'end']);
  });

  it('of which only the carrier tells is hung up on at its words, the end of its greeting or a long wait', () => {
    const ends: (Bare | number)[][] = [[mailbox], [carrier('machine_end_beep')], [stops, policy.quietMs]];
    for (const last of [...ends, [policy.greetingMs]]) {
      const line = start({ actions: { voicemail: 'hang_up' } });
      line.play(speaks, 3000, carrier('machine_start'));
      expect(line.types()).toEqual(['tell', 'hold']);
      line.play(...last);
      expect(line.ending()).toEqual(['voicemail']);
    }
  });

  it.each([
    ['screener', screener],
    ['menu', menu],
    ['person', says('Hello? Who is this?')],
  ] as const)('by the carrier’s word alone may be a %s by its own', (who, words) => {
    const line = start({ actions: { voicemail: 'hang_up' } });
    line.play(speaks, 3000, carrier('machine_start'), 1000, stops, words);
    expect([line.who(), line.ending()]).toEqual([['voicemail', who], []]);
  });

  it('is talked to where that is wanted', () => {
    const line = start({ actions: { voicemail: 'talk' } });
    line.play(mailbox, beep, 10_000);
    expect(line.types()).toEqual(['tell']);
  });

  it('without known words is known by how long it speaks, and may still turn out to be a person', () => {
    const line = start({ actions: { voicemail: 'hang_up' } });
    line.play(speaks, policy.longSpeechMs);
    expect(line.types()).toEqual(['tell', 'hold']);
    line.play(stops, 300, says('Hello? Who is this?'));
    expect(line.who()).toEqual(['voicemail', 'person']);
    expect(line.types().at(-1)).toBe('go-on');
    const machine = start({ actions: { voicemail: 'hang_up' } });
    machine.play(speaks, policy.longSpeechMs, stops, policy.quietMs);
    expect(machine.ending()).toEqual(['voicemail']);
  });
});

describe('a person', () => {
  it('who only says hello is talked to', () => {
    const line = start();
    line.play(speaks, 700, stops, 400, says('Hello?'), carrier('human'));
    expect(line.types()).toEqual(['tell']);
    expect(line.who()).toEqual(['person']);
  });

  it('who picks up while the mailbox greets is talked to', () => {
    const line = start();
    line.play(mailbox, 500, says('Hello? I am here!'));
    expect(line.types()).toEqual(['tell', 'hold', 'tell', 'go-on']);
  });

  it('who has answered twice is no machine any more, whatever is said then', () => {
    const line = start();
    line.play(spoke(), says('Yes, that is me.'), spoke(), says('I see. How much is it?'));
    line.play(spoke(), says('You can leave a message after the tone.'), carrier('machine_start'), beep, 100_000);
    expect(line.who()).toEqual(['person']);
    expect(line.ending()).toEqual([]);
    expect(line.state().phase).toBe('settled');
  });

  it('is believed after a minute', () => {
    const line = start();
    line.play(says('Hello?'), policy.windowMs, mailbox);
    expect(line.who()).toEqual(['person']);
  });

  it('who says nothing is nobody, until something is said', () => {
    const line = start();
    line.play(policy.nobodyMs);
    expect(line.who()).toEqual(['nobody']);
    line.play(says('Hello?'));
    expect(line.who()).toEqual(['nobody', 'person']);
  });
});

describe('a call screener', () => {
  it('is told who calls and why, and then the person is greeted', () => {
    const line = start();
    line.play(speaks, 3000, stops, 400, screener);
    expect(line.types()).toEqual(['tell', 'hold', 'say introduction']);
    line.play(5000, says('Thanks. Please stay on the line.'), 20_000, says('Hello?'));
    expect(line.who()).toEqual(['screener', 'person']);
    expect(line.types().at(-1)).toBe('go-on');
  });

  it('is waited for until it has finished asking', () => {
    const line = start();
    line.play(speaks, 2000, screener);
    expect(line.said('introduction')).toBe(0);
    line.play(stops);
    expect(line.said('introduction')).toBe(1);
  });

  it('that asks again is answered again, three times at most', () => {
    const line = start();
    for (let times = 0; times < 5; times += 1) line.play(screener, 6000);
    expect([line.said('introduction'), line.ending()]).toEqual([3, ['screened_out']]);
  });

  it('that finds nobody ends the call, and so does one that never comes back', () => {
    const refused = start();
    refused.play(screener, 5000, says('The person is not available. Goodbye.'));
    expect(refused.ending()).toEqual(['screened_out']);
    const lost = start();
    lost.play(screener, 4000 + policy.putThroughMs);
    expect(lost.ending()).toEqual(['screened_out']);
  });

  it('that goes on to a mailbox has a message left there', () => {
    const line = start();
    line.play(screener, 5000, mailbox, beep, 5000);
    expect([line.who(), line.left()]).toEqual([['screener', 'voicemail'], 1]);
  });

  it('that the carrier takes for a machine is believed to be what it says', () => {
    const line = start({ actions: { voicemail: 'leave_message' } });
    line.play(carrier('machine_start'), 400, screener, 5000);
    expect(line.who()).toEqual(['voicemail', 'screener']);
    expect([line.said('introduction'), line.said('message')]).toEqual([1, 0]);
  });
});

describe('a phone menu', () => {
  it('is hung up on, or talked to, where that is wanted', () => {
    const hungUp = start({ actions: { menu: 'hang_up' } });
    hungUp.play(menu);
    expect(hungUp.ending()).toEqual(['menu']);
    const talked = start({ actions: { menu: 'talk' } });
    talked.play(menu, 10_000);
    expect(talked.types()).toEqual(['tell']);
  });
});

it.each<[string, Bare]>([
  ['the carrier says so', carrier('fax')],
  ['its tone is heard', { type: 'tone', tone: 'fax' }],
])('a fax machine is hung up on when %s', (...[, sign]) => {
  const line = start();
  line.play(sign);
  expect([line.who(), line.ending()]).toEqual([['fax'], ['fax']]);
});

const anyVerdict = fc.constantFrom('human', 'machine_start', 'machine_end_beep', 'machine_end_silence', 'unknown');

describe('whatever comes in whatever order', () => {
  it('a mailbox is left its message exactly once, though detection contradicts itself', () => {
    const contradiction = fc.oneof(
      anyVerdict.map((verdict) => carrier(verdict as 'human')),
      fc.constantFrom<Bare>(speaks, stops, beep, mailbox, { type: 'timer' }, spoke(null)),
      fc.integer({ min: 0, max: 2000 }),
    );
    fc.assert(
      fc.property(fc.array(contradiction, { maxLength: 30 }), fc.nat(30), (signs, place) => {
        const line = start({ carrierTellsEnd: true });
        const at = Math.min(place, signs.length);
        line.play(...signs.slice(0, at), mailbox, ...signs.slice(at), 300_000);
        expect([line.left(), line.ending()]).toEqual([1, ['message_left']]);
        // More than once it is begun only where a tone shows that nothing was on the tape yet.
        expect(line.said('message')).toBeLessThanOrEqual(signs.includes(beep) ? 2 : 1);
        expect(line.state().phase).toBe('over');
      }),
      { numRuns: 1000 },
    );
  });

  it('every silence of the assistant ends, and nothing is done after the end', () => {
    const anything = fc.oneof(
      fc
        .constantFrom('human', 'machine_start', 'machine_end_other', 'fax', 'unknown')
        .map((v) => carrier(v as 'human')),
      fc.constantFrom<Bare>(speaks, stops, beep, mailbox, screener, menu, spoke(null), spoke(1), spoke(2)),
      fc.constantFrom<Bare>({ type: 'timer' }, { type: 'key' }, { type: 'message-allowed', allowed: true }),
      fc.constantFrom<Bare>(says('Hello?'), says('Hold on please'), says('Not today'), { type: 'tone', tone: 'fax' }),
      fc.integer({ min: 0, max: 20_000 }),
    );
    const action = fc.record({
      voicemail: fc.constantFrom('talk', 'leave_message', 'hang_up', 'try_later'),
      screener: fc.constantFrom('introduce', 'talk', 'hang_up'),
      menu: fc.constantFrom('talk', 'hang_up'),
    });
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 40 }), action, (events, actions) => {
        const line = start({ actions: actions as PickupActions, speakingMs: null });
        line.play(...events, 1_000_000);
        expect(['over', 'settled']).toContain(line.state().phase);
        expect(line.timer()).toBeNull();
        expect(line.ending().length).toBeLessThanOrEqual(1);
        expect(line.left()).toBeLessThanOrEqual(1);
        const done = line.does().length;
        line.play(mailbox, beep, { type: 'closed' }, mailbox);
        expect(line.does()).toHaveLength(done);
      }),
      { numRuns: 1000 },
    );
  });
});
