import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attend, beginAttention } from './attention.ts';
import { usualAttentionPolicy as policy } from './attention-policy.ts';
import type { AttentionEffect, AttentionEvent, AttentionState } from './attention-state.ts';

/** Runs events in a row; a number among them is time that passes, firing the timer when it is due. */
function play(script: (AttentionEvent | number)[]) {
  let state: AttentionState = beginAttention;
  let due: { timer: number; inMs: number } | null = null;
  const effects: AttentionEffect[] = [];
  const feed = (event: AttentionEvent) => {
    const step = attend(state, event, policy);
    state = step.state;
    for (const effect of step.effects) {
      effects.push(effect);
      if (effect.type === 'set-timer') due = { timer: effect.timer, inMs: effect.ms };
      if (effect.type === 'clear-timer') due = null;
    }
  };
  const pass = (ms: number) => {
    let leftMs = ms;
    for (let next = due as { timer: number; inMs: number } | null; next && next.inMs <= leftMs; next = due) {
      leftMs -= next.inMs;
      due = null;
      feed({ type: 'timer', timer: next.timer });
    }
    const waiting = due as { timer: number; inMs: number } | null;
    if (waiting) waiting.inMs -= leftMs;
  };
  for (const entry of script) typeof entry === 'number' ? pass(entry) : feed(entry);
  return {
    effects,
    told: () => effects.flatMap((effect) => (effect.type === 'tell' ? [effect.event] : [])),
    types: () => effects.map((effect) => effect.type).filter((type) => !type.endsWith('-timer')),
    state: () => state,
    pending: () => due !== null,
    feed,
    pass,
  };
}

const voice = (active: boolean): AttentionEvent => ({ type: 'voice', active });
const heard = (text: string): AttentionEvent => ({ type: 'heard', text });
const over = (text: string): AttentionEvent => ({ type: 'turn-over', text });
const maybe = (text: string): AttentionEvent => ({ type: 'turn-may-be-over', text });
const started: AttentionEvent = { type: 'speech-started' };
const ears = (endOfTurn: 'model' | 'pause' | 'none'): AttentionEvent => ({ type: 'ears', endOfTurn });
const speaks = (words = 'Your appointment is on Friday at three.'): AttentionEvent => ({
  type: 'assistant-voice',
  sounds: true,
  words,
});
const silent: AttentionEvent = { type: 'assistant-voice', sounds: false, words: '' };
const said = (text: string) => ({ type: 'person-said', text });

