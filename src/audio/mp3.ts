/** Turns the sound of a WAV file into MP3 as it is read, in pieces so short that nothing else waits for long. */
import { setImmediate as othersHadTheirTurn } from 'node:timers/promises';
import { createMp3Encoder } from 'wasm-media-encoders';
import { readWav } from './read-wav.ts';

/** Kilobits a second; nobody hears more of a telephone. */
const bitrates = { 1: 16, 2: 32 } as const;
/** About a millisecond's work. */
const samplesAtOnce = 2000;

/**
 * The encoder lives as long as its output is read. What is thrown while `wav` is read is thrown as it is.
 * @throws CallwrightError `audio/not-wav`
 */
export async function* toMp3(wav: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const encoder = await createMp3Encoder();
  for await (const part of readWav(wav, samplesAtOnce)) {
    if (part.type === 'format') {
      const { channels, sampleRateHz: sampleRate } = part.format;
      encoder.configure({ channels, sampleRate, bitrate: bitrates[channels] });
      continue;
    }
    const bytes = encoder.encode(part.channels);
    // They are in the encoder's own memory, which it writes over.
    if (bytes.length > 0) yield bytes.slice();
    await othersHadTheirTurn();
  }
  const rest = encoder.finalize();
  if (rest.length > 0) yield rest.slice();
}
