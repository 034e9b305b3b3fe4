/** What holds for every order in which person, model and voice may act. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { settled } from '../testing/fake-model.ts';
import { setup, startTalk, type Talk } from '../testing/start-talk.ts';

type Act =
  | { type: 'person-says' | 'interrupts' | 'presses-key' }
  | { type: 'model-says' | 'model-ends' | 'model-fails'; reply: number }
  | { type: 'voice-plays'; words: number }
  | { type: 'time-passes'; ms: number };

const reply = fc.integer({ min: 0, max: 5 });
const quietAct: fc.Arbitrary<Act> = fc.oneof(
  fc.constantFrom<Act>({ type: 'person-says' }, { type: 'interrupts' }, { type: 'presses-key' }),
  { weight: 4, arbitrary: reply.map((back): Act => ({ type: 'model-says', reply: back })) },
  reply.map((back): Act => ({ type: 'model-ends', reply: back })),
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 3 }).map((words): Act => ({ type: 'voice-plays', words })) },
);
const anyAct: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: quietAct },
  reply.map((back): Act => ({ type: 'model-fails', reply: back })),
  fc.integer({ min: 1, max: 12_000 }).map((ms): Act => ({ type: 'time-passes', ms })),
);

/** The carrier's voice: speaks word by word, and gives up what it is saying when a newer utterance comes. */
function createVoice(talk: Talk) {
  const spoken: string[] = [];
  let queue: string[] = [];
  let heard = '';
  let isClosed = true;
  let read = 0;
  const listen = () => {
    const sent = talk.line.sent();
    for (; read < sent.length; read += 1) {
      const command = sent[read];
      if (command?.type !== 'text') continue;
      if (isClosed && command.text !== '') {
        queue = [];
        heard = '';
        isClosed = false;
      }
      queue.push(...command.text.split(/(?<=\s)/).filter((word) => word !== ''));
      if (command.last) isClosed = true;
    }
  };
  return {
    spoken,
    play(words: number) {
      listen();
      for (const word of queue.splice(0, words)) {
        spoken.push(word.trim());
        heard += word;
        talk.line.receive({ type: 'text-played', text: word });
      }
    },
    interrupt() {
      listen();
      if (queue.length === 0) return;
      queue = [];
      talk.line.receive({ type: 'interrupt', heardText: heard.trim(), afterMs: 100 });
      heard = '';
      // What still comes for the interrupted utterance begins a new one, as on the network.
      isClosed = true;
    },
  };
}

/** Plays a script; each reply's words carry its number, `r2w0 r2w1 …`. */
async function play(acts: Act[]) {
  const talk = startTalk();
  const voice = createVoice(talk);
  const wordsOf = new Map<number, number>();
  talk.line.receive(setup);
  for (const act of acts) {
    const number = 'reply' in act ? talk.model.asked.length - 1 - act.reply : 0;
    const asked = talk.model.asked[number];
    switch (act.type) {
      case 'person-says':
        talk.line.receive({ type: 'prompt', text: 'Something.', last: true });
        break;
      case 'interrupts':
        voice.interrupt();
        break;
      case 'presses-key':
        talk.line.receive({ type: 'key', digit: '5' });
        break;
      case 'model-says': {
        const word = wordsOf.get(number) ?? 0;
        wordsOf.set(number, word + 1);
        await asked?.say(`r${number}w${word} `);
        break;
      }
      case 'model-ends':
        await asked?.end();
        break;
      case 'model-fails':
        await asked?.fail(new Error('broken'));
        break;
      case 'voice-plays':
        voice.play(act.words);
        break;
      case 'time-passes':
        talk.clock.advance(act.ms);
        await settled();
    }
    expect(talk.clock.pendingTimers).toBeLessThanOrEqual(talk.over() ? 0 : 2);
  }
  return { talk, voice };
}

const replyNumbers = (text: string) => [...text.matchAll(/r(\d+)w/g)].map((match) => Number(match[1]));

describe('whatever order things happen in', () => {
  it('sends no word of a reply after the person has cut it off, only words of newer ones', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyAct, { maxLength: 40 }), async (acts) => {
        const { talk } = await play(acts);
        let newest = -1;
        let givenUp = -1;
        for (const entry of talk.line.journal) {
          if ('heard' in entry) {
            const cuts =
              entry.heard.type === 'interrupt' || entry.heard.type === 'prompt' || entry.heard.type === 'key';
            if (cuts) givenUp = Math.max(givenUp, newest);
            continue;
          }
          if (entry.sent.type !== 'text') continue;
          for (const number of replyNumbers(entry.sent.text)) {
            expect(number).toBeGreaterThan(givenUp);
            expect(number).toBeGreaterThanOrEqual(newest);
            newest = number;
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('closes each utterance that it began before it begins another', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyAct, { maxLength: 40 }), async (acts) => {
        const { talk } = await play(acts);
        let open: number | null = null;
        for (const command of talk.line.sent()) {
          if (command.type !== 'text') continue;
          const [number] = replyNumbers(command.text);
          if (number !== undefined && open !== null) expect(number).toBe(open);
          open = command.last ? null : (number ?? open);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('remembers exactly the words that the voice spoke, and tells the model no others', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(quietAct, { maxLength: 40 }), async (acts) => {
        const { talk, voice } = await play(acts);
        talk.line.close(true);
        const turns = talk.record.turns().filter((turn) => turn.speaker === 'assistant');
        const remembered = turns.flatMap((turn) => (turn.heard_text ?? '').split(/\s+/)).filter((word) => word !== '');
        expect(remembered).toEqual(voice.spoken);
        const told = talk.history.messages().filter((message) => message.role === 'assistant');
        expect(
          told
            .map((message) => message.content)
            .join(' ')
            .split(/\s+/)
            .filter(Boolean),
        ).toEqual(voice.spoken);
      }),
      { numRuns: 300 },
    );
  });

  it('ends with everything stored and no timer left once the carrier hangs up', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyAct, { maxLength: 40 }), fc.boolean(), async (acts, clean) => {
        const { talk } = await play(acts);
        talk.line.close(clean);
        await settled();
        expect(talk.over()).not.toBeNull();
        expect(talk.clock.pendingTimers).toBe(0);
        expect(talk.record.turns().every((turn) => turn.ended_at !== null)).toBe(true);
        const completed = talk.record.events.filter((event) => event.type === 'turn.completed').map(({ key }) => key);
        expect(new Set(completed).size).toBe(completed.length);
        expect(completed).toHaveLength(talk.record.turns().length);
      }),
      { numRuns: 300 },
    );
  });
});
