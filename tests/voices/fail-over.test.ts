/** Vendors and engines that go away in the middle of a call, and those who go on in their place. */
import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../../src/base/random.ts';
import type { VendorFault, VendorKind, VendorName } from '../../src/simulator/vendors/vendor.ts';
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

/** Who fails, who takes over, and which vendor fails then. */
const takeOvers = [
  ['cascade', 'speech-to-speech', 'stt', 'deepgram'],
  ['cascade', 'agent-bridge', 'tts', 'elevenlabs'],
  ['speech-to-speech', 'cascade', 'agent', 'openai'],
  ['agent-bridge', 'cascade', 'agent', 'elevenlabs'],
  ['speech-to-speech', 'agent-bridge', 'agent', 'openai'],
  ['agent-bridge', 'speech-to-speech', 'agent', 'elevenlabs'],
] as const;
/** Recognizers of every protocol, of which the first fails. */
const otherEars = [
  ['flux', 'ink', 'deepgram'],
  ['nova', 'scribe', 'deepgram'],
  ['ink', 'flux', 'cartesia'],
  ['scribe', 'flux', 'elevenlabs'],
  ['whisper', 'flux', 'openai'],
] as const;
const ofAgents = takeOvers.filter(([, , kind]) => kind === 'agent');

const patient = `answers after 1s
listens
says "I have a question about the bill."
listens
says "And when is it due?"
listens
waits 4s
hangs up`;

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

/** After six moments all over a call every word of the person is noted once, and nobody waits too long. */
async function failAtAnyMoment(
  options: Partial<VirtualCallOptions>,
  { fault, kind, vendor }: { fault: VendorFault; kind: VendorKind; vendor: VendorName },
): Promise<void> {
  const random = createSeededRandom(Number(process.env.VOICES_SEED ?? 1));
  for (let part = 0; part < 6; part += 1) {
    const call = await start(options);
    const ms = Math.floor((part + random.fraction()) * 3000);
    await call.time.run(ms);
    call.box.faults.set(kind, fault, vendor);
    await call.finish(300_000);
    const [turns, truth] = [call.record.turns(), call.truth()];
    expect(compareSaid(turns, truth), `${fault} after ${ms} ms`).toEqual([]);
    expect(longestSilence(turns, truth).ms, `${fault} after ${ms} ms`).toBeLessThanOrEqual(4000);
    expect(await call.leftOver()).toEqual({ timers: 0, sockets: 0 });
  }
}

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

  it.each(takeOvers)('%s is taken over by %s, which hears every word that nobody had told', async (...way) => {
    const [first, second, kind, vendor] = way;
    const call = await start({ engines: [first, second] });
    await hearWords(call, 12);
    call.box.faults.set(kind, fault, vendor);
    const { troubles, turns, truth } = await judge(call);
    expect([...troubles, ...compareSaid(turns, truth)]).toEqual([]);
    expect(call.ending()?.reason).toBe('person_hung_up');
  });

  it.each(ofAgents)('%s is taken over by %s, which answers what was said to nobody', async (...way) => {
    const [first, second, kind, vendor] = way;
    const call = await start({ engines: [first, second], person: patient, answer: (said) => `You said: ${said}` });
    await call.time.run(60_000, () => call.truth().said.length === 2);
    call.box.faults.set(kind, fault, vendor);
    const { troubles, turns, truth, heard } = await judge(call);
    expect([...troubles, ...compareSaid(turns, truth)]).toEqual([]);
    expect(heard).toContain('You said: And when is it due?');
  });

  it.each(ofAgents)('%s is taken over by %s at any moment, and every word of the person is noted once', (...way) => {
    const [first, second, kind, vendor] = way;
    return failAtAnyMoment({ engines: [first, second] }, { fault, kind, vendor });
  });

  it.each(otherEars)('%s hands over to %s at any moment, and every word of the person is noted once', (...way) => {
    const [first, second, vendor] = way;
    return failAtAnyMoment({ ears: [first, second] }, { fault, kind: 'stt', vendor });
  });
});

describe('an engine', () => {
  it('that takes over hears nothing of what was said to an operator', async () => {
    const call = await start({ engines: ['cascade', 'speech-to-speech'] });
    await hearWords(call, 12);
    const operator = call.conversation()?.audio?.join(() => {});
    expect(operator?.takeOver('user:a')).toBe(true);
    await call.time.run(60_000, () => call.truth().said.length === 2);
    await call.time.run(300);
    call.box.faults.set('stt', 'close');
    await call.time.run(3000);
    const words = call.record.turns().filter(({ speaker }) => speaker === 'person');
    expect(words.map(({ text }) => text)).toEqual(['I have a question about the bill.']);
    await call.finish(300_000);
    expect(await call.leftOver()).toEqual({ timers: 0, sockets: 0 });
  });

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
  it.each(faults)('the words that were heard until then are on record (%s)', async (fault) => {
    const call = await start({});
    await call.time.run(7000);
    call.box.faults.set('stt', fault);
    const { turns } = await judge(call);
    expect(call.ending()?.reason).toBe('assistant_failed');
    const said = turns.filter(({ speaker }) => speaker === 'person').map(({ text }) => text);
    expect(said).toEqual([expect.stringMatching(/^I have a/u)]);
  });

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