describe('a person who speaks while the assistant is quiet', () => {
  it('is answered as soon as a recognizer that knows says that the turn is over', () => {
    const talk = play([voice(true), started, heard('Yes I'), voice(false), over('Yes, I can.')]);
    expect(talk.told()).toEqual([
      { type: 'person-speaking', speaking: true },
      { type: 'person-goes-on' },
      said('Yes, I can.'),
    ]);
  });

  it('is waited for where the recognizer only hears a pause, longer after an open end', () => {
    const closed = play([ears('pause'), heard('I can.'), over('I can.')]);
    expect(closed.told().at(-1)).not.toEqual(said('I can.'));
    closed.pass(policy.answer.sentencePauseMs);
    expect(closed.told().at(-1)).toEqual(said('I can.'));
    const open = play([ears('pause'), over('I would like to'), policy.answer.openPauseMs]);
    expect(open.told()).not.toContainEqual(said('I would like to'));
    open.feed(over('change it.'));
    open.pass(policy.answer.sentencePauseMs);
    expect(open.told().at(-1)).toEqual(said('I would like to change it.'));
  });

  it('is not cut off while reading out a number, even by a recognizer that knows', () => {
    const talk = play([
      over('four one five'),
      500,
      voice(true),
      started,
      heard('five five'),
      over('five five five 0 1 9 9.'),
    ]);
    expect(talk.told().filter(({ type }) => type === 'person-said')).toEqual([
      said('four one five five five five 0 1 9 9.'),
    ]);
  });

  it('has a reply prepared when they have probably finished, thrown away when they go on', () => {
    const right = play([maybe('On Friday.'), over('on friday')]);
    expect(right.told().slice(-2)).toEqual([{ type: 'person-may-have-said', text: 'On Friday.' }, said('on friday')]);
    const wrong = play([
      maybe('On Friday.'),
      { type: 'turn-resumed' },
      heard('On Friday. Or Saturday'),
      over('On Friday. Or Saturday.'),
    ]);
    expect(wrong.told().slice(-3)).toEqual([
      { type: 'person-may-have-said', text: 'On Friday.' },
      { type: 'person-goes-on' },
      said('On Friday. Or Saturday.'),
    ]);
  });

  it('whose reply was prepared to other words than they said in the end, is not given it', () => {
    const talk = play([maybe('On Friday.'), over('On Friday at nine.')]);
    expect(talk.told().slice(-2)).toEqual([{ type: 'person-goes-on' }, said('On Friday at nine.')]);
  });

  it('is answered although the recognizer never comes to an end', () => {
    const talk = play([voice(true), heard('Hello?'), voice(false), policy.recognizerMs.model]);
    expect(talk.types()).toContain('settle-ears');
    talk.pass(policy.settleMs);
    expect(talk.told().at(-1)).toEqual(said('Hello?'));
    talk.feed(over('Hello?'));
    expect(talk.told().filter(({ type }) => type === 'person-said')).toHaveLength(1);
    talk.feed(over('Hello?'));
    expect(talk.told().filter(({ type }) => type === 'person-said')).toHaveLength(2);
  });

  it('is waited for less long while the recognizer has told no word, and again by the next one who listens', () => {
    const talk = play([voice(true), voice(false), policy.wordlessMs]);
    expect(talk.types().filter((type) => type === 'settle-ears')).toHaveLength(1);
    talk.feed({ type: 'ears', endOfTurn: 'pause' });
    talk.pass(policy.wordlessMs);
    expect(talk.types().filter((type) => type === 'settle-ears')).toHaveLength(2);
    talk.feed(over('Hello?'));
    talk.pass(2000);
    expect(talk.told().at(-1)).toEqual(said('Hello?'));
  });

  it('is answered once to each word when they go on after they were answered in mid-turn', () => {
    const waitMs = policy.recognizerMs.model + policy.settleMs;
    const talk = play([heard('Hello?'), waitMs, heard('Hello? Are you'), over('Hello? Are you there?')]);
    const words = talk.told().flatMap((event) => (event.type === 'person-said' ? [event.text] : []));
    expect(words).toEqual(['Hello?', 'Are you there?']);
  });

  it('who only coughed is not said to be speaking any more', () => {
    const talk = play([voice(true), voice(false), policy.recognizerMs.model + policy.settleMs]);
    expect(talk.told()).toEqual([
      { type: 'person-speaking', speaking: true },
      { type: 'person-speaking', speaking: false },
    ]);
  });

  it('is answered in spite of noise after what they said', () => {
    const talk = play([over('four one five'), 300, voice(true), policy.yield.undecidedMs]);
    expect(talk.told().at(-1)).toEqual(said('four one five'));
  });
});

