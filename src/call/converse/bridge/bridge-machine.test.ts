import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginBridge, stepBridge } from './bridge-machine.ts';
import {
  type BridgeEffect,
  type BridgeEvent,
  type BridgeState,
  defaultBridgePolicy,
  type LineNow,
} from './bridge-state.ts';

const policy = defaultBridgePolicy;

type Happening = BridgeEvent extends infer E ? (E extends BridgeEvent ? Omit<E, 'atMs' | 'line'> : never) : never;

/** A machine with its clock: time passes, its timer fires, and the line is as it is told to be. */
function start(personFirst = false, hearsAgain = false) {
  const begun = beginBridge({ personFirst, hearsAgain }, policy);
  let state: BridgeState = begun.state;
  let nowMs = 0;
  let soundEndsAtMs = 0;
  let voiceEndsAtMs = 0;
  let timer: { id: number; atMs: number } | null = null;
  const effects: BridgeEffect[] = [];
  const take = (more: BridgeEffect[]) => {
    for (const effect of more) {
      if (effect.type === 'set-timer') timer = { id: effect.timer, atMs: nowMs + effect.ms };
      else if (effect.type === 'clear-timer') timer = null;
      else effects.push(effect);
    }
  };
  const lineNow = (): LineNow => ({
    soundLeftMs: Math.max(soundEndsAtMs - nowMs, 0),
    quietMs: Math.max(nowMs - soundEndsAtMs, 0),
    silentMs: Math.max(nowMs - Math.max(soundEndsAtMs, voiceEndsAtMs), 0),
    allTold: machine.allTold,
  });
  const machine = {
    allTold: true,
    get phase() {
      return state.phase;
    },
    get hasTimer() {
      return timer !== null;
    },
    feed(happening: Happening) {
      const next = stepBridge(state, { ...happening, atMs: nowMs, line: lineNow() } as BridgeEvent, policy);
      state = next.state;
      take(next.effects);
      return machine;
    },
    /** Sound of the agent that lasts so long. */
    sounds(ms: number) {
      soundEndsAtMs = Math.max(soundEndsAtMs, nowMs) + ms;
      return machine;
    },
    personSounds(ms = 0) {
      voiceEndsAtMs = nowMs + ms;
      return machine;
    },
    /** Time passes. */
    after(ms: number) {
      const untilMs = nowMs + ms;
      while (timer && timer.atMs <= untilMs) {
        nowMs = Math.max(timer.atMs, nowMs);
        const { id } = timer;
        timer = null;
        machine.feed({ type: 'timer', timer: id });
      }
      nowMs = untilMs;
      return machine;
    },
    /** What it asked for since it was last looked at. */
    asked() {
      return effects.splice(0);
    },
  };
  take(begun.effects);
  return machine;
}

const ending = { reason: 'assistant_hung_up', by: 'assistant' } as const;
const greeted = () => {
  const machine = start().feed({ type: 'ready' }).feed({ type: 'reply-began' }).sounds(1000).after(1000);
  machine.feed({ type: 'spoken' }).asked();
  return machine;
};
const types = (effects: readonly BridgeEffect[]) => effects.map(({ type }) => type);

describe('an agent that is joining', () => {
  it('is given up when it is not there in time, or has nothing to say', () => {
    expect(start().after(policy.joinMs).asked()).toEqual([{ type: 'cut' }, { type: 'fail', personWaits: true }]);
    expect(
      start()
        .after(1000)
        .feed({ type: 'ready' })
        .after(policy.owedMs - 1001).phase,
    ).toBe('waiting');
    expect(
      start()
        .after(1000)
        .feed({ type: 'ready' })
        .after(policy.owedMs - 1000).phase,
    ).toBe('failed');
  });

  it('has a second and a half left to greet when it came late', () => {
    const machine = start().after(2400).feed({ type: 'ready' });
    expect(machine.after(1499).phase).toBe('waiting');
    expect(machine.after(1).phase).toBe('failed');
  });

  it('waits for the person where the person speaks first', () => {
    expect(start(true).feed({ type: 'ready' }).phase).toBe('listening');
  });

  it('owes a sign that it has heard what the person said before it was there, or is asked for one', () => {
    const machine = start(true, true).feed({ type: 'ready' });
    expect(machine.after(policy.deafMs - 1).asked()).toEqual([]);
    expect(machine.after(1).asked()).toEqual([{ type: 'ask', text: policy.lostThread }]);
    const hearing = start(true, true).feed({ type: 'ready' }).feed({ type: 'person-speaking', speaking: true });
    expect(hearing.feed({ type: 'person-speaking', speaking: false }).phase).toBe('waiting');
    expect(start(true, true).after(policy.joinMs).asked()).toContainEqual({ type: 'fail', personWaits: true });
    expect(start(true).after(policy.joinMs).asked()).toContainEqual({ type: 'fail', personWaits: false });
  });

  it('has failed when it says goodbye before it was there', () => {
    expect(types(start().feed({ type: 'agent-ended' }).asked())).toEqual(['cut', 'fail']);
  });
});

