import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginTurns, step } from './turn.ts';
import { defaultTurnPolicy as policy } from './turn-policy.ts';
import type { TurnEffect, TurnEvent, TurnState } from './turn-state.ts';

type Bare = TurnEvent extends infer E ? (E extends TurnEvent ? Omit<E, 'atMs'> : never) : never;

/** Runs events in a row; a number among them is time that passes, firing the timer when it is due. */
function play(script: (Bare | number)[]) {
  const begun = beginTurns(policy);
  let state = begun.state;
  let atMs = 0;
  let due: { timer: number; atMs: number } | null = null;
  const effects: TurnEffect[] = [];
  const take = (made: TurnEffect[]) => {
    for (const effect of made) {
      effects.push(effect);
      if (effect.type === 'set-timer') due = { timer: effect.timer, atMs: atMs + effect.ms };
      if (effect.type === 'clear-timer') due = null;
    }
  };
  const feed = (event: Bare) => {
    const next = step(state, { ...event, atMs } as TurnEvent, policy);
    state = next.state;
    take(next.effects);
  };
  const pass = (ms: number) => {
    const untilMs = atMs + ms;
    for (let next = due as { timer: number; atMs: number } | null; next && next.atMs <= untilMs; next = due) {
      atMs = next.atMs;
      due = null;
      feed({ type: 'timer', timer: next.timer });
    }
    atMs = untilMs;
  };
  take(begun.effects);
  for (const entry of script) typeof entry === 'number' ? pass(entry) : feed(entry);
  return { state, effects, pending: due as { timer: number } | null, feed, pass, current: () => state };
}

const connected: Bare = { type: 'connected', resumed: false, greeting: null };
const greeted: Bare = { type: 'connected', resumed: false, greeting: 'Hello John Doe.' };
const started = (utterance: number): Bare => ({ type: 'reply-started', utterance });
const ready = (utterance: number, characters = 30): Bare => ({
  type: 'reply-ready',
  utterance,
  characters,
  ending: null,
});
const goodbye = { reason: 'assistant_hung_up', by: 'assistant' } as const;
const said = (text: string): Bare => ({ type: 'person-said', text });
const played = (characters: number): Bare => ({ type: 'text-played', characters });
const playedOut = (utterance: number): Bare => ({ type: 'played-out', utterance });
const mayHaveSaid = (text: string): Bare => ({ type: 'person-may-have-said', text });
const goesOn: Bare = { type: 'person-goes-on' };
const interrupts: Bare = { type: 'person-interrupts' };
const personFirst: Bare = { type: 'connected', resumed: false, greeting: 'Good day.', personFirst: true };
const of = <T extends TurnEffect['type']>(effects: TurnEffect[], type: T) =>
  effects.filter((effect): effect is Extract<TurnEffect, { type: T }> => effect.type === type);

