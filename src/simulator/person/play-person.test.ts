import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createVirtualNetwork, relayApplication } from '../testing/virtual-network.ts';
import { parsePerson } from './parse-person.ts';
import type { Converse } from './person.ts';

const reply = 'I hear you and this is an answer of a few words.';

/** A polite application: greets, answers every prompt and every key, never ends the call. */
function talkative() {
  return relayApplication(
    (frame, send) => {
      if (frame.type === 'setup')
        send({ type: 'text', token: 'Good morning, this is the test calling you.', last: true });
      if (frame.type === 'prompt' || (frame.type === 'dtmf' && frame.digit !== '4' && frame.digit !== '2')) {
        send({ type: 'text', token: reply, last: true });
      }
    },
    { attributes: 'dtmfDetection="true"' },
  );
}

function scriptOf(name: string): string {
  return readFileSync(new URL(`../people/${name}.person`, import.meta.url), 'utf8');
}

async function play(script: string, ms = 120_000, application = talkative()) {
  const { network, pass, call, clock } = createVirtualNetwork(application, script);
  const sid = await call();
  await pass(ms);
  const { record } = network.find(sid)!;
  return { application, record, network, clock, said: record.said.map(({ text }) => text) };
}

const hurried = `answers after 2s
says "Hello?"
listens
says "Yes, this is Sarah. What is it about?"
interrupts after 6 words "Sorry, how much was it again?"
listens
says "And when is it due?"
listens
hangs up`;

describe('a person in a hurry', () => {
  it('says all lines in order, interrupts once after six words, and hangs up', async () => {
    const { record, said } = await play(hurried);
    expect(said).toEqual([
      'Hello?',
      'Yes, this is Sarah. What is it about?',
      'Sorry, how much was it again?',
      'And when is it due?',
    ]);
    expect(record).toMatchObject({ status: 'completed', endedBy: 'person' });
    const interrupted = record.heard.filter(({ end }) => end === 'interrupted');
    expect(interrupted).toHaveLength(1);
    expect(interrupted[0]!.text.trim().split(' ')).toHaveLength(6);
    expect(record.said.every(({ reachedApp }) => reachedApp)).toBe(true);
  });
});

describe('each ready person', () => {
  it.each([
    ['sarah-johnson', 'completed', 'person'],
    ['patient-questions', 'completed', 'person'],
    ['asks-not-to-be-called', 'completed', 'person'],
    ['hangs-up-early', 'completed', 'person'],
    ['presses-keys', 'completed', 'person'],
    ['says-uh-huh', 'completed', 'person'],
    ['coughs', 'completed', 'person'],
    ['speaks-slowly', 'completed', 'person'],
    ['nonsense', 'completed', 'person'],
    ['voicemail', 'completed', 'person'],
    ['iphone-screener', 'completed', 'person'],
    ['pixel-screener', 'completed', 'person'],
    ['phone-menu', 'completed', 'person'],
    ['fax', 'completed', 'person'],
    ['silent', 'in-progress', null],
    ['busy', 'busy', 'network'],
    ['no-answer', 'no-answer', 'network'],
    ['declines', 'busy', 'person'],
    ['unreachable', 'failed', 'network'],
  ])('%s ends %s', async (...[name, status, endedBy]) => {
    const { record, network, clock } = await play(scriptOf(name));
    expect(record).toMatchObject({ status, endedBy });
    network.stop();
    await new Promise((resolve) => setImmediate(resolve));
    expect(clock.pendingTimers).toBe(0);
  });

  it('nonsense says things that are long, empty or in another script', async () => {
    const { said } = await play('answers after 1s\ntalks nonsense for 20min', 1_200_000);
    expect(said).toContain('');
    expect(said.some((text) => text.length > 200)).toBe(true);
    expect(said.some((text) => /[^\p{ASCII}]/u.test(text))).toBe(true);
  });

  it('presses-keys presses them only after listening', async () => {
    const { record, application } = await play(scriptOf('presses-keys'));
    expect(record.keys.map(({ digit }) => digit).join('')).toBe('142#');
    expect(application.frames.filter(({ type }) => type === 'interrupt')).toEqual([]);
  });
});

describe('a call in virtual time', () => {
  it('goes exactly the same way again for the same seed, whatever nonsense is talked', async () => {
    const first = await play(scriptOf('nonsense'));
    expect(first.record.relayFrames.length).toBeGreaterThan(20);
    expect((await play(scriptOf('nonsense'))).record).toEqual(first.record);
  });
});

