/** Carries what the application sounds to a phone in a browser, as sound and as words. */
import type { PhoneLine } from '../phone-line.ts';
import type { ToPhone } from './phone-messages.ts';

export interface PhoneEar {
  tell(message: ToPhone): void;
  /** μ-law, to be played behind what was sent before. */
  hear(sound: Uint8Array): void;
  synthesize(text: string): Promise<Uint8Array>;
}

/** What the network speaks is made into sound clause by clause, once its words are known. */
const clauseEnd = /[.,;:?!…]\s*$/;

/** Gives back what ends the listening. */
export function listenForPhone(line: PhoneLine, ear: PhoneEar): () => void {
  let clause = '';
  let speaking = Promise.resolve();
  let utterance = 0;
  const speakClause = () => {
    const [text, at] = [clause.trim(), utterance];
    clause = '';
    if (text === '') return;
    speaking = speaking.then(async () => {
      const sound = await ear.synthesize(text);
      if (at === utterance) ear.hear(sound);
    });
  };
  const unlisten = [
    line.streamed.listen({
      played: (sound) => ear.hear(sound),
      heardWord: (text) => text !== null && ear.tell({ type: 'heard', text, is_last: false }),
      ended: () => ear.tell({ type: 'heard', text: '', is_last: true }),
    }),
    line.voice.listen({
      heard(word) {
        ear.tell({ type: 'heard', text: word, is_last: false });
        clause += word;
        if (clauseEnd.test(clause)) speakClause();
      },
      ended(_utterance, { end }) {
        if (end === 'played') speakClause();
        else {
          utterance += 1;
          clause = '';
          ear.tell({ type: 'quiet' });
        }
        ear.tell({ type: 'heard', text: '', is_last: true });
      },
    }),
  ];
  return () => {
    utterance += 1;
    for (const end of unlisten) end();
  };
}