describe('the agent’s turn', () => {
  it('is over after so much silence, counted from the person’s last sound', () => {
    const machine = greeted().personSounds().after(500).feed({ type: 'person-said', text: 'Hello?' });
    expect(machine.after(policy.owedMs - 501).phase).toBe('waiting');
    machine.asked();
    expect(machine.after(1).asked()).toEqual([{ type: 'cut' }, { type: 'fail', personWaits: true }]);
  });

  it('is filled once with words in another voice, after which a late agent may still answer', () => {
    const fill = { type: 'fill', text: policy.filler };
    const machine = greeted().personSounds().after(500).feed({ type: 'person-said', text: 'Hello?' });
    expect(machine.after(policy.fillerAfterMs - 501).asked()).toEqual([]);
    expect(machine.after(1).asked()).toEqual([fill]);
    machine.sounds(900).after(900 + policy.owedAfterFillerMs - 1);
    expect([machine.asked(), machine.phase]).toEqual([[], 'waiting']);
    machine.feed({ type: 'reply-began' }).sounds(500).after(500).feed({ type: 'spoken' });
    machine.personSounds().feed({ type: 'person-said', text: 'And then?' });
    expect(machine.after(policy.fillerAfterMs).asked()).toEqual([fill]);
    expect(machine.sounds(900).after(900 + policy.owedAfterFillerMs).phase).toBe('failed');
  });

  it('is filled at once where it is known late that the person has stopped', () => {
    const machine = greeted()
      .personSounds()
      .after(policy.fillerAfterMs + 500);
    machine.feed({ type: 'person-said', text: 'Hello?' });
    expect(machine.after(1).asked()).toEqual([{ type: 'fill', text: policy.filler }]);
  });

  it('comes when the vendor tells that the person has stopped, and not again with the late words', () => {
    const machine = greeted().feed({ type: 'person-speaking', speaking: true });
    machine.feed({ type: 'person-speaking', speaking: false });
    expect(machine.phase).toBe('waiting');
    machine.feed({ type: 'reply-began' }).sounds(500).after(500).feed({ type: 'spoken' });
    machine.feed({ type: 'person-said', text: 'Hello?' });
    expect(machine.phase).toBe('listening');
  });

  it('may be passed', () => {
    const machine = greeted().feed({ type: 'person-said', text: 'Wait.' }).feed({ type: 'reply-empty' });
    expect(machine.phase).toBe('listening');
  });

  it('does not last for ever behind noise on the line', () => {
    const machine = greeted().feed({ type: 'person-said', text: 'Hello?' });
    for (let ms = 0; ms < policy.owedAtMostMs; ms += 100) machine.personSounds().after(100);
    expect(machine.phase).toBe('failed');
  });

  it('goes on while tools run, and after them', () => {
    const machine = greeted().feed({ type: 'person-said', text: 'Monday?' }).feed({ type: 'tools-called' });
    machine.feed({ type: 'reply-empty' }).feed({ type: 'tools-done', ending: null });
    expect(machine.asked()).toEqual([{ type: 'answer-tools' }]);
    expect(machine.after(policy.owedMs).phase).toBe('failed');
  });
});

describe('a reply that is being heard', () => {
  it('that stops in the middle is a failure once it has been silent for too long', () => {
    const machine = start().feed({ type: 'ready' }).feed({ type: 'reply-began' }).sounds(2000);
    machine.allTold = false;
    expect(machine.after(2000 + policy.owedMs - 1).phase).toBe('speaking');
    expect(machine.after(1).asked()).toEqual([{ type: 'cut' }, { type: 'fail', personWaits: true }]);
  });

  it('that the carrier never confirms counts as heard after a while', () => {
    const machine = start().feed({ type: 'ready' }).feed({ type: 'reply-began' }).sounds(2000);
    machine.after(2000 + policy.playbackSlackMs + policy.owedMs);
    expect(machine.asked()).toEqual([{ type: 'take-as-spoken' }]);
    expect(machine.phase).toBe('listening');
  });

  it('is cut when the person speaks over it', () => {
    const machine = start().feed({ type: 'ready' }).feed({ type: 'reply-began' }).sounds(2000).after(500);
    expect(machine.feed({ type: 'interrupted' }).asked()).toEqual([{ type: 'cut' }]);
    expect(machine.phase).toBe('listening');
  });

  it('is heard to its end when the agent fails behind it, unless the person speaks', () => {
    const speaking = () => start().feed({ type: 'ready' }).feed({ type: 'reply-began' }).sounds(2000).after(500);
    const patient = speaking().feed({ type: 'agent-failed', code: 'vendor/unavailable' });
    expect(patient.asked()).toEqual([]);
    expect(patient.after(1500).feed({ type: 'spoken' }).asked()).toEqual([
      { type: 'cut' },
      { type: 'fail', personWaits: false },
    ]);
    const eager = speaking().feed({ type: 'agent-failed', code: 'vendor/unavailable' });
    expect(types(eager.feed({ type: 'voice', active: true, voiceMs: 0 }).asked())).toEqual(['cut', 'fail']);
  });
});

