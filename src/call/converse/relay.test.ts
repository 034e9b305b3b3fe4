import { describe, expect, it } from 'vitest';
import { settled } from '../testing/fake-model.ts';
import { carrierSid, setup, startTalk, type Talk } from '../testing/start-talk.ts';

const played = (text: string) => ({ type: 'text-played', text }) as const;
const prompt = (text: string) => ({ type: 'prompt', text, last: true }) as const;
const lines = (talk: Talk) => talk.record.turns().map((turn) => `${turn.speaker}: ${turn.heard_text}`);

/** The opening words were said and heard. */
async function greet(talk: Talk) {
  talk.line.receive(setup);
  await talk.model.last().say('Hello Sarah.');
  await talk.model.last().end();
  talk.line.receive(played('Hello Sarah.'));
}

/** What must hold when a conversation is over, whatever ended it. */
async function expectRest(talk: Talk) {
  await settled();
  expect(talk.over()).not.toBeNull();
  expect(talk.clock.pendingTimers).toBe(0);
  expect(talk.line.closedByUs).toEqual({ code: 1000, reason: 'conversation over' });
  const frames = talk.line.sent().length;
  const entries = talk.record.entries.length;
  talk.line.receive(prompt('Anyone?'));
  talk.line.close(true);
  for (const asked of talk.model.asked) {
    await asked.say('late words');
    await asked.end();
  }
  talk.clock.advance(3_600_000);
  expect(talk.line.sent()).toHaveLength(frames);
  expect(talk.record.entries).toHaveLength(entries);
  expect(talk.record.turns().every((turn) => turn.ended_at !== null)).toBe(true);
}

