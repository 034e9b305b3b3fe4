/** Vendors and engines that go away in the middle of a call, and those who go on in their place. */
import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../../src/base/random.ts';
import type { VendorFault } from '../../src/simulator/vendors/vendor.ts';
import { impatientPerson } from './agreement.ts';
import { startVirtualCall, type VirtualCall, type VirtualCallOptions } from './virtual-call.ts';
import { compareHeard, compareSaid, longestSilence, oddities } from './what-was-heard.ts';

const person = `answers after 1s
listens
says "I have a question about the bill."
listens
says "And when is it due?"
listens
says "And where do I pay?"
listens
says "Then goodbye."
listens
hangs up`;

const answer = (_said: string, count: number) =>
  `Reply${count} is rather long, so that a vendor can go away in its middle, and it ends with number${count}.`;

const start = (options: Partial<VirtualCallOptions>) =>
  startVirtualCall({
    seed: 1,
    engines: ['cascade'],
    person,
    answer,
    greeting: 'Good morning, this is the clinic.',
    ...options,
  });

/** Waits until so many words were heard. */
const hearWords = (call: VirtualCall, count: number) =>
  call.time.run(120_000, () => call.truth().heardWords.length >= count);

async function judge(call: VirtualCall) {
  await call.finish(300_000);
  const [turns, truth] = [call.record.turns(), call.truth()];
  const silence = longestSilence(turns, truth);
  const troubles = [...compareHeard(turns, truth), ...oddities(truth)];
  expect(await call.leftOver()).toEqual({ timers: 0, sockets: 0 });
  expect(silence.ms).toBeLessThanOrEqual(4000);
  return { turns, truth, troubles, heard: truth.heardWords.map(({ text }) => text).join(' ') };
}

const faults: VendorFault[] = ['close', 'stall'];

describe.each(faults)('in the middle of a call (%s)', (fault) => {
  it('the first recognizer goes away, the second goes on, and no word is lost or noted twice', async () => {
    const call = await start({ ears: ['flux', 'nova'] });
    await hearWords(call, 12);
    call.box.faults.set('stt', fault, 'deepgram');
    const other = await start({ ears: ['flux', 'ink'] });
    await hearWords(other, 12);
    other.box.faults.set('stt', fault, 'deepgram');
    const { troubles, truth, turns } = await judge(other);
    expect([...troubles, ...compareSaid(turns, truth)]).toEqual([]);
    expect(other.ending()?.reason).toBe('person_hung_up');
    expect(other.counts.failures.length).toBeGreaterThan(0);
    await judge(call);
    expect(call.ending()?.reason).toBe('assistant_failed');
  });

  it('the first voice goes away, the second says the rest, and no word is left out or said twice', async () => {
    const call = await start({ mouths: ['elevenlabs', 'sonic'] });
    await hearWords(call, 12);
    call.box.faults.set('tts', fault, 'elevenlabs');
    const { heard, turns } = await judge(call);
    for (const { text } of turns.filter(({ speaker }) => speaker === 'assistant')) expect(heard).toContain(text);
    expect(call.ending()?.reason).toBe('person_hung_up');
  });

  it.each([
    ['cascade', 'speech-to-speech', 'stt'],
    ['cascade', 'agent-bridge', 'tts'],
    ['speech-to-speech', 'cascade', 'agent'],
    ['agent-bridge', 'cascade', 'agent'],
  ] as const)('%s is taken over by %s', async (first, second, kind) => {
    const call = await start({ engines: [first, second] });
    await hearWords(call, 12);
    call.box.faults.set(kind, fault);
    const { troubles, turns } = await judge(call);
    expect(troubles).toEqual([]);
    expect(call.ending()?.reason).toBe('person_hung_up');
    // What is said to a vendor that has stalled is lost with it; whoever takes over hears the person.
    const words = turns.filter(({ speaker }) => speaker === 'person').map(({ text }) => text);
    expect([words[0], words.at(-1)]).toEqual(['I have a question about the bill.', 'Then goodbye.']);
  });
});

describe('an engine', () => {
  it('whose vendor ends it after a long time is begun anew, and goes on with the same conversation', async () => {
    const random = createSeededRandom(1);
    const long = impatientPerson(random, 100);
    const call = await start({ engines: ['speech-to-speech'], person: long });
    await call.time.run(6 * 60_000);
    call.box.faults.set('agent', 'close');
    call.box.faults.set('agent', 'none');
    const said = call.truth().said.length;
    await call.finish(1_200_000);
    expect(call.counts.failures).toEqual(['agent openai vendor/unavailable']);
    expect(call.ending()?.reason).toBe('person_hung_up');
    expect(call.truth().said.length).toBeGreaterThan(said + 10);
    expect([...compareHeard(call.record.turns(), call.truth()), ...oddities(call.truth())]).toEqual([]);
    expect(await call.leftOver()).toEqual({ timers: 0, sockets: 0 });
  });
});

describe('when everybody is gone', () => {
  it('says sorry with the voice that is left, and ends', async () => {
    const call = await start({ engines: ['cascade', 'speech-to-speech'] });
    await hearWords(call, 12);
    call.box.faults.set('stt', 'close');
    call.box.faults.set('agent', 'refused');
    const { truth } = await judge(call);
    expect(call.ending()).toEqual({ reason: 'assistant_failed', by: 'server' });
    expect(truth.heard.length).toBeGreaterThan(0);
  });

  it.each([true, false])('ends without a voice (with sound that says sorry: %s)', async (hasSpareApology) => {
    const call = await start({ hasSpareApology });
    await hearWords(call, 12);
    for (const kind of ['stt', 'tts', 'llm'] as const) call.box.faults.set(kind, 'refused');
    call.box.faults.set('tts', 'close');
    const { truth } = await judge(call);
    expect(call.ending()).toEqual({ reason: 'assistant_failed', by: 'server' });
    expect(truth.heard.some(({ text }) => text.startsWith('['))).toBe(hasSpareApology);
  });
});
