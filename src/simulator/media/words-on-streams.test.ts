import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWordEar } from '../../audio/word-ear.ts';
import { parsePerson } from '../person/parse-person.ts';
import { type StreamFrame, type StreamTalk, streamApplication } from '../testing/stream-application.ts';
import { createVirtualNetwork } from '../testing/virtual-network.ts';

const hangsOn = 'answers after 1s\nstays silent';
const greeting = 'Good morning, this is the test calling you about nothing at all.';

/** A call whose application acts at the start of its stream, and then at each 20 ms that are named. */
async function play(
  script: string,
  acts: Record<number, (talk: StreamTalk) => void>,
  { ms = 20_000, document }: { ms?: number; document?: string } = {},
) {
  const application = streamApplication((frame, talk) => {
    if (frame.event === 'start') acts[0]?.(talk);
    if (frame.media) acts[Number(frame.media.chunk)]?.(talk);
  }, document);
  const { network, pass, call } = createVirtualNetwork(application, script);
  const sid = await call();
  await pass(ms);
  network.stop();
  const { record } = network.find(sid)!;
  return {
    record,
    application,
    heardByApp: wordsOf(application.frames),
    problems: record.errors.map(({ message }) => message),
  };
}

/** What an application hears whole. */
function wordsOf(frames: readonly StreamFrame[]): string {
  const heard: string[] = [];
  const ear = createWordEar(({ type, text }) => {
    if (type === 'word-heard') heard.push(text);
  });
  for (const { media } of frames) if (media) ear.hear(Buffer.from(media.payload, 'base64'));
  return heard.join(' ');
}

const words = (text: string) => text.split(' ');