/** A call of an application that greets, and afterwards says something when the test has it do so. */
async function talkBy(script: string) {
  let say: (text: string) => void = () => {};
  const application = relayApplication((frame, send) => {
    say = (text) => send({ type: 'text', token: text, last: true });
    if (frame.type === 'setup') say('Good morning.');
  });
  const { network, pass, call } = createVirtualNetwork(application, script);
  const { record } = network.find(await call())!;
  const said = () => record.said.map(({ text }) => text);
  return { record, said, pass, say: (text: string) => say(text) };
}

describe('a person who listens', () => {
  it('twice in a row waits for another utterance each time', async () => {
    const { record, said, pass, say } = await talkBy('answers after 1s\nlistens\nlistens\nsays "Both."\nlistens');
    await pass(20_000);
    expect(said()).toEqual([]);
    say('And here is the second.');
    await pass(10_000);
    expect(record.heard.map(({ text }) => text.trim())).toEqual(['Good morning.', 'And here is the second.']);
    expect(said()).toEqual(['Both.']);
  });

  it('to certain words waits until they were said, whichever utterance they are in', async () => {
    const { record, said, pass, say } = await talkBy(
      'answers after 1s\nlistens to "ON MONDAY at"\nsays "Fine."\nlistens',
    );
    await pass(20_000);
    expect(said()).toEqual([]);
    say('You come on Monday at nine.');
    await pass(10_000);
    expect(said()).toEqual(['Fine.']);
    expect(record.said[0]!.startedAtMs).toBeGreaterThan(record.heard.at(-1)!.endedAtMs);
  });
});

describe('a person who hears nothing', () => {
  it('asks once when the patience is over and hangs up when it is over again', async () => {
    const { record, said } = await play(
      'answers after 1s\npatience 10s\nlistens',
      60_000,
      relayApplication(() => {}),
    );
    expect(said).toEqual(['Hello?']);
    expect(record.endedBy).toBe('person');
    expect(record.said[0]!.startedAtMs - record.answeredAtMs!).toBe(10_100);
    expect(record.endedAtMs! - record.said[0]!.endedAtMs).toBe(10_000);
  });

  it('speaks when the utterance ends that was too short to interrupt', async () => {
    const application = relayApplication((frame, send) => {
      if (frame.type === 'setup') send({ type: 'text', token: 'Two words.', last: true });
    });
    const { record } = await play('answers after 1s\ninterrupts after 9 words "What?"\nhangs up', 20_000, application);
    const afterMs = record.said[0]!.startedAtMs - record.heard[0]!.endedAtMs;
    expect(afterMs).toBeGreaterThanOrEqual(0);
    expect(afterMs).toBeLessThanOrEqual(10);
    expect(application.frames.some(({ type }) => type === 'interrupt')).toBe(false);
  });

  it('on a voicemail records half a minute after greeting and beep', async () => {
    const { record } = await play('answers after 1s\nis a voicemail "Leave a message."');
    expect(record.endedAtMs! - record.said[0]!.endedAtMs).toBe(31_000);
  });
});

describe('a person who decides by what they hear', () => {
  const application = () =>
    relayApplication((frame, send) => {
      if (frame.type === 'setup') send({ type: 'text', token: 'Good morning.', last: true });
      if (frame.type === 'prompt') send({ type: 'text', token: `You said ${frame.voicePrompt}`, last: true });
    });

  async function talk(converses: Converse, hear = application()) {
    const person = { ...parsePerson('tested', 'answers after 1s\npatience 10s'), converses };
    const { network, pass, call } = createVirtualNetwork(hear, 'listens', { defaultPerson: person });
    const sid = await call();
    await pass(60_000);
    return network.find(sid)!.record;
  }

  it('is given all that was said, turn by turn, and hangs up when they want', async () => {
    const known: string[] = [];
    const record = await talk({
      opens: true,
      decide(said) {
        known.push(said.map(({ by, text }) => `${by}: ${text}`).join(' | '));
        return [{ say: 'Hello?' }, {}, { say: 'Bye.', hangUp: true }][known.length - 1] ?? { hangUp: true };
      },
    });
    expect(known[0]).toBe('');
    expect(known[1]).toMatch(/^person: Hello\? \| application: /);
    expect(record).toMatchObject({ status: 'completed', endedBy: 'person' });
    expect(record.said.map(({ text }) => text)).toEqual(expect.arrayContaining(['Hello?', 'Bye.']));
  });

  it('and who hears nothing more hangs up when the patience is over', async () => {
    const silent = relayApplication(() => {});
    const record = await talk({ opens: false, decide: () => ({ say: 'Yes?' }) }, silent);
    expect(record.said.map(({ text }) => text)).toEqual(['Hello?']);
    expect(record.endedBy).toBe('person');
  });
});
