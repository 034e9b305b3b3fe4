/** A cascade that takes over from an engine which never told what the person said last. */
import { describe, expect, it } from 'vitest';
import { startCascade } from '../testing/start-cascade.ts';
import { UntoldSound } from './untold-sound.ts';

/** A second of silence, a second and a half of voice, and so much silence. */
function spoken(silentMs: number) {
  const untold = new UntoldSound();
  for (let atMs = 0; atMs < 2500 + silentMs; atMs += 20) {
    untold.hear(new Uint8Array(160));
    if (atMs === 1040) untold.voice(true);
    if (atMs === 2800) untold.voice(false);
  }
  return untold;
}

const takeOver = (options: Parameters<typeof startCascade>[0]) =>
  startCascade({ resumed: true, personWaits: true, ...options });

describe('a cascade that takes over', () => {
  it('hears first what was said before, and answers that once it knows the words', async () => {
    const talk = takeOver({ untold: spoken(2000) });
    expect(talk.ears[0].heardMs).toBe(3800);
    await talk.pass(500);
    expect(talk.model.asked).toHaveLength(0);
    await talk.says('When is it?');
    await talk.answer('On Friday.');
    expect(talk.lines()).toEqual(['person: When is it?', 'assistant: On Friday.']);
    expect(talk.model.asked).toHaveLength(1);
  });

  it('lets its next recognizer hear it when the first one fails, and nothing that is told', async () => {
    const talk = takeOver({ untold: spoken(2000) });
    talk.ears[0].fail();
    expect(talk.ears[1].heardMs).toBe(4500);
    const told = takeOver({ untold: spoken(2000) });
    await told.says('When is it?');
    told.ears[0].fail();
    expect(told.ears[1].heardMs).toBe(0);
  });

  it('waits for the end of what they are saying', async () => {
    const talk = takeOver({ untold: spoken(200) });
    await talk.pass(5000);
    expect(talk.model.asked).toHaveLength(0);
    await talk.says('When is it?');
    expect(talk.model.asked).toHaveLength(1);
  });

  it('goes on within two seconds when there were no words in it', async () => {
    const talk = takeOver({ untold: spoken(2000) });
    await talk.pass(1000);
    talk.ears[0].tell({ type: 'turn-over', text: '' });
    await talk.pass(100);
    expect(talk.model.asked).toHaveLength(1);
    const mute = takeOver({ untold: spoken(2000) });
    await mute.pass(2000);
    expect(mute.model.asked).toHaveLength(1);
  });

  it('goes on at once when nobody had spoken', async () => {
    const untold = new UntoldSound();
    for (let frame = 0; frame < 100; frame += 1) untold.hear(new Uint8Array(160));
    const talk = takeOver({ untold });
    await talk.pass(100);
    expect([talk.model.asked.length, talk.ears[0].heardMs]).toEqual([1, 0]);
  });
});
