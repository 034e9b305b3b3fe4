import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Tool } from '../../assistant/tools/tool.ts';
import { settled } from '../testing/fake-model.ts';
import { type CascadeTalk, startCascade } from '../testing/start-cascade.ts';
import { defaultTurnPolicy } from './turn/turn-policy.ts';

const greeting = 'Hello Sarah, this is the clinic calling about your appointment.';
const greetingMs = 10 * 200;
const spareApology = new Uint8Array(8000).fill(0x33);

/** A conversation whose greeting was heard, with the person to speak. */
async function greeted(options: Parameters<typeof startCascade>[0] = {}) {
  const talk = startCascade({ greeting, ...options });
  await talk.pass(greetingMs + 300);
  return talk;
}

/** Nothing is left of a conversation that is over, and nothing comes after it. */
async function expectRest(talk: CascadeTalk) {
  await talk.pass(10_000, 1000);
  expect(talk.over()).not.toBeNull();
  expect(talk.clock.pendingTimers).toBe(0);
  expect(talk.carrier.closedByUs).not.toBeNull();
  expect([...talk.ears, ...talk.mouths].map(({ open }) => open)).toEqual([0, 0, 0, 0]);
  const [frames, entries, turns] = [talk.carrier.sent.length, talk.record.entries.length, talk.lines()];
  for (const asked of talk.model.asked) {
    await asked.say('late words');
    await asked.end();
  }
  await talk.pass(3_600_000, 1_200_000);
  expect(talk.carrier.sent).toHaveLength(frames);
  expect(talk.record.entries).toHaveLength(entries);
  expect(talk.lines()).toEqual(turns);
  expect(talk.record.turns().every((turn) => turn.ended_at !== null)).toBe(true);
  const completed = talk.record.events.filter(({ type }) => type === 'turn.completed').map(({ key }) => key);
  expect(new Set(completed).size).toBe(completed.length);
  expect(completed).toHaveLength(turns.length);
}

