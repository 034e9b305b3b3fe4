/** People with their own ways of speaking, and what must happen to them on the cascade. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { startVirtualCall, type VirtualCallOptions } from './virtual-call.ts';
import { compareHeard, compareSaid, longestSilence, oddities } from './what-was-heard.ts';

const longReply =
  'We have you down for Monday at nine, and you can bring your insurance card and come ten minutes early.';

async function talk(person: string, options: Partial<VirtualCallOptions> = {}) {
  const call = await startVirtualCall({
    ...{
      seed: 1,
      engines: ['cascade'],
      person,
      greeting: 'Good morning, this is the clinic, and we call about your visit.',
    },
    answer: (_said, count) => (count === 1 ? longReply : `Reply${count} is this: ${longReply}`),
    ...options,
  });
  await call.finish(600_000);
  const [turns, truth] = [call.record.turns(), call.truth()];
  // A voice that was held goes on with a whole frame: its first milliseconds may have been heard before.
  const odd = oddities(truth).filter((text) => call.counts.false === 0 || !text.includes('a piece of a word'));
  expect([...compareHeard(turns, truth), ...odd]).toEqual([]);
  expect(longestSilence(turns, truth).ms).toBeLessThanOrEqual(4000);
  expect(await call.leftOver()).toEqual({ timers: 0, sockets: 0 });
  const by = (speaker: string) => turns.filter((turn) => turn.speaker === speaker);
  return { call, turns, truth, person: by('person').map(({ text }) => text), assistant: by('assistant') };
}

const ready = (name: string) =>
  readFileSync(new URL(`../../src/simulator/people/${name}.person`, import.meta.url), 'utf8');

describe('somebody who', () => {
  it('says "uh-huh" is not taken to interrupt: every reply is heard to its end', async () => {
    const { assistant, call, truth } = await talk(
      'answers after 1s\nlistens\nsays "When is it?"\nmurmurs after 4 words "Uh-huh."\nlistens\nhangs up',
    );
    expect(assistant.map(({ interrupted }) => interrupted)).toEqual([false, false]);
    expect(truth.heardWords.map(({ text }) => text).join(' ')).toContain(longReply);
    expect(call.counts).toMatchObject({ real: 0 });
  });

  it('coughs is waited for, and the voice goes on where it stopped', async () => {
    const { assistant, call, truth } = await talk(
      'answers after 1s\nlistens\nsays "When is it?"\ncoughs after 5 words\nlistens\nhangs up',
    );
    expect(assistant.map(({ interrupted }) => interrupted)).toEqual([false, false]);
    expect(truth.heardWords.map(({ text }) => text).join(' ')).toContain(longReply);
    expect(call.counts).toMatchObject({ real: 0 });
  });

  it('speaks slowly and reads out a number is not answered in its middle', async () => {
    const { person, truth, turns } = await talk(ready('speaks-slowly'));
    expect(person.filter((text) => text.endsWith('four one five five five five zero one one five.'))).toHaveLength(1);
    expect(compareSaid(turns, truth)).toEqual([]);
  });

  it('reads out a number with pauses is heard to its last digit before an answer', async () => {
    const { person, assistant } = await talk(
      'answers after 1s\nlistens\nsays pausing 800ms "It is four one five … five five five … zero one nine two."\nlistens\nhangs up',
    );
    expect(person).toHaveLength(1);
    expect(person[0]?.match(/\b(zero|one|two|four|five|nine)\b/giu)).toHaveLength(10);
    expect(assistant).toHaveLength(2);
  });

  it('says nothing is asked twice whether they are there, and then said goodbye to', async () => {
    const { assistant, call } = await talk('answers after 1s\nstays silent');
    expect(assistant.map(({ text }) => text)).toEqual([
      'Good morning, this is the clinic, and we call about your visit.',
      'Are you still there?',
      'Hello? Can you hear me?',
      'I cannot hear you, so I will hang up now. Goodbye.',
    ]);
    expect(call.ending()).toEqual({ reason: 'silence', by: 'assistant' });
  });

  it('interrupts is heard, and the rest of the reply is never said', async () => {
    const { assistant, call, person } = await talk(
      'answers after 1s\nlistens\nsays "When is it?"\ninterrupts after 5 words "Sorry, which day was that?"\nlistens\nhangs up',
    );
    expect(person).toEqual(['When is it?', 'Sorry, which day was that?']);
    expect(assistant.map(({ interrupted }) => interrupted)).toEqual([false, true, false]);
    expect(call.counts).toMatchObject({ real: 1 });
  });

  it('says goodbye has the call ended by the assistant, after its last word', async () => {
    const { call, truth } = await talk('answers after 1s\nlistens\nsays "Goodbye."\nlistens\nlistens\nlistens', {
      answer: () => 'Thank you, and goodbye. [tool:hang_up]',
    });
    expect(call.ending()).toEqual({ reason: 'assistant_hung_up', by: 'assistant' });
    expect(truth.heardWords.at(-1)?.text).toBe('goodbye.');
  });
});