describe('silence', () => {
  it('is broken twice, then the call ends with a goodbye', () => {
    const machine = greeted();
    for (const text of policy.nudges) {
      expect(machine.after(policy.silenceMs).asked()).toEqual([{ type: 'ask', text }]);
      machine.feed({ type: 'asked', took: true }).feed({ type: 'reply-began' }).sounds(1000).after(1000);
      machine.feed({ type: 'spoken' });
    }
    expect(machine.after(policy.silenceMs).asked()).toEqual([{ type: 'ask', text: policy.goodbyeAfterSilence }]);
    machine.feed({ type: 'asked', took: true }).feed({ type: 'reply-began' }).sounds(1000).after(1000);
    machine.feed({ type: 'spoken' });
    expect(machine.asked().at(-1)).toMatchObject({ type: 'finish', ending: { reason: 'silence' } });
  });

  it('ends the call also where the agent cannot be told what to say', () => {
    const machine = greeted();
    for (let round = 0; round < 3; round += 1) machine.after(policy.silenceMs).feed({ type: 'asked', took: false });
    expect(machine.asked().at(-1)).toMatchObject({ type: 'finish', ending: { reason: 'silence' } });
  });

  it('ends the call of an agent that talks to itself', () => {
    const machine = greeted();
    for (let round = 1; round < policy.mostUnanswered; round += 1) {
      machine.feed({ type: 'reply-began' }).sounds(500).after(500).feed({ type: 'spoken' }).after(1000);
    }
    expect(machine.asked()).toEqual([{ type: 'ask', text: policy.goodbyeAfterSilence }]);
    expect(machine.phase).toBe('leaving');
  });

  it('after a voice that the agent does not notice makes us ask it, and give it up when it is dead', () => {
    const machine = greeted().after(1000).feed({ type: 'voice', active: true, voiceMs: 0 }).after(1000).personSounds();
    machine.feed({ type: 'voice', active: false, voiceMs: 1000 }).after(policy.deafMs);
    expect(machine.asked()).toEqual([{ type: 'ask', text: policy.lostThread }]);
    machine.feed({ type: 'asked', took: true });
    expect(machine.after(policy.owedMs - policy.deafMs).phase).toBe('failed');
  });

  it('is not broken while the person goes on speaking, noticed or not', () => {
    const machine = greeted().after(1000).personSounds().feed({ type: 'voice', active: false, voiceMs: 1000 });
    machine
      .after(policy.deafMs - 500)
      .personSounds(1000)
      .after(1000);
    expect(machine.asked()).toEqual([]);
    machine.feed({ type: 'voice', active: false, voiceMs: 500 }).after(policy.deafMs);
    expect(machine.asked()).toEqual([{ type: 'ask', text: policy.lostThread }]);
  });

  it('after a noise costs nothing when the agent shows that it lives', () => {
    const machine = greeted().personSounds().feed({ type: 'voice', active: false, voiceMs: 1000 });
    machine.after(policy.deafMs).feed({ type: 'asked', took: false }).feed({ type: 'alive' });
    expect(machine.phase).toBe('listening');
    const cough = greeted().feed({ type: 'voice', active: false, voiceMs: policy.speechMs - 1 });
    expect(cough.after(policy.deafMs * 2).asked()).toEqual([]);
  });
});