describe('a relay conversation', () => {
  it('passes words on as they come and closes the utterance with an empty last piece', async () => {
    const talk = startTalk();
    await greet(talk);
    expect(talk.line.sent()).toEqual([
      { type: 'text', text: 'Hello Sarah.', last: false },
      { type: 'text', text: '', last: true },
    ]);
    expect(lines(talk)).toEqual(['assistant: Hello Sarah.']);
  });

  it('says the greeting of its call word for word, without asking the model, which hears of it later', async () => {
    const talk = startTalk({ greeting: 'Hello John Doe.' });
    talk.line.receive(setup);
    expect(talk.line.sent()).toEqual([{ type: 'text', text: 'Hello John Doe.', last: true }]);
    expect(talk.model.asked).toHaveLength(0);
    talk.line.receive(played('Hello John Doe.'));
    talk.line.receive(prompt('Who is it?'));
    expect(talk.model.last().request.messages.slice(1)).toEqual([
      { role: 'assistant', content: 'Hello John Doe.' },
      { role: 'user', content: 'Who is it?' },
    ]);
  });

  it('says what it is told from outside, in the place of what was being said', async () => {
    const talk = startTalk();
    await greet(talk);
    talk.line.receive(prompt('Who is it?'));
    await talk.model.last().say('I am calling');
    expect(talk.conversation.say('Please hold the line.')).toBe(true);
    expect(talk.model.asked.at(-1)?.request.signal.aborted).toBe(true);
    expect(talk.line.sent().at(-1)).toEqual({ type: 'text', text: 'Please hold the line.', last: true });
    talk.line.receive(played('I am calling'));
    talk.line.receive(played('Please hold the line.'));
    expect(lines(talk).at(-1)).toBe('assistant: Please hold the line.');
  });

  it('tells the model who it is, then only what was heard', async () => {
    const talk = startTalk();
    talk.line.receive(setup);
    await talk.model.last().say('Hello Sarah, this is a long sentence.');
    talk.line.receive({ type: 'interrupt', heardText: 'Hello Sarah,', afterMs: 700 });
    talk.line.receive(prompt('Who is it?'));
    expect(talk.model.asked).toHaveLength(2);
    expect(talk.model.last().request.messages).toEqual([
      { role: 'system', content: 'You are an assistant.' },
      { role: 'assistant', content: 'Hello Sarah,' },
      { role: 'user', content: 'Who is it?' },
    ]);
    expect(talk.model.asked[0]?.request.signal.aborted).toBe(true);
  });

  it('drops a reply whose first word comes after the interruption that cancelled it', async () => {
    const talk = startTalk();
    await greet(talk);
    talk.line.receive(prompt('How much is it?'));
    const cancelled = talk.model.last();
    talk.line.receive(prompt('I mean the total.'));
    await cancelled.say('It is four dollars.');
    await cancelled.end();
    await talk.model.last().say('Twelve dollars.');
    expect(talk.line.words()).toBe('Hello Sarah.Twelve dollars.');
    expect(talk.record.turns().map((turn) => turn.text)).not.toContain('It is four dollars.');
  });

  it('closes the words that filled a wait when their reply is cancelled, so that the next ones stand alone', async () => {
    const talk = startTalk();
    await greet(talk);
    talk.line.receive(prompt('How much is it?'));
    talk.clock.advance(talk.policy.fillerAfterMs);
    talk.line.receive(prompt('Never mind.'));
    await talk.model.last().say('Fine.');
    expect(talk.line.sent().slice(2)).toEqual([
      { type: 'text', text: talk.policy.filler, last: false },
      { type: 'text', text: '', last: true },
      { type: 'text', text: 'Fine.', last: false },
    ]);
  });

  it('does not end the call before its last words were played when filler came before them', async () => {
    const talk = startTalk();
    await greet(talk);
    talk.line.receive(prompt('Bye.'));
    talk.clock.advance(talk.policy.fillerAfterMs);
    await talk.model.last().say('Goodbye, Sarah.');
    await talk.model.last().callTool('hang_up');
    await talk.model.last().end();
    talk.line.receive(played('One moment, please. '));
    talk.line.receive(played('Goodbye, '));
    expect(talk.line.sent().at(-1)?.type).toBe('text');
    talk.line.receive(played('Sarah.'));
    expect(talk.line.sent().at(-1)).toEqual({ type: 'end', reason: 'assistant_hung_up' });
  });

  it('counts filler that was played before the reply began', async () => {
    const talk = startTalk();
    await greet(talk);
    talk.line.receive(prompt('Bye.'));
    talk.clock.advance(talk.policy.fillerAfterMs);
    talk.line.receive(played(talk.policy.filler));
    await talk.model.last().say('Goodbye.');
    await talk.model.last().callTool('hang_up');
    await talk.model.last().end();
    talk.line.receive(played('Goodbye.'));
    expect(talk.line.sent().at(-1)).toEqual({ type: 'end', reason: 'assistant_hung_up' });
  });

  it('does not take late words of an utterance that was given up for the end of the goodbye', async () => {
    const talk = startTalk();
    talk.line.receive(setup);
    await talk.model.last().say('I am calling about your order.');
    talk.line.receive(played('I am '));
    talk.line.receive(prompt('Not now, bye.'));
    await talk.model.last().say('Bye.');
    await talk.model.last().callTool('hang_up');
    await talk.model.last().end();
    talk.line.receive(played('calling '));
    expect(talk.line.sent().at(-1)?.type).toBe('text');
    talk.line.receive(played('Bye.'));
    expect(talk.line.sent().at(-1)?.type).toBe('end');
    expect(lines(talk)).toEqual(['assistant: I am calling', 'person: Not now, bye.', 'assistant: Bye.']);
  });

  it('times the answer from the last thing the person said', async () => {
    const talk = startTalk();
    await greet(talk);
    talk.line.receive(prompt('Wait.'));
    talk.clock.advance(2000);
    talk.line.receive(prompt('How much is it?'));
    talk.clock.advance(300);
    await talk.model.last().say('Twelve dollars.');
    expect(talk.record.turns().at(-1)).toMatchObject({ speaker: 'assistant', reply_ms: 300 });
  });

  it('closes a socket that belongs to another call', () => {
    const talk = startTalk();
    talk.line.receive({ ...setup, carrierSid: `${carrierSid.slice(0, -1)}0` });
    expect(talk.line.closedByUs).toEqual({ code: 1008, reason: 'another call' });
    expect(talk.model.asked).toHaveLength(0);
  });

  it('closes the socket after twenty frames in a row that make no sense, not before', async () => {
    const talk = startTalk();
    await greet(talk);
    for (let frame = 0; frame < 19; frame += 1) talk.line.receiveFrame('{');
    talk.line.receive({ type: 'person-speaking', speaking: false });
    for (let frame = 0; frame < 19; frame += 1) talk.line.receiveFrame('{');
    expect(talk.line.closedByUs).toBeNull();
    talk.line.receiveFrame('{');
    expect(talk.line.closedByUs).toMatchObject({ code: 1008 });
  });

  it('takes characters that no database takes out of everything it keeps', async () => {
    const talk = startTalk();
    talk.line.receive(setup);
    await talk.model.last().say('Hi\0 there\ud83d.');
    talk.line.receive({ type: 'interrupt', heardText: 'Hi\0', afterMs: 1 });
    talk.line.receive(prompt(`\0${'\u{1f600}'.repeat(5000)}\ud83d`));
    await settled();
    const kept = JSON.stringify([talk.record.turns(), talk.record.events, talk.record.entries]);
    expect(kept).not.toContain('\\u0000');
    expect(kept).not.toMatch(/\\+ud[89a-f]/i);
    expect(talk.line.words()).toBe('Hi there\ufffd.');
  });

  it('asks once more when the model fails at once, apologises when it fails again, and ends', async () => {
    const talk = startTalk();
    talk.line.receive(setup);
    await talk.model.last().fail(new Error('broken'));
    expect(talk.model.asked).toHaveLength(2);
    await talk.model.last().fail(new Error('broken'));
    expect(talk.line.words()).toBe(talk.policy.apology);
    talk.line.receive(played(talk.policy.apology));
    expect(talk.endings).toEqual([{ reason: 'assistant_failed', by: 'server' }]);
    talk.line.close(true);
    await expectRest(talk);
  });

  it('survives a model that throws instead of streaming', async () => {
    const talk = startTalk();
    talk.model.reply = () => {
      throw new Error('not configured');
    };
    talk.line.receive(setup);
    await settled();
    await settled();
    expect(talk.line.words()).toBe(talk.policy.apology);
  });

  it('keeps the log numbers going where an earlier session of the call stopped', async () => {
    const talk = startTalk({ logSeq: 17, resumed: true });
    talk.line.receive(setup);
    expect(talk.record.entries.map((entry) => entry.seq)).toEqual([18]);
  });
});

