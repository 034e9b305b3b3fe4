import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/log.ts';
import type { TextToSpeech } from '../../ports/text-to-speech.ts';
import { createFakeMouths } from '../testing/fake-speech.ts';
import { announceFirst } from './announce-first.ts';
import type { CallRecord } from './call-record.ts';
import type { History } from './history.ts';
import type { AudioLine } from './media/audio-line.ts';
import type { Heard } from './what-was-heard.ts';

const text = 'I am an AI assistant.';
const settle = () => new Promise((resolve) => setImmediate(resolve));

async function start(mouths: TextToSpeech[], takesOver = true) {
  const clock = createFakeClock();
  const done: string[] = [];
  const heard: Heard[] = [];
  let playedBytes = 0;
  const line = {
    play(_utterance: number, sound: Uint8Array) {
      playedBytes += sound.length;
    },
    end: () => done.push('ended'),
    clear: () => done.push('cleared'),
    close: () => done.push('closed'),
  };
  const engine = announceFirst({
    ...{ text, utterance: 1, soundMs: 1500, clock, log: silentLogger, spareApology: null },
    voices: mouths.map((maker) => ({ maker, language: 'en-US', voice: null })),
    line: line as unknown as AudioLine,
    history: { assistant() {}, heard: (_: number, what: Heard) => heard.push(what), close() {} } as unknown as History,
    record: { flushed: async () => {} } as unknown as CallRecord,
    onEnding: async (ending) => void done.push(`call ends: ${ending.reason}`),
    onSaid: () => done.push('said'),
    onFailed: () => {
      done.push('failed');
      return takesOver;
    },
  });
  await settle();
  return { clock, engine, done, heard, playedMs: () => playedBytes / 8 };
}

describe('what the person must be told before an agent speaks', () => {
  it('is played to its end, and only then does the agent begin', async () => {
    const { engine, done, heard, playedMs } = await start([createFakeMouths()]);
    expect(playedMs()).toBe(1000);
    expect(done).toEqual(['ended']);
    engine.hear({ type: 'voice', active: true });
    engine.hear({ type: 'finished', utterance: 1 });
    engine.hear({ type: 'finished', utterance: 1 });
    expect(done).toEqual(['ended', 'said']);
    expect(heard).toEqual([{ known: null, isExact: true }]);
  });

  it('is said by the next voice where one fails or is silent', async () => {
    const silent = Object.assign(createFakeMouths(), { isSilent: true });
    const broken = createFakeMouths();
    const good = createFakeMouths();
    const { clock, done } = await start([silent, broken, good]);
    clock.advance(1500);
    broken.fail();
    await settle();
    expect(good.said).toEqual([text]);
    expect(done).toEqual(['ended']);
  });

  it('that nobody can say leaves the call to the next engine, or ends it', async () => {
    expect((await start([])).done).toEqual(['failed']);
    const { done } = await start([], false);
    await settle();
    expect(done).toEqual(['failed', 'cleared', 'call ends: assistant_failed', 'closed']);
  });

  it('is not taken for heard where the person hangs up in the middle of it', async () => {
    const { engine, done, heard } = await start([createFakeMouths()]);
    engine.hear({ type: 'played', utterance: 1, playedMs: 400 });
    engine.hear({ type: 'closed', clean: true });
    await settle();
    expect(heard).toEqual([{ known: text.slice(0, 8), isExact: false }]);
    expect(done).not.toContain('said');
    expect(await engine.conversation.over).toEqual({ reason: 'person_hung_up', by: 'person' });
  });
});
