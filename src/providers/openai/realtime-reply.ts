/** One response of the Realtime API as it comes: its sound, its items, and where its words are in the sound. */
import { createTimedWords, type TimedWord } from './timed-words.ts';

/** μ-law: 8 bytes for a millisecond. */
const bytesPerMs = 8;

export interface RealtimeReply {
  number: number;
  /** Nothing of it is told any more. */
  isDead: boolean;
  /** Milliseconds of sound that came. */
  readonly soundMs: number;
  item(id: string): void;
  sound(bytes: number): void;
  /** Words come with the sound that says them, so that they lie between the sound before and the sound after. */
  text(text: string): TimedWord[];
  /** The words that are left once all has come. */
  rest(): TimedWord[];
  /** Which items to cut, and where, when so much of the reply was heard. */
  cutsAt(heardMs: number): { item: string; audioEndMs: number }[];
}

export function createRealtimeReply(number: number): RealtimeReply {
  const items: { id: string; startMs: number }[] = [];
  const words = createTimedWords();
  let bytes = 0;
  let open = { text: '', startMs: 0 };
  const soundMs = () => Math.floor(bytes / bytesPerMs);

  /** The open text was said in the sound since it came. */
  const settle = (): TimedWord[] => {
    const characters = Array.from(open.text);
    const stepMs = (soundMs() - open.startMs) / Math.max(characters.length, 1);
    const { startMs } = open;
    open = { text: '', startMs: soundMs() };
    return characters.flatMap((character, at) => {
      const word = words.add(character, Math.round(startMs + at * stepMs), Math.round(startMs + (at + 1) * stepMs));
      return word ? [word] : [];
    });
  };

  const reply: RealtimeReply = {
    number,
    isDead: false,
    get soundMs() {
      return soundMs();
    },
    item: (id) => void items.push({ id, startMs: soundMs() }),
    sound(more) {
      bytes += more;
    },
    text(text) {
      const told = soundMs() > open.startMs ? settle() : [];
      if (open.text === '') open.startMs = soundMs();
      open.text += text;
      // White space says that the word before it is whole.
      const last = /^\s/u.test(open.text) ? words.close() : null;
      return last ? [...told, last] : told;
    },
    rest() {
      const told = settle();
      const last = words.close();
      return last ? [...told, last] : told;
    },
    cutsAt(heardMs) {
      return items.flatMap(({ id, startMs }, at) => {
        const endMs = items[at + 1]?.startMs ?? soundMs();
        return endMs > heardMs && endMs > startMs
          ? [{ item: id, audioEndMs: Math.max(Math.floor(heardMs) - startMs, 0) }]
          : [];
      });
    },
  };
  return reply;
}