type Phase = [name: string, reach: (talk: Talk) => Promise<void>];

const phases: Phase[] = [
  ['connecting', async () => {}],
  ['thinking', async (talk) => talk.line.receive(setup)],
  [
    'thinking behind a filler',
    async (talk) => {
      talk.line.receive(setup);
      talk.clock.advance(talk.policy.fillerAfterMs);
    },
  ],
  [
    'speaking',
    async (talk) => {
      talk.line.receive(setup);
      await talk.model.last().say('Hello Sarah, how are you?');
      talk.line.receive(played('Hello '));
    },
  ],
  ['listening', greet],
  [
    'listening to keys',
    async (talk) => {
      await greet(talk);
      talk.line.receive({ type: 'key', digit: '1' });
    },
  ],
  [
    'ending',
    async (talk) => {
      await greet(talk);
      talk.conversation.end({ reason: 'server_stopped', by: 'server' }, null);
    },
  ],
];

describe.each(phases)('a conversation that is %s', (name, reach) => {
  it.each([true, false])('is over when the socket closes (clean: %s)', async (clean) => {
    const talk = startTalk();
    await reach(talk);
    talk.line.close(clean);
    await settled();
    const expected = clean ? 'person_hung_up' : 'connection_failed';
    expect(talk.over()?.reason).toBe(name === 'ending' ? 'server_stopped' : expected);
    await expectRest(talk);
  });

  it('is over when the carrier says so while its socket looks alive', async () => {
    const talk = startTalk();
    await reach(talk);
    talk.conversation.disconnected(false);
    await expectRest(talk);
  });

  it('comes to an end by itself when nobody does anything any more', async () => {
    const talk = startTalk();
    await reach(talk);
    for (let seconds = 0; seconds < 300; seconds += 1) {
      talk.clock.advance(1000);
      await settled();
    }
    await expectRest(talk);
  });

  it('says its farewell at the longest duration and is over soon after', async () => {
    const talk = startTalk({ maxDurationMs: 20_000 });
    await reach(talk);
    // The person is heard to speak all the time, so no silence ends the call.
    for (let ms = 0; ms < 60_000; ms += 500) {
      talk.clock.advance(500);
      if (!talk.over()) talk.line.receive({ type: 'person-speaking', speaking: true });
      await settled();
    }
    if (name !== 'connecting' && name !== 'ending') {
      expect(talk.over()).toEqual({ reason: 'max_duration', by: 'server' });
      expect(talk.line.words()).toContain(talk.policy.outOfTime);
    }
    await expectRest(talk);
  });
});

it('is over at once, with no timer left, on a socket that is closed before anyone listens', async () => {
  const talk = startTalk({ socketIsClosed: true });
  await expectRest(talk);
  expect(talk.over()?.reason).toBe('connection_failed');
});
