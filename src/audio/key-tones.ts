/** The sound of a phone's keys: two tones at once, which the other side understands as the key. */

import { bytesPerMs, encodeMulaw, mulawSilence, telephoneHz } from './mulaw.ts';
import { toToneSamples } from './tone.ts';

const rowsHz = [697, 770, 852, 941] as const;
const columnsHz = [1209, 1336, 1477] as const;
const keypad = ['123', '456', '789', '*0#'];

/** As telephone exchanges want it at least: 70 ms of sound, 65 ms between two. */
const keyMs = 120;
const gapMs = 80;
const waitMs = 500;

/** @param keys 0-9, *, #; `w` is half a second of silence, and anything else is left out */
export function toKeyTones(keys: string): Uint8Array {
  return new Uint8Array(Buffer.concat([...keys].map(toKeySound)));
}

const silence = (ms: number) => new Uint8Array(ms * bytesPerMs).fill(mulawSilence);

function toKeySound(key: string): Uint8Array {
  if (key === 'w') return silence(waitMs);
  const row = keypad.findIndex((keys) => keys.includes(key));
  const column = keypad[row]?.indexOf(key) ?? -1;
  const frequenciesHz = [rowsHz[row], columnsHz[column]].filter((hz) => hz !== undefined);
  if (frequenciesHz.length < 2) return new Uint8Array(0);
  const samples = toToneSamples({ frequenciesHz, ms: keyMs, sampleRateHz: telephoneHz });
  return new Uint8Array(Buffer.concat([encodeMulaw(samples), silence(gapMs)]));
}