describe('a cascade', () => {
  it('says its greeting, hears the person, answers, and keeps what was heard', async () => {
    const talk = await greeted();
    await talk.says('When is it?');
    await talk.answer('On Friday at three.');
    expect(talk.lines()).toEqual([`assistant: ${greeting}`, 'person: When is it?', 'assistant: On Friday at three.']);
    expect(talk.model.last().request.messages.slice(1)).toEqual([
      { role: 'assistant', content: greeting },
      { role: 'user', content: 'When is it?' },
    ]);
  });

  it('gives the voice the first clause before the reply is complete', async () => {
    const talk = await greeted();
    await talk.says('When is it?');
    await talk.model.last().say('On Friday, ');
    expect(talk.mouths[0].said.at(-1)).toBe('On Friday, ');
  });

  it('cuts what is remembered to whole words that were heard when the person interrupts', async () => {
    const talk = startCascade({ greeting });
    await talk.pass(1100);
    talk.ears[0].tell({ type: 'heard', text: 'No wait' });
    await talk.pass(1000);
    expect(talk.lines()[0]).toBe('assistant: Hello Sarah, this is the');
    const { heard_source, interrupted } = talk.record.turns()[0] ?? {};
    expect({ heard_source, interrupted }).toEqual({ heard_source: 'confirmed', interrupted: true });
    talk.ears[0].tell({ type: 'turn-over', text: 'No wait, who is it?' });
    await settled();
    expect(talk.model.last().request.messages.slice(1)).toEqual([
      { role: 'assistant', content: 'Hello Sarah, this is the' },
      { role: 'user', content: 'No wait, who is it?' },
    ]);
  });

  it('goes on after a false interruption and is heard to its last word', async () => {
    const talk = startCascade({ greeting });
    await talk.pass(1100);
    for (let frame = 0; frame < 10; frame += 1) talk.carrier.hear(loud());
    await talk.pass(100);
    talk.ears[0].tell({ type: 'heard', text: 'uh-huh' });
    talk.ears[0].tell({ type: 'turn-over', text: 'Uh-huh.' });
    await talk.pass(greetingMs);
    expect(talk.carrier.sent.filter(({ type }) => type === 'clear')).toHaveLength(1);
    expect(talk.lines()).toEqual([`assistant: ${greeting}`]);
    expect(talk.model.asked).toHaveLength(0);
  });

  it('begins to think when the person has probably finished, and speaks as soon as they have', async () => {
    const talk = await greeted();
    const before = talk.playedMs();
    talk.ears[0].tell({ type: 'turn-may-be-over', text: 'When is it?' });
    await talk.model.last().say('On Friday.');
    await talk.model.last().end();
    await talk.pass(1000);
    expect([talk.playedMs(), talk.lines().length]).toEqual([before, 1]);
    talk.ears[0].tell({ type: 'turn-over', text: 'When is it?' });
    await talk.pass(700);
    expect(talk.model.asked).toHaveLength(1);
    expect(talk.lines().slice(1)).toEqual(['person: When is it?', 'assistant: On Friday.']);
  });

  it('says and remembers nothing of a reply that was prepared in vain, and runs none of its tools', async () => {
    const runs: string[] = [];
    const book: Tool = {
      definition: { name: 'book', description: '', parameters: {} },
      run: async (_context, values) => {
        runs.push(JSON.stringify(values));
        return { content: 'booked', endsCall: null };
      },
    };
    const talk = await greeted({ tools: [book] });
    talk.ears[0].tell({ type: 'turn-may-be-over', text: 'Friday.' });
    await talk.model.last().say('Booked for Friday.');
    await talk.model.last().callTool('book');
    await talk.model.last().end();
    const before = talk.playedMs();
    talk.ears[0].tell({ type: 'turn-resumed' });
    talk.ears[0].tell({ type: 'heard', text: 'Friday. No, Monday' });
    talk.ears[0].tell({ type: 'turn-over', text: 'Friday. No, Monday.' });
    await talk.answer('On Monday then.');
    expect(runs).toEqual([]);
    expect(talk.lines().slice(1)).toEqual(['person: Friday. No, Monday.', 'assistant: On Monday then.']);
    expect(talk.playedMs() - before).toBe(3 * 200);
  });

  it('asks anew when the reply it had prepared failed', async () => {
    const talk = await greeted();
    talk.ears[0].tell({ type: 'turn-may-be-over', text: 'When is it?' });
    await talk.model.last().fail(new Error('broken'));
    talk.ears[0].tell({ type: 'turn-over', text: 'When is it?' });
    await talk.answer('On Friday.');
    expect(talk.model.asked).toHaveLength(2);
    expect(talk.lines().slice(1)).toEqual(['person: When is it?', 'assistant: On Friday.']);
  });

  it('hangs up after the last words of a prepared reply that ends the call were heard', async () => {
    const talk = await greeted();
    talk.ears[0].tell({ type: 'turn-may-be-over', text: 'Bye.' });
    await talk.model.last().say('Goodbye Sarah.');
    await talk.model.last().callTool('hang_up');
    await talk.model.last().end();
    await talk.pass(500);
    expect(talk.endings).toEqual([]);
    talk.ears[0].tell({ type: 'turn-over', text: 'Bye.' });
    await talk.pass(1000);
    expect(talk.lines().at(-1)).toBe('assistant: Goodbye Sarah.');
    expect(talk.endings).toEqual([{ reason: 'assistant_hung_up', by: 'assistant' }]);
    await expectRest(talk);
  });

  it('takes a word of assent over its voice for no answer, even when the recognizer never closes it', async () => {
    const talk = await greeted();
    await talk.says('When is it?');
    await talk.model.last().say(`On Friday. ${'And so it goes on and on. '.repeat(6)}`);
    await talk.model.last().end();
    await talk.pass(1000);
    talk.ears[0].tell({ type: 'heard', text: 'uh-huh' });
    await talk.pass(talk.attention.recognizerMs.model + talk.attention.settleMs + 500);
    expect(talk.model.asked).toHaveLength(1);
    expect(talk.carrier.sent.some(({ type }) => type === 'clear')).toBe(false);
  });

  it('does not take a slow voice for one that is done', async () => {
    const slow = 'One two three. '.repeat(40).trim();
    const talk = startCascade({ greeting: slow, policy: { ...defaultTurnPolicy, charactersPerSecond: 60 } });
    await talk.pass(20_000);
    expect(talk.record.turns()[0]?.ended_at).toBeNull();
    await talk.pass(5000);
    expect(talk.lines()).toEqual([`assistant: ${slow}`]);
  });

  it('says a reply without words as nothing, and blames no vendor for it', async () => {
    const talk = await greeted();
    await talk.says('Hm.');
    await talk.answer('…');
    await talk.pass(5000);
    expect(talk.mouths[0].open).toBe(1);
    expect(talk.mouths[0].said).not.toContain('…');
    expect(talk.over()).toBeNull();
  });

  it('says what the model said before it turned to a tool while the tool is at work', async () => {
    const slowTool: Tool = {
      definition: { name: 'look_up', description: '', parameters: {} },
      run: () => new Promise(() => {}),
    };
    const talk = await greeted({ tools: [slowTool] });
    await talk.says('When is it?');
    await talk.model.last().say('Let me look');
    await talk.model.last().callTool('look_up');
    await talk.model.last().end();
    await talk.pass(1000);
    expect(talk.mouths[0].said.at(-1)).toBe('Let me look');
  });

  it('says what it is told from outside at once, whoever speaks', async () => {
    const talk = await greeted();
    await talk.says('When is it?');
    await talk.model.last().say('It is on');
    expect(talk.conversation.say('Please hold the line.')).toBe(true);
    await talk.pass(1500);
    expect(talk.lines().at(-1)).toBe('assistant: Please hold the line.');
    expect(talk.model.last().request.signal.aborted).toBe(true);
  });

  it('keeps the keys that were pressed when something else happens before they count as an answer', async () => {
    const talk = await greeted();
    talk.carrier.say({ type: 'key', digit: '4' });
    talk.carrier.say({ type: 'key', digit: '2' });
    talk.conversation.say('One moment.');
    await talk.pass(1000);
    expect(talk.lines().slice(1)).toEqual(['person: [pressed 42]', 'assistant: One moment.']);
  });

  it('answers keys that are pressed while its voice is held', async () => {
    const talk = startCascade({ greeting });
    await talk.pass(1100);
    for (let frame = 0; frame < 10; frame += 1) talk.carrier.hear(loud());
    talk.carrier.say({ type: 'key', digit: '1' });
    await talk.pass(talk.policy.keysMs + 100);
    expect(talk.lines()).toEqual(['assistant: Hello Sarah, this is the', 'person: [pressed 1]']);
    await talk.answer('Thank you.');
    expect(talk.lines().at(-1)).toBe('assistant: Thank you.');
  });

  it('waits for a person who is to speak first, and greets one who does not', async () => {
    const talk = startCascade({ greeting: 'Good day.', personFirst: true });
    await talk.pass(1000);
    expect(talk.mouths[0].said).toEqual([]);
    await talk.says('Hello?');
    expect(talk.mouths[0].said).toEqual(['Good day.']);
    const silent = startCascade({ greeting: 'Good day.', personFirst: true });
    await silent.pass(silent.policy.openingMs + 100);
    expect(silent.mouths[0].said).toEqual(['Good day.']);
  });
});