describe('the turn machine', () => {
  it('opens the conversation by asking for a reply and listens when it was spoken', () => {
    const talk = play([connected, started(1), ready(1), played(30)]);
    expect(of(talk.effects, 'ask-reply')).toEqual([{ type: 'ask-reply', utterance: 1 }]);
    expect(of(talk.effects, 'heard')).toEqual([{ type: 'heard', utterance: 1, heard: 'all' }]);
    expect(talk.state.phase).toBe('listening');
  });

  it('says a greeting that it was given word for word, asks for no reply, and listens', () => {
    const talk = play([greeted]);
    expect(of(talk.effects, 'speak')).toEqual([{ type: 'speak', utterance: 1, text: 'Hello John Doe.' }]);
    expect(of(talk.effects, 'ask-reply')).toEqual([]);
    talk.feed(played('Hello John Doe.'.length));
    expect(talk.current().phase).toBe('listening');
    talk.feed(said('Who is this?'));
    expect(of(talk.effects, 'ask-reply')).toEqual([{ type: 'ask-reply', utterance: 2 }]);
  });

  it('can be interrupted in its greeting like in anything else', () => {
    const talk = play([greeted, { type: 'interrupted', heardText: 'Hello' }, said('Yes?')]);
    expect(of(talk.effects, 'heard')).toEqual([{ type: 'heard', utterance: 1, heard: { text: 'Hello' } }]);
    expect(talk.state).toMatchObject({ phase: 'thinking', utterance: 2 });
  });

  it('greets once, however often the carrier says that it is connected', () => {
    expect(of(play([greeted, greeted, connected]).effects, 'speak')).toHaveLength(1);
  });

  it('takes an utterance as spoken by the clock when the carrier reports no playback', () => {
    const talk = play([connected, started(1), ready(1, 30), 2000 + policy.playbackSlackMs]);
    expect(talk.state.phase).toBe('listening');
  });

  it('cuts the history at what the carrier says was heard, cancels the reply and drops its late end', () => {
    const talk = play([
      connected,
      started(1),
      { type: 'interrupted', heardText: 'Hello Sarah' },
      ready(1),
      said('How much?'),
    ]);
    expect(of(talk.effects, 'cancel-reply')).toEqual([{ type: 'cancel-reply', utterance: 1 }]);
    expect(of(talk.effects, 'heard')).toEqual([{ type: 'heard', utterance: 1, heard: { text: 'Hello Sarah' } }]);
    expect(talk.state).toMatchObject({ phase: 'thinking', utterance: 2 });
  });

  it('waits for word of an interruption when the voice stops early, and knows what was heard before it goes on', () => {
    const talk = play([
      connected,
      started(1),
      ready(1),
      { type: 'voice-started' },
      { type: 'voice-stopped' },
      { type: 'interrupted', heardText: 'Hel' },
    ]);
    expect(of(talk.effects, 'heard')).toEqual([{ type: 'heard', utterance: 1, heard: { text: 'Hel' } }]);
    const whole = play([connected, started(1), ready(1), { type: 'voice-stopped' }, policy.settleMs]);
    expect(of(whole.effects, 'heard')).toEqual([{ type: 'heard', utterance: 1, heard: 'all' }]);
  });

  it('answers both when the person says more while the reply is being made', () => {
    const talk = play([connected, started(1), ready(1), played(30), said('Wait.'), said('How much?')]);
    expect(of(talk.effects, 'remember-person').map((effect) => effect.text)).toEqual(['Wait.', 'How much?']);
    expect(of(talk.effects, 'cancel-reply')).toEqual([{ type: 'cancel-reply', utterance: 2 }]);
    expect(talk.state).toMatchObject({ phase: 'thinking', utterance: 3 });
  });

  it('ends the session only after the last words were spoken', () => {
    const before = play([
      connected,
      started(1),
      { type: 'reply-ready', utterance: 1, characters: 30, ending: goodbye },
    ]);
    expect(of(before.effects, 'end-session')).toEqual([]);
    before.feed(played(30));
    expect(of(before.effects, 'end-session')).toEqual([{ type: 'end-session', ending: goodbye }]);
  });

  it('does not take a pause inside a sentence for its end', () => {
    const talk = play([
      connected,
      started(1),
      ready(1, 300),
      { type: 'voice-stopped' },
      { type: 'voice-started' },
      policy.settleMs,
    ]);
    expect(of(talk.effects, 'heard')).toEqual([]);
  });

  it('says goodbye when the model hangs up without a word', () => {
    const talk = play([connected, { type: 'reply-ready', utterance: 1, characters: 0, ending: goodbye }, 20_000]);
    expect(of(talk.effects, 'speak').map((effect) => effect.text)).toEqual([policy.goodbye]);
    expect(talk.state).toMatchObject({ phase: 'over', ending: goodbye });
  });

  it('ends at once when it is interrupted in its last words', () => {
    const talk = play([
      connected,
      started(1),
      { type: 'reply-ready', utterance: 1, characters: 30, ending: goodbye },
      { type: 'interrupted', heardText: 'Good' },
    ]);
    expect(talk.state).toMatchObject({ phase: 'ending', ending: goodbye });
  });

  it('breaks a silence twice, says goodbye and hangs up', () => {
    const talk = play([connected, started(1), ready(1), played(30), 120_000]);
    expect(of(talk.effects, 'speak').map((effect) => effect.text)).toEqual([
      ...policy.nudges,
      policy.goodbyeAfterSilence,
    ]);
    expect(talk.state).toMatchObject({ phase: 'over', ending: { reason: 'silence' } });
  });

  it('does not take a long sentence for silence while the carrier hears the person speak', () => {
    const talk = play([
      connected,
      started(1),
      ready(1),
      played(30),
      { type: 'person-speaking', speaking: true },
      30_000,
    ]);
    expect(of(talk.effects, 'speak')).toEqual([]);
  });

  it('knows that the person who interrupted is still speaking', () => {
    const talk = play([
      connected,
      started(1),
      { type: 'person-speaking', speaking: true },
      { type: 'interrupted', heardText: 'Hel' },
      30_000,
    ]);
    expect(of(talk.effects, 'speak')).toEqual([]);
  });

  it('fills a long wait for the model once', () => {
    const talk = play([connected, policy.fillerAfterMs + 1000]);
    expect(of(talk.effects, 'fill')).toEqual([{ type: 'fill', utterance: 1, text: policy.filler }]);
  });

  it('asks the model once more when a reply failed before a word was spoken', () => {
    const talk = play([connected, { type: 'reply-failed', utterance: 1, retryable: true }]);
    expect(of(talk.effects, 'ask-reply').map((effect) => effect.utterance)).toEqual([1, 2]);
  });

  it('apologises and ends when replies keep failing', () => {
    const talk = play([
      connected,
      { type: 'reply-failed', utterance: 1, retryable: true },
      { type: 'reply-failed', utterance: 2, retryable: true },
      60_000,
    ]);
    expect(of(talk.effects, 'speak').map((effect) => effect.text)).toEqual([policy.apology]);
    expect(talk.state).toMatchObject({ phase: 'over', ending: { reason: 'assistant_failed' } });
  });

  it('apologises when the model never answers at all', () => {
    const talk = play([connected, 60_000]);
    expect(of(talk.effects, 'speak').map((effect) => effect.text)[0]).toBe(policy.lostThread);
  });

  it('takes keys that follow each other as one answer', () => {
    const key = (digit: string): Bare => ({ type: 'key-pressed', digit });
    const talk = play([connected, started(1), ready(1), played(30), key('1'), 500, key('2'), 500, key('#'), 2000]);
    expect(of(talk.effects, 'remember-person').map((effect) => effect.text)).toEqual(['[pressed 12#]']);
    expect(talk.state.phase).toBe('thinking');
  });

  it('keeps what was played when the person hangs up in the middle of a sentence', () => {
    const talk = play([connected, started(1), played(10), { type: 'disconnected', clean: true }]);
    expect(of(talk.effects, 'heard')).toEqual([{ type: 'heard', utterance: 1, heard: 'as-played' }]);
    expect(talk.state).toMatchObject({ phase: 'over', ending: { reason: 'person_hung_up', by: 'person' } });
    expect(talk.pending).toBeNull();
  });

  it('says its farewell before it ends a call that took too long', () => {
    const ending = { reason: 'max_duration', by: 'server' } as const;
    const talk = play([
      connected,
      started(1),
      { type: 'end-wanted', ending, farewell: 'We are out of time. Goodbye.' },
      20_000,
    ]);
    expect(of(talk.effects, 'speak').map((effect) => effect.text)).toEqual(['We are out of time. Goodbye.']);
    expect(talk.state).toMatchObject({ phase: 'over', ending });
  });
});

