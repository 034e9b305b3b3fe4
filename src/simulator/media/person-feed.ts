/** Cuts what the person's end of the line sounds into frames for an application. */
import { mulawSilence } from '../../audio/mulaw.ts';
import type { LineSound } from '../phone-line.ts';
import { endOf, laySound } from './lay-sound.ts';
import { frameBytes } from './playback.ts';
import { frameMs } from './streamed-sound.ts';

const silentPayload = Buffer.alloc(frameBytes, mulawSilence).toString('base64');

export class PersonFeed {
  #sounds: LineSound[] = [];

  add(sound: LineSound): void {
    this.#sounds.push(sound);
  }

  /** The 20 ms from `atMs` on, in base64; what is over by then is forgotten. */
  toPayload(atMs: number): string {
    if (this.#sounds.length === 0) return silentPayload;
    const frame = Buffer.alloc(frameBytes, mulawSilence);
    for (const sound of this.#sounds) laySound(frame, atMs, sound);
    this.#sounds = this.#sounds.filter((sound) => endOf(sound) > atMs + frameMs);
    return frame.toString('base64');
  }
}