describe('a cascade whose vendors fail', () => {
  it('says with the next voice what the first has not said, and each word once', async () => {
    const talk = startCascade({ greeting: 'One two three. Four five six. Seven eight nine.' });
    await talk.pass(300);
    talk.mouths[0].isSilent = true;
    await talk.pass(5000);
    expect(talk.lines()).toEqual(['assistant: One two three. Four five six. Seven eight nine.']);
    expect(talk.playedMs()).toBe(9 * 200);
  });

  it('goes over to the next voice when the first gives no sound in time', async () => {
    const talk = startCascade({ greeting: 'Good morning.' });
    talk.mouths[0].isSilent = true;
    await talk.pass(2000);
    expect(talk.mouths[1].said).toEqual(['Good morning.']);
    await talk.pass(1000);
    expect(talk.lines()).toEqual(['assistant: Good morning.']);
  });

  it('does not take words for heard while one vendor after another is asked to say them', async () => {
    const talk = startCascade({ greeting: 'Good morning.', policy: { ...defaultTurnPolicy, playbackSlackMs: 1000 } });
    talk.mouths[0].isSilent = true;
    await talk.pass(1950);
    expect(talk.record.turns()[0]?.ended_at).toBeNull();
    talk.mouths[1].fail();
    await talk.pass(1000);
    expect([talk.lines(), talk.playedMs()]).toEqual([['assistant: Good morning.'], 400]);
  });

  it('hands the line over from within its own step when it finds that it has no voice', async () => {
    const talk = startCascade({ greeting, mouths: [], takenOver: true });
    expect(talk.takeovers).toEqual([true]);
    await talk.pass(120_000, 1000);
    expect([talk.lines(), talk.clock.pendingTimers, talk.carrier.played]).toEqual([['assistant: '], 0, []]);
  });

  it('tells nobody that it said something once it is over', async () => {
    const talk = await greeted();
    talk.carrier.close(true);
    await settled();
    expect(talk.conversation.say('Hello?')).toBe(false);
  });

  it('plays its spare apology and ends when no voice is left', async () => {
    const talk = startCascade({ greeting, spareApology });
    await talk.pass(1100);
    for (const mouth of talk.mouths) mouth.fail();
    await talk.pass(900);
    expect(talk.endings).toEqual([]);
    await talk.pass(1000);
    expect(talk.endings).toEqual([{ reason: 'assistant_failed', by: 'server' }]);
    expect(talk.lines()[0]).toBe('assistant: Hello Sarah, this is the');
    await expectRest(talk);
  });

  it('apologises and ends when no recognizer is left', async () => {
    const talk = await greeted();
    for (const ear of talk.ears) ear.fail();
    await talk.pass(10_000);
    expect(talk.lines().at(-1)).toBe(`assistant: ${talk.policy.apology}`);
    expect(talk.over()?.reason).toBe('assistant_failed');
    await expectRest(talk);
  });

  it('plays the spare apology when the voice fails while it apologises for its ears', async () => {
    const talk = await greeted({ spareApology });
    for (const ear of talk.ears) ear.fail();
    await talk.pass(500);
    for (const mouth of talk.mouths) mouth.fail();
    await talk.pass(4000);
    expect(talk.lines()[1]).toBe('assistant: I am');
    expect(talk.over()?.reason).toBe('assistant_failed');
    await expectRest(talk);
  });

  it('leaves the line alone once another engine has taken it over', async () => {
    const talk = startCascade({ greeting, takenOver: true });
    await talk.pass(1100);
    for (const ear of talk.ears) ear.fail();
    expect(talk.takeovers).toHaveLength(1);
    const [sent, turns] = [talk.carrier.sent.length, talk.lines()];
    expect(turns).toEqual(['assistant: Hello Sarah, this is the']);
    await talk.pass(120_000, 1000);
    expect(talk.carrier.sent).toHaveLength(sent);
    expect(talk.lines()).toEqual(turns);
    expect(talk.carrier.closedByUs).toBeNull();
    expect(talk.clock.pendingTimers).toBe(0);
  });

  it('gives the line to nobody once its end was decided', async () => {
    const talk = await greeted({ takenOver: true, onEnding: () => new Promise(() => {}) });
    talk.conversation.end({ reason: 'server_stopped', by: 'server' }, null);
    for (const part of [...talk.mouths, ...talk.ears]) part.fail();
    expect(talk.takeovers).toEqual([]);
    await expectRest(talk);
    expect(talk.over()?.reason).toBe('server_stopped');
  });
});