/** A conversation in which the person is to speak. */
const theirTurn: Bare[] = [greeted, playedOut(1)];

describe('a reply that is prepared while the person may go on', () => {
  it('is asked for in silence, and used as far as it is once they have finished', () => {
    const talk = play([...theirTurn, mayHaveSaid('When?')]);
    expect(of(talk.effects, 'prepare-reply')).toEqual([{ type: 'prepare-reply', utterance: 2, text: 'When?' }]);
    talk.feed(said('When?'));
    expect(talk.effects.slice(-3).map(({ type }) => type)).toEqual(['remember-person', 'use-reply', 'set-timer']);
    expect(talk.current()).toMatchObject({ phase: 'thinking', utterance: 2 });
  });

  it.each([
    ['has begun', [started(2)], { phase: 'speaking', ready: null }],
    ['is complete', [started(2), ready(2)], { phase: 'speaking', ready: { characters: 30, ending: null } }],
    ['is complete and empty', [ready(2, 0)], { phase: 'listening' }],
  ])('is spoken when it %s', (_state, events, expected) => {
    const talk = play([...theirTurn, mayHaveSaid('When?'), ...events, said('When?')]);
    expect(talk.state).toMatchObject(expected);
    expect(of(talk.effects, 'ask-reply')).toEqual([]);
  });

  it('ends the call after its words when it was made to', () => {
    const events: Bare[] = [started(2), { type: 'reply-ready', utterance: 2, characters: 30, ending: goodbye }];
    const talk = play([...theirTurn, mayHaveSaid('Bye.'), ...events, said('Bye.')]);
    expect(of(talk.effects, 'end-session')).toEqual([]);
    talk.feed(playedOut(2));
    expect(talk.current()).toMatchObject({ phase: 'ending', ending: goodbye });
  });

  it('is asked for anew when it failed, which counts as no failure', () => {
    const failed: Bare = { type: 'reply-failed', utterance: 2, retryable: false };
    const talk = play([...theirTurn, mayHaveSaid('When?'), failed, said('When?')]);
    expect(talk.state).toMatchObject({ phase: 'thinking', utterance: 3, failures: 0 });
  });

  it.each<[string, Bare | number]>([
    ['goes on', goesOn],
    ['presses a key', { type: 'key-pressed', digit: '1' }],
    ['hangs up', { type: 'disconnected', clean: true }],
    ['says nothing more for long', policy.preparingMs],
  ])('is thrown away when the person %s', (_what, event) => {
    const talk = play([...theirTurn, mayHaveSaid('When?'), started(2), event]);
    expect(of(talk.effects, 'cancel-reply')).toEqual([{ type: 'cancel-reply', utterance: 2 }]);
    expect(of(talk.effects, 'heard').map(({ utterance }) => utterance)).toEqual([1]);
  });

  it('is asked for only in the person’s turn, and to words', () => {
    for (const before of [[connected], [greeted], [personFirst], [...theirTurn, goesOn, said('Hi')]]) {
      expect(of(play([...before, mayHaveSaid('When?')]).effects, 'prepare-reply')).toEqual([]);
    }
    expect(of(play([...theirTurn, mayHaveSaid(' ')]).effects, 'prepare-reply')).toEqual([]);
  });
});

