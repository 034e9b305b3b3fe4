/** <Say>: speaks a text. */
import type { Verb } from '../verb.ts';
import { toLoops } from './loops.ts';

const longestText = 4096;

export const say: Verb = {
  name: 'Say',
  attributes: ['voice', 'language', 'loop'],
  answers: true,
  async run({ call, element, signal }) {
    const { text } = element;
    if (text.length > longestText) {
      return { type: 'failed', code: 13521, message: `Say: text is over ${longestText} characters` };
    }
    if (text === '') {
      call.problem({ code: 13520, level: 'warning', message: 'Say: there is no text' });
      return { type: 'next' };
    }
    const loops = toLoops(element.attributes.loop);
    for (let loop = 0; loop < loops && !signal.aborted; loop += 1) {
      await call.line.voice.play(
        { source: 'say', pending: text, closed: true, interruptible: 'none', preemptible: false },
        signal,
      );
    }
    return { type: 'next' };
  },
};