/** 20 ms that the energy detector takes for speech. */
function loud(): Uint8Array {
  return new Uint8Array(160).map((_, at) => (at % 8 < 4 ? 0x10 : 0x90));
}

type Phase = [name: string, reach: (talk: CascadeTalk) => Promise<void>];

const phases: Phase[] = [
  ['thinking', async () => {}],
  ['thinking behind a filler', async (talk) => talk.pass(talk.policy.fillerAfterMs + 500)],
  [
    'speaking',
    async (talk) => {
      await talk.model.last().say('Hello Sarah, how are you? I am ');
      await talk.pass(500);
    },
  ],
  [
    'speaking on hold',
    async (talk) => {
      await talk.model.last().say('Hello Sarah, how are you? I am ');
      await talk.pass(500);
      for (let frame = 0; frame < 10; frame += 1) talk.carrier.hear(loud());
    },
  ],
  ['listening', (talk) => talk.answer('Hello Sarah.')],
  [
    'hearing the person',
    async (talk) => {
      await talk.answer('Hello Sarah.');
      talk.ears[0].tell({ type: 'speech-started' });
      talk.ears[0].tell({ type: 'heard', text: 'I would' });
    },
  ],
  [
    'preparing an answer',
    async (talk) => {
      await talk.answer('Hello Sarah.');
      talk.ears[0].tell({ type: 'turn-may-be-over', text: 'Yes.' });
      await talk.model.last().say('Fine. And ');
    },
  ],
  [
    'listening to keys',
    async (talk) => {
      await talk.answer('Hello Sarah.');
      talk.carrier.say({ type: 'key', digit: '1' });
    },
  ],
  [
    'ending',
    async (talk) => {
      await talk.answer('Hello Sarah.');
      talk.conversation.end({ reason: 'server_stopped', by: 'server' }, null);
    },
  ],
];