describe('on a line of our own', () => {
  it('an utterance is over when it was played out, not when a guess says so', () => {
    const talk = play([greeted]);
    const { timer } = talk.state;
    talk.feed({ type: 'timer', timer, isSounding: true });
    expect(talk.current().phase).toBe('speaking');
    talk.feed(playedOut(1));
    expect(talk.current().phase).toBe('listening');
    expect(of(talk.effects, 'heard')).toEqual([{ type: 'heard', utterance: 1, heard: 'all' }]);
  });

  it('a person who interrupts is listened to, and what they then say is answered', () => {
    const talk = play([greeted, interrupts]);
    expect(of(talk.effects, 'heard')).toEqual([{ type: 'heard', utterance: 1, heard: 'as-played' }]);
    expect(talk.state.phase).toBe('listening');
    talk.feed(said('Who is it?'));
    expect(talk.current()).toMatchObject({ phase: 'thinking', utterance: 2 });
  });

  it('a reply is thrown away when the person says more while it is made', () => {
    const talk = play([...theirTurn, said('When?'), goesOn]);
    expect(of(talk.effects, 'cancel-reply')).toEqual([{ type: 'cancel-reply', utterance: 2 }]);
    expect(talk.state).toMatchObject({ phase: 'listening', personSpeaking: true });
  });

  it('a goodbye is said although the person goes on', () => {
    const talk = play([greeted, { type: 'end-wanted', ending: goodbye, farewell: 'Bye.' }, goesOn]);
    expect(talk.state).toMatchObject({ phase: 'speaking', ready: { ending: goodbye } });
  });

  it('what is said in the place of a goodbye still ends the call', () => {
    const talk = play([
      greeted,
      { type: 'end-wanted', ending: goodbye, farewell: 'Bye.' },
      { type: 'say', text: 'One more thing.' },
      playedOut(3),
    ]);
    expect(talk.state).toMatchObject({ phase: 'ending', ending: goodbye });
  });

  it('keys are remembered whatever happens before they count as an answer', () => {
    const keys: Bare[] = [...theirTurn, { type: 'key-pressed', digit: '4' }, { type: 'key-pressed', digit: '2' }];
    const after: Bare[] = [
      said('And this.'),
      { type: 'say', text: 'Wait.' },
      { type: 'end-wanted', ending: goodbye, farewell: null },
      { type: 'disconnected', clean: true },
    ];
    for (const event of after) {
      const texts = of(play([...keys, event]).effects, 'remember-person').map(({ text }) => text);
      expect(texts[0]).toBe('[pressed 42]');
      expect(texts.filter((text) => text.includes('pressed'))).toHaveLength(1);
    }
  });
});