describe('what the person says on a stream', () => {
  it('reaches the application with every word in its sound', async () => {
    const { heardByApp, record } = await play(
      'answers after 1s\nwaits 2s\nsays "Yes, this is Sarah Johnson."\nwaits 1s\nsays "Привет, wie geht’s?"\nstays silent',
      {},
    );
    expect(heardByApp).toBe('Yes, this is Sarah Johnson. Привет, wie geht’s?');
    expect(record.said.map(({ reachedApp }) => reachedApp)).toEqual([true, true]);
  });

  it('is heard from its first word on, wherever between its own frames the common tick falls', async () => {
    const script = (answersMs: number) =>
      `answers after ${answersMs / 1000}s\ninterrupts after 3 words "Wait for me."\nstays silent`;
    const To = '+15005550101';
    for (const phaseMs of [0.3, 0.6, 0.9, 10, 19.3, 19.6]) {
      const application = streamApplication((frame, { say }) => {
        if (frame.event === 'start') say(greeting);
      });
      const people = new Map([[To, parsePerson('other', script(1000 + phaseMs))]]);
      const { network, clock, call } = createVirtualNetwork(application, script(1000), { people });
      const sids = [await call(), await call({ To })];
      // So that whoever waits for a promise begins to speak at the very moment of a tick.
      for (let passedMs = 0; passedMs < 6000; passedMs += 0.25) {
        clock.advance(0.25);
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
      network.stop();
      for (const sid of sids) {
        const { sid: streamSid } = network.find(sid)!.record.streams[0]!;
        expect([phaseMs, wordsOf(application.frames.filter((frame) => frame.streamSid === streamSid))]).toEqual([
          phaseMs,
          'Wait for me.',
        ]);
      }
    }
  });

  it('before it was opened has reached it only in part', async () => {
    const { heardByApp, record } = await play('answers after 1s\nsays "Hello, who is calling me?"\nstays silent', {});
    expect('Hello, who is calling me?').toContain(heardByApp);
    expect(heardByApp.length).toBeLessThan(25);
    expect(record.said[0]!.reachedApp).toBe(false);
  });

  it('with a pause in the middle is one utterance, with silence where the pause is', async () => {
    const { heardByApp, record } = await play(
      'answers after 1s\nwaits 2s\nsays pausing 2s "It is … four one five."\nhangs up',
      {},
    );
    expect(heardByApp).toBe('It is four one five.');
    const [said] = record.said;
    expect(said).toMatchObject({ text: 'It is four one five.' });
    const spokenMs = said!.endedAtMs - said!.startedAtMs;
    expect(Math.abs(spokenMs - 2000 - (20 * 1000) / 15)).toBeLessThan(100);
  });

  it('is nothing when the person coughs, though it is loud', async () => {
    const { heardByApp, record, application } = await play('answers after 1s\nwaits 2s\ncoughs\nhangs up', {});
    expect(heardByApp).toBe('');
    expect(record.said).toEqual([]);
    const loud = application.frames.filter(({ media }) => media && media.payload !== `${'/'.repeat(213)}w==`);
    expect(loud.length * 20).toBeGreaterThanOrEqual(300);
  });
});

describe('what the application says on a stream', () => {
  it('is in the record word by word, with the moment at which each was heard', async () => {
    const { record, problems } = await play(hangsOn, { 0: ({ say }) => say(greeting) });
    expect(record.heard).toMatchObject([{ source: 'stream', text: greeting, cutOff: '', end: 'played' }]);
    expect(record.heardWords.map(({ text }) => text)).toEqual(words(greeting));
    const [heard] = record.heard;
    const last = record.heardWords.at(-1)!;
    expect(Math.abs(last.atMs - heard!.startedAtMs - (greeting.length * 1000) / 15)).toBeLessThanOrEqual(20);
    expect(problems).toEqual([]);
  });

  it('and takes back has only the words that were heard before, at whatever moment', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 20, max: 212 }), async (chunk) => {
        const { record, problems } = await play(
          hangsOn,
          { 0: ({ say }) => say(greeting), [chunk]: ({ send }) => send('clear') },
          { ms: 10_000 },
        );
        const [heard] = record.heard;
        expect(heard!.end).toBe('interrupted');
        const whole = heard!.text === '' ? [] : words(heard!.text);
        expect(words(greeting).slice(0, whole.length)).toEqual(whole);
        if (heard!.cutOff !== '') expect(words(greeting)[whole.length]).toBe(heard!.cutOff);
        const heardMs = heard!.endedAtMs - heard!.startedAtMs;
        const longestWordMs = (8 * 1000) / 15;
        expect((whole.join(' ').length * 1000) / 15).toBeGreaterThan(heardMs - longestWordMs - 100);
        expect(problems).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it('twice, in the wrong order, in part or too late is a problem that is told', async () => {
    let sound = new Uint8Array();
    const { problems } = await play(hangsOn, {
      0: ({ say }) => {
        sound = Uint8Array.from(say('One two three.'));
      },
      100: ({ play: again }) => again(sound.subarray(0, 3200)),
      200: ({ say }) => say('Four.'),
      300: ({ play: again }) => again(sound.subarray(4500, 4500 + 320)),
      400: ({ play: again }) => again(sound),
    });
    expect(problems.map((problem) => problem.replace('Stream: ', ''))).toEqual([
      '"One" was heard twice',
      '"two" was not heard whole',
      'a piece of a word was heard that had not been begun',
      '"One" was heard after words of a newer speech',
      '"two" was heard after words of a newer speech',
      '"three." was heard after words of a newer speech',
    ]);
  });

  it('with a hole in it tells which words were lost', async () => {
    const { record, problems } = await play(hangsOn, {
      0: ({ say, send, play: go }) => {
        const sound = say('One two three four.');
        send('clear');
        go(sound.subarray(0, 2200));
        go(sound.subarray(7000));
      },
    });
    expect(record.heard).toMatchObject([{ text: 'One four.' }]);
    expect(problems.at(-1)).toBe('Stream: 2 words before "four." were not heard');
  });

  it('is counted by the person in words, and talked over after as many of them', async () => {
    const { record } = await play('answers after 1s\ninterrupts after 3 words "Wait."\nhangs up', {
      0: ({ say }) => say(greeting),
    });
    const third = record.heardWords[2]!;
    expect(third.text).toBe('this');
    expect(Math.abs(record.said[0]!.startedAtMs - third.atMs)).toBeLessThanOrEqual(40);
  });

  it('is murmured to after so many words, and listened to until it is quiet for 0.6 s', async () => {
    const { record } = await play(
      'answers after 1s\nmurmurs after 2 words "Uh-huh."\nlistens\nsays "I see."\nhangs up',
      {
        0: ({ say }) => say(greeting),
      },
    );
    expect(record.heard).toMatchObject([{ text: greeting, end: 'played' }]);
    const [murmur, answer] = record.said;
    expect(Math.abs(murmur!.startedAtMs - record.heardWords[1]!.atMs)).toBeLessThanOrEqual(40);
    expect(Math.abs(answer!.startedAtMs - record.heard[0]!.endedAtMs - 600)).toBeLessThanOrEqual(40);
  });

  it('is written down by a transcription of the call', async () => {
    const document =
      '<Start><Transcription statusCallbackUrl="/transcript"/></Start><Connect><Stream url="wss://app.test/media"/></Connect>';
    const { record } = await play(
      'answers after 1s\nlistens\nsays "I see."\nwaits 2s\nhangs up',
      { 0: ({ say }) => say(greeting) },
      { document },
    );
    const written = record.webhooks
      .filter(({ kind }) => kind === 'transcription')
      .flatMap(({ parameters }) => (parameters.TranscriptionData ? [JSON.parse(parameters.TranscriptionData)] : []));
    expect(written.map(({ transcript }) => transcript)).toEqual([greeting, 'I see.']);
  });
});
