/** <Play>: plays a sound, whose length is guessed because it is not fetched, or sends keys. */
import { waitFor } from '../../../base/clock.ts';
import type { Verb } from '../verb.ts';
import { toLoops } from './loops.ts';

const guessedSoundMs = 3000;
const digitMs = 500;

export const play: Verb = {
  name: 'Play',
  attributes: ['loop', 'digits'],
  answers: true,
  async run({ call, element, baseUrl, signal }) {
    const { digits, loop } = element.attributes;
    if (digits !== undefined) {
      call.line.hearKeys(digits);
      await waitFor(call.network.clock, digits.length * digitMs, signal);
      return { type: 'next' };
    }
    if (!URL.canParse(element.text, baseUrl ?? undefined)) {
      return { type: 'failed', code: 11100, message: `Invalid URL format: ${element.text}` };
    }
    const loops = toLoops(loop);
    for (let count = 0; count < loops && !signal.aborted; count += 1) {
      await call.line.voice.play(
        {
          ...{ source: 'play', pending: `[${element.text}]`, closed: true, interruptible: 'none', preemptible: false },
          mediaMs: guessedSoundMs,
        },
        signal,
      );
    }
    return { type: 'next' };
  },
};