describe('a person who is heard over the assistant', () => {
  it('holds the voice at once and interrupts it with words', () => {
    const talk = play([speaks(), voice(true)]);
    expect(talk.types()).toEqual(['hold-voice']);
    talk.feed(heard('No wait'));
    expect(talk.told()).toEqual([{ type: 'person-interrupts' }, { type: 'person-speaking', speaking: true }]);
    talk.feed(over('No wait, stop.'));
    expect(talk.told().at(-1)).toEqual(said('No wait, stop.'));
  });

  it('interrupts without a sound that the detector noticed', () => {
    const talk = play([speaks(), over('Stop.')]);
    expect(talk.told().map(({ type }) => type)).toEqual(['person-interrupts', 'person-speaking', 'person-said']);
  });

  it.each(['Uh-huh.', 'Okay.', 'yes, right', 'Mm-hmm'])('lets it go on with "%s", which is no answer', (text) => {
    const talk = play([speaks(), voice(true), started, heard(text), voice(false), over(text)]);
    expect(talk.types()).toEqual(['hold-voice', 'release-voice']);
    expect(talk.told()).toEqual([]);
  });

  it('may begin with assent and then want to be heard', () => {
    const talk = play([speaks(), voice(true), heard('yeah'), heard('yeah but not on Friday')]);
    expect(talk.told().map(({ type }) => type)).toContain('person-interrupts');
  });

  it('is not one when it is the assistant’s own voice come back', () => {
    const talk = play([speaks(), voice(true), heard('appointment is on Friday'), over('appointment is on friday')]);
    expect(talk.types()).toEqual(['hold-voice', 'release-voice']);
  });

  it('who only coughs holds it up for a moment', () => {
    const talk = play([speaks(), voice(true), 300, voice(false), policy.yield.wordsLateMs]);
    expect(talk.types()).toEqual(['hold-voice', 'release-voice']);
    expect(talk.told()).toEqual([]);
  });

  it('in noise that goes on holds it up once, and is heard all the same', () => {
    const talk = play([speaks(), voice(true), policy.yield.undecidedMs]);
    expect(talk.types()).toEqual(['hold-voice', 'release-voice']);
    talk.feed(heard('please stop talking'));
    expect(talk.told().map(({ type }) => type)).toContain('person-interrupts');
  });

  it('is not answered over the voice when the recognizer never closes what was let pass', () => {
    const talk = play([speaks(), voice(true), heard('uh-huh'), voice(false), 20_000]);
    expect(talk.types()).toEqual(['hold-voice', 'release-voice']);
    expect(talk.told()).toEqual([]);
    talk.feed(silent);
    talk.pass(policy.recognizerMs.model + policy.settleMs);
    expect(talk.told().at(-1)).toEqual(said('uh-huh'));
  });

  it('whose "yeah" was waited for when the voice began, is not answered over it', () => {
    const talk = play([heard('yeah'), policy.recognizerMs.model, speaks(), policy.settleMs]);
    expect(talk.told()).toEqual([{ type: 'person-speaking', speaking: true }]);
    expect(talk.pending()).toBe(false);
    expect(play([speaks(), heard('uh-huh')]).pending()).toBe(false);
  });

  it('is the voice itself when its words come back, also those that it says by now and after it is over', () => {
    const talk = play([speaks('Well,'), { type: 'assistant-words', words: 'Well, your appointment is on Friday.' }]);
    talk.feed(heard('your appointment is'));
    talk.feed(heard('your appointment is on friday'));
    talk.feed(silent);
    talk.feed(over('Your appointment is on Friday. Yes, fine.'));
    expect(talk.told().filter(({ type }) => type !== 'person-speaking' && type !== 'person-goes-on')).toEqual([
      said('Yes, fine.'),
    ]);
  });

  it('answers with a few of its words that were said before its end', () => {
    const talk = play([
      speaks('Friday at three or Monday?'),
      heard('Friday at three'),
      silent,
      over('Friday at three.'),
    ]);
    expect(talk.told().at(-1)).toEqual(said('Friday at three.'));
  });

  it('whose "yes" ends after the assistant has, answers with it', () => {
    const talk = play([speaks(), voice(true), heard('yes'), silent, over('Yes.')]);
    expect(talk.told().at(-1)).toEqual(said('Yes.'));
  });
});

describe('the listening side', () => {
  const text = fc.constantFrom('', 'yes', 'no wait', 'four one five', 'I would like to', 'It is on Friday.');
  const anyEvent: fc.Arbitrary<AttentionEvent | number> = fc.oneof(
    fc.constantFrom<AttentionEvent>(voice(true), voice(false), started, { type: 'turn-resumed' }, speaks(), silent),
    fc.constantFrom(ears('model'), ears('pause'), ears('none')),
    text.map(heard),
    text.map(over),
    text.map(maybe),
    fc.integer({ min: 1, max: 3000 }),
  );

  it('never leaves the voice held, a person waiting or a timer running once everybody is quiet', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 40 }), (script) => {
        const talk = play([...script, voice(false), 30_000, silent, 30_000]);
        expect(talk.pending()).toBe(false);
        // A hold ends with the voice going on, being interrupted, or being over.
        const holds = talk.effects.flatMap((effect) => {
          if (effect.type === 'hold-voice' || effect.type === 'release-voice') return [effect.type];
          return effect.type === 'tell' && effect.event.type === 'person-interrupts' ? [effect.event.type] : [];
        });
        expect(talk.state()).toMatchObject({ overlap: 'none' });
        expect(holds.every((type, at) => type !== 'release-voice' || holds[at - 1] === 'hold-voice')).toBe(true);
        const words = talk.told().flatMap((event) => (event.type === 'person-said' ? [event.text] : []));
        expect(words.every((said) => said.trim() !== '')).toBe(true);
        expect(talk.state().kept + talk.state().text).toBe('');
      }),
      { numRuns: 2000 },
    );
  });
});
