/** Reads the sound of a WAV file as it comes: telephone sound of one channel or two, μ-law or plain 16-bit samples. */
import { CallwrightError } from '../base/errors.ts';
import { decodeMulawByte } from './mulaw.ts';

export interface WavFormat {
  sampleRateHz: number;
  channels: 1 | 2;
}

/** What comes of a file: its format, once and first, then its samples, −1 to 1, one list for each channel. */
export type WavPart = { type: 'format'; format: WavFormat } | { type: 'sound'; channels: Float32Array[] };

interface Encoding extends WavFormat {
  code: number;
  /** Of one sample of all channels. */
  sampleBytes: number;
}

const mostHeaderBytes = 64 * 1024;
const plain = 1;
const mulaw = 7;

/** @throws CallwrightError `audio/not-wav` when it is something else, or sound of another kind */
export async function* readWav(file: AsyncIterable<Uint8Array>, samplesAtOnce: number): AsyncGenerator<WavPart> {
  let waiting: Buffer = Buffer.alloc(0);
  let header: WavHeader | null = null;
  let leftBytes = 0;
  for await (const chunk of file) {
    waiting = waiting.length === 0 ? Buffer.from(chunk) : Buffer.concat([waiting, chunk]);
    if (!header) {
      header = parseHeader(waiting);
      if (!header) continue;
      leftBytes = header.dataBytes;
      waiting = waiting.subarray(header.length);
      yield { type: 'format', format: header.encoding };
    }
    const { encoding } = header;
    const usable = Math.min(waiting.length, leftBytes);
    const whole = usable - (usable % encoding.sampleBytes);
    const step = samplesAtOnce * encoding.sampleBytes;
    for (let at = 0; at < whole; at += step) {
      yield { type: 'sound', channels: toSamples(waiting.subarray(at, Math.min(at + step, whole)), encoding) };
    }
    leftBytes -= whole;
    waiting = waiting.subarray(whole);
  }
  if (!header) throw notWav('it ends before its sound begins');
}

interface WavHeader {
  encoding: Encoding;
  /** Where the sound begins. */
  length: number;
  /** As long as the file says it is, or to its end. */
  dataBytes: number;
}

/** Null while there is not enough of it. */
function parseHeader(file: Buffer): WavHeader | null {
  if (file.length < 12) return null;
  if (file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE') throw notWav('no header');
  let encoding: Encoding | null = null;
  for (let at = 12; at + 8 <= file.length; ) {
    const name = file.toString('latin1', at, at + 4);
    const bytes = file.readUInt32LE(at + 4);
    const start = at + 8;
    if (name === 'data') {
      if (!encoding) throw notWav('sound comes before its format');
      return { encoding, length: start, dataBytes: bytes === 0 ? Number.POSITIVE_INFINITY : bytes };
    }
    if (start + bytes > file.length) break;
    if (name === 'fmt ') encoding = parseFormat(file.subarray(start, start + bytes));
    at = start + bytes + (bytes % 2);
  }
  if (file.length > mostHeaderBytes) throw notWav('no sound in it');
  return null;
}

function parseFormat(format: Buffer): Encoding {
  if (format.length < 16) throw notWav('its format is cut off');
  const code = format.readUInt16LE(0);
  const channels = format.readUInt16LE(2);
  const sampleRateHz = format.readUInt32LE(4);
  const bits = format.readUInt16LE(14);
  const isKnown = (code === plain && bits === 16) || (code === mulaw && bits === 8);
  if (!isKnown || (channels !== 1 && channels !== 2)) throw notWav('sound of another kind');
  if (sampleRateHz < 8000 || sampleRateHz > 48_000) throw notWav('an unusual rate');
  return { code, channels, sampleRateHz, sampleBytes: (channels * bits) / 8 };
}

function toSamples(sound: Buffer, { channels, code, sampleBytes }: Encoding): Float32Array[] {
  const count = sound.length / sampleBytes;
  return Array.from({ length: channels }, (_, channel) => {
    const samples = new Float32Array(count);
    for (let at = 0; at < count; at += 1) {
      const place = at * channels + channel;
      const sample = code === mulaw ? decodeMulawByte(sound[place] ?? 0xff) : sound.readInt16LE(place * 2);
      samples[at] = sample / 32_768;
    }
    return samples;
  });
}

function notWav(why: string): CallwrightError {
  return new CallwrightError('audio/not-wav', `not sound that can be read: ${why}`);
}