describe.each(phases)('a cascade that is %s', (name, reach) => {
  it.each([true, false])('is over when the line closes (clean: %s)', async (clean) => {
    const talk = startCascade();
    await reach(talk);
    talk.carrier.close(clean);
    await expectRest(talk);
    const expected = clean ? 'person_hung_up' : 'connection_failed';
    expect(talk.over()?.reason).toBe(name === 'ending' ? 'server_stopped' : expected);
  });

  it('comes to an end by itself when nobody does anything any more', async () => {
    const talk = startCascade();
    await reach(talk);
    await talk.pass(300_000, 1000);
    await expectRest(talk);
  });

  it('says its farewell and is over soon after', async () => {
    const talk = startCascade();
    await reach(talk);
    talk.conversation.end({ reason: 'max_duration', by: 'server' }, 'Time is up.');
    await talk.pass(3000);
    if (name !== 'ending') {
      expect(talk.lines().at(-1)).toBe('assistant: Time is up.');
      expect(talk.endings).toEqual([{ reason: 'max_duration', by: 'server' }]);
    }
    await expectRest(talk);
  });

  it('is over with an apology when every vendor fails', async () => {
    const talk = startCascade({ spareApology });
    await reach(talk);
    for (const part of [...talk.mouths, ...talk.ears]) part.fail();
    await talk.pass(10_000);
    expect(talk.endings).toHaveLength(1);
    await expectRest(talk);
  });
});

type Act = (talk: CascadeTalk) => void | Promise<void>;
const text = fc.constantFrom('yes', 'no wait', 'four one five', 'I would like to', 'It is on Friday.', '');
const reply = fc.integer({ min: 0, max: 3 });
const acts: fc.Arbitrary<[name: string, act: Act]> = fc.oneof(
  text.map((said) => [`heard ${said}`, ({ ears }) => ears[0].tell({ type: 'heard', text: said })] as [string, Act]),
  text.map((said) => [`over ${said}`, ({ ears }) => ears[0].tell({ type: 'turn-over', text: said })] as [string, Act]),
  text.map((said) => [`may ${said}`, (t) => t.ears[0].tell({ type: 'turn-may-be-over', text: said })] as [string, Act]),
  fc.constantFrom<[string, Act]>(
    ['started', ({ ears }) => ears[0].tell({ type: 'speech-started' })],
    ['resumed', ({ ears }) => ears[0].tell({ type: 'turn-resumed' })],
    ['loud', ({ carrier }) => carrier.hear(loud())],
    ['key', ({ carrier }) => carrier.say({ type: 'key', digit: '7' })],
    ['say', ({ conversation }) => void conversation.say('Please wait a moment.')],
    ['ear fails', ({ ears }) => ears[0].fail()],
    ['mouth fails', ({ mouths }) => mouths[0].fail()],
    [
      'mouth stalls',
      ({ mouths }) => {
        mouths[0].isSilent = true;
      },
    ],
  ),
  {
    weight: 4,
    arbitrary: reply.map((back): [string, Act] => [
      `model says ${back}`,
      (t) => t.model.asked.at(-1 - back)?.say('Well, that is it. '),
    ]),
  },
  {
    weight: 2,
    arbitrary: reply.map((back): [string, Act] => [`ends ${back}`, (t) => t.model.asked.at(-1 - back)?.end()]),
  },
  reply.map((back): [string, Act] => [`hangs up ${back}`, (t) => t.model.asked.at(-1 - back)?.callTool('hang_up')]),
  reply.map((back): [string, Act] => [`breaks ${back}`, (t) => t.model.asked.at(-1 - back)?.fail(new Error('broken'))]),
  {
    weight: 5,
    arbitrary: fc.integer({ min: 20, max: 3000 }).map((ms): [string, Act] => [`${ms} ms`, (t) => t.pass(ms, 200)]),
  },
);

describe('whatever happens to a cascade', () => {
  it('ends once everybody falls silent, with nothing left behind and every utterance ended once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(acts, { maxLength: 30 }), fc.boolean(), async (script, hasSpare) => {
        const talk = startCascade({ spareApology: hasSpare ? spareApology : null });
        for (const [, act] of script) await act(talk);
        for (const part of [...talk.ears, ...talk.mouths]) part.fail();
        await talk.pass(200_000, 1000);
        await expectRest(talk);
      }),
      { numRuns: 150 },
    );
  });
});