describe('a person who is to speak first', () => {
  it('is waited for, and greeted when they have spoken', () => {
    const talk = play([personFirst, said('Hello?')]);
    expect(talk.effects.map(({ type }) => type).slice(-3)).toEqual(['remember-person', 'speak', 'set-timer']);
    expect(of(talk.effects, 'ask-reply')).toEqual([]);
  });

  it('is greeted all the same when they stay silent', () => {
    const talk = play([personFirst, policy.openingMs]);
    expect(of(talk.effects, 'speak').map(({ text }) => text)).toEqual(['Good day.']);
  });

  it('is answered by the model when there is no greeting', () => {
    const talk = play([{ type: 'connected', resumed: false, greeting: null, personFirst: true }, said('Hello?')]);
    expect(talk.state).toMatchObject({ phase: 'thinking', opening: null });
  });

  it('answers what is heard again once it was heard, also when there are no words in it, or nothing comes of it', () => {
    const again: Bare = { type: 'connected', resumed: true, personWaits: true, hearsAgain: true, greeting: null };
    const speaking = (yes: boolean): Bare => ({ type: 'person-speaking', speaking: yes });
    const before = play([again, speaking(true), 3000]);
    expect([before.state.phase, of(before.effects, 'ask-reply')]).toEqual(['listening', []]);
    for (const then of [[said('When is it?')], [speaking(false)]]) {
      const talk = play([again, speaking(true), 3000, ...then]);
      expect(talk.state).toMatchObject({ phase: 'thinking', opening: null });
      expect(of(talk.effects, 'ask-reply')).toHaveLength(1);
    }
    expect(play([again, policy.openingMs]).state.phase).toBe('thinking');
    const theirs = play([{ ...again, personWaits: false }, speaking(true), speaking(false), policy.openingMs]);
    expect(theirs.state.phase).toBe('listening');
  });

  it('is listened to at once in a call that goes on, where it is their turn', () => {
    const talk = play([{ type: 'connected', resumed: true, greeting: null, personWaits: false }]);
    expect(talk.state.phase).toBe('listening');
  });
});