describe('the end of a call', () => {
  it('comes when the words that go with it were heard', () => {
    const machine = start().feed({ type: 'ready' }).feed({ type: 'reply-began' }).sounds(1000);
    machine.feed({ type: 'tools-called' }).feed({ type: 'tools-done', ending });
    expect(machine.after(999).asked()).toEqual([]);
    expect(machine.feed({ type: 'spoken' }).asked()).toEqual([{ type: 'finish', ending }]);
  });

  it('has the agent say goodbye when it hangs up without a word', () => {
    const machine = greeted().feed({ type: 'person-said', text: 'Bye.' }).feed({ type: 'tools-called' });
    machine.feed({ type: 'tools-done', ending });
    expect(machine.asked()).toEqual([{ type: 'ask-goodbye', text: policy.goodbye }]);
    machine.feed({ type: 'asked', took: true }).after(policy.owedMs);
    expect(machine.asked()).toEqual([{ type: 'cut' }, { type: 'take-as-spoken' }, { type: 'finish', ending }]);
  });

  it('comes with a farewell where one can be said, and at once where not', () => {
    const wanted = { type: 'end-wanted', ending, farewell: 'So long.' } as const;
    const spoken = greeted().feed(wanted).feed({ type: 'asked', took: true });
    spoken.feed({ type: 'reply-began' }).sounds(500).after(500).feed({ type: 'spoken' });
    expect(spoken.asked()).toEqual([{ type: 'ask', text: 'So long.' }, { type: 'cut' }, { type: 'finish', ending }]);
    expect(types(greeted().feed(wanted).feed({ type: 'asked', took: false }).asked())).toEqual([
      'ask',
      'cut',
      'finish',
    ]);
    expect(
      types(
        greeted()
          .feed({ ...wanted, farewell: null })
          .asked(),
      ),
    ).toEqual(['cut', 'finish']);
  });

  it('waits for the last words of an agent that hung up by itself', () => {
    const machine = start().feed({ type: 'ready' }).feed({ type: 'reply-began' }).sounds(1000);
    expect(machine.feed({ type: 'agent-ended' }).asked()).toEqual([]);
    expect(machine.after(1050).feed({ type: 'spoken' }).asked()).toEqual([{ type: 'finish', ending }]);
  });
});

describe('whatever happens', () => {
  const happening: fc.Arbitrary<Happening> = fc.oneof(
    fc.constantFrom<Happening>(
      ...([{ type: 'ready' }, { type: 'alive' }, { type: 'reply-began' }, { type: 'reply-empty' }] as const),
      ...([{ type: 'spoken' }, { type: 'interrupted' }, { type: 'tools-called' }, { type: 'say' }] as const),
      ...([{ type: 'hold' }, { type: 'go-on', asked: true }, { type: 'go-on', asked: false }] as const),
      ...([{ type: 'agent-ended' }, { type: 'agent-failed', code: 'vendor/timeout' }] as const),
      ...([
        { type: 'keys', digits: '1' },
        { type: 'disconnected', clean: true },
      ] as const),
    ),
    fc.boolean().map((speaking): Happening => ({ type: 'person-speaking', speaking })),
    fc.constantFrom('', 'Yes.').map((text): Happening => ({ type: 'person-said', text })),
    fc.boolean().map((active): Happening => ({ type: 'voice', active, voiceMs: 900 })),
    fc.boolean().map((took): Happening => ({ type: 'asked', took })),
    fc.constantFrom(null, ending).map((done): Happening => ({ type: 'tools-done', ending: done })),
    fc.constantFrom(null, 'Bye.').map((farewell): Happening => ({ type: 'end-wanted', ending, farewell })),
  );
  const story = fc.array(
    fc.record({
      happening,
      afterMs: fc.integer({ min: 0, max: 5000 }),
      soundMs: fc.integer({ min: 0, max: 3000 }),
      allTold: fc.boolean(),
    }),
    { maxLength: 30 },
  );

  it('a timer runs until the call is over or given up, and none after that', () => {
    fc.assert(
      fc.property(story, fc.boolean(), fc.boolean(), (moments, personFirst, hearsAgain) => {
        const machine = start(personFirst, hearsAgain);
        for (const { happening, afterMs, soundMs, allTold } of moments) {
          if (happening.type === 'reply-began') machine.sounds(soundMs);
          machine.allTold = allTold;
          machine.feed(happening).after(afterMs);
          expect(machine.hasTimer).toBe(machine.phase !== 'over' && machine.phase !== 'failed');
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('a dead agent on a quiet line is given up, or the call ends', () => {
    fc.assert(
      fc.property(story, fc.boolean(), (moments, personFirst) => {
        const machine = start(personFirst);
        for (const { happening, afterMs, soundMs, allTold } of moments) {
          if (happening.type === 'reply-began') machine.sounds(soundMs);
          machine.allTold = allTold;
          machine.feed(happening).after(afterMs);
        }
        const owesWords = machine.phase === 'waiting' || machine.phase === 'joining';
        machine.asked();
        if (owesWords) expect(['failed', 'over', 'listening']).toContain(machine.after(policy.owedMs).phase);
        for (let round = 0; round < 12 && machine.hasTimer; round += 1) {
          const asks = machine.asked().filter(({ type }) => type === 'ask' || type === 'ask-goodbye');
          for (const _ of asks) machine.feed({ type: 'asked', took: true });
          machine.after(policy.personSpeakingMs);
        }
        expect(['failed', 'over']).toContain(machine.phase);
        expect(machine.hasTimer).toBe(false);
        const outcomes = types(machine.asked()).filter((type) => type === 'fail' || type === 'finish');
        expect(outcomes.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 1000 },
    );
  });
});