describe('an answer that somebody else wants', () => {
  const wanted: Bare = { type: 'answer-wanted' };

  it('is asked for when nobody speaks, and in the place of what the assistant says', () => {
    const quiet = play([connected, started(1), ready(1), played(30), wanted]);
    expect(quiet.state).toMatchObject({ phase: 'thinking', utterance: 2 });
    const speaking = play([connected, started(1), wanted]);
    expect(of(speaking.effects, 'cancel-reply')).toEqual([{ type: 'cancel-reply', utterance: 1 }]);
    expect(speaking.state).toMatchObject({ phase: 'thinking', utterance: 2 });
  });

  it('does not speak into the words of the person, nor in the place of a goodbye', () => {
    const person = play([connected, started(1), ready(1), played(30), { type: 'person-speaking', speaking: true }]);
    person.feed(wanted);
    expect(person.current().phase).toBe('listening');
    const goodbyes = play([connected, { type: 'end-wanted', ending: goodbye, farewell: 'Goodbye.' }, wanted]);
    expect(goodbyes.state).toMatchObject({ phase: 'speaking', ready: { ending: goodbye } });
  });
});

const utterances = fc.integer({ min: 0, max: 6 });
const anyEvent: fc.Arbitrary<Bare | number> = fc.oneof(
  fc.integer({ min: 1, max: 30_000 }),
  fc.constantFrom<Bare>(
    connected,
    greeted,
    { type: 'connected', resumed: true, greeting: null },
    { type: 'person-speaking', speaking: true },
    { type: 'person-speaking', speaking: false },
    said('Hello'),
    said(' '),
    { type: 'key-pressed', digit: '5' },
    { type: 'voice-started' },
    { type: 'voice-stopped' },
    { type: 'interrupted', heardText: '' },
    personFirst,
    { type: 'connected', resumed: true, greeting: null, personWaits: false },
    mayHaveSaid('Hello'),
    mayHaveSaid(''),
    goesOn,
    interrupts,
    { type: 'say', text: 'Please wait.' },
    { type: 'answer-wanted' },
    { type: 'end-wanted', ending: goodbye, farewell: null },
    { type: 'end-wanted', ending: goodbye, farewell: 'Goodbye.' },
  ),
  utterances.map(started),
  utterances.map(playedOut),
  utterances.map((utterance) => ready(utterance)),
  utterances.map((utterance): Bare => ({ type: 'reply-failed', utterance, retryable: true })),
  utterances.map((utterance): Bare => ({ type: 'reply-ready', utterance, characters: 0, ending: goodbye })),
  fc.integer({ min: 0, max: 50 }).map(played),
  fc.integer({ min: 0, max: 9 }).map((timer): Bare => ({ type: 'timer', timer })),
);

describe('whatever happens on the line', () => {
  it('every wait has its timer, and when everybody falls silent the call ends with no timer left', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 60 }), (script) => {
        const talk = play(script);
        if (talk.state.phase !== 'over') expect(talk.pending?.timer).toBe(talk.state.timer);
        const rest = play([...script, 600_000]);
        expect(rest.state.phase).toBe('over');
        expect(rest.pending).toBeNull();
      }),
      { numRuns: 2000 },
    );
  });

  it('finishes exactly once, and speaks, asks and remembers nothing afterwards', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 60 }), fc.array(anyEvent, { maxLength: 20 }), (script, more) => {
        const talk = play([...script, 600_000, ...more]);
        expect(of(talk.effects, 'finish')).toHaveLength(1);
        expect(talk.effects.at(-1)?.type).toBe('finish');
      }),
      { numRuns: 500 },
    );
  });

  it('never lets an old reply change what is going on', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 40 }), utterances, (script, old) => {
        const talk = play(script);
        const state: TurnState = talk.state;
        fc.pre(old < state.utterance);
        for (const event of [
          started(old),
          ready(old),
          playedOut(old),
          { type: 'reply-failed', utterance: old, retryable: true },
        ] as Bare[]) {
          expect(step(state, { ...event, atMs: 1e9 } as TurnEvent, policy)).toEqual({ state, effects: [] });
        }
      }),
      { numRuns: 1000 },
    );
  });
});
