/** Writes WAV files of plain 16-bit samples. */

const headerBytes = 44;

/** One channel for each list of samples; a list that is shorter than the longest ends in silence. */
export function toWav(channels: readonly Int16Array[], sampleRateHz: number): Uint8Array {
  const frames = Math.max(0, ...channels.map(({ length }) => length));
  const frameBytes = channels.length * 2;
  const dataBytes = frames * frameBytes;
  const file = Buffer.alloc(headerBytes + dataBytes);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(headerBytes - 8 + dataBytes, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(channels.length, 22);
  file.writeUInt32LE(sampleRateHz, 24);
  file.writeUInt32LE(sampleRateHz * frameBytes, 28);
  file.writeUInt16LE(frameBytes, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(dataBytes, 40);
  for (const [channel, samples] of channels.entries()) {
    for (let at = 0; at < samples.length; at += 1) {
      file.writeInt16LE(samples[at] ?? 0, headerBytes + at * frameBytes + channel * 2);
    }
  }
  return file;
}

/** All lists at once as one; what grows too loud is cut to the loudest. */
export function mixSamples(lists: readonly Int16Array[]): Int16Array {
  const mixed = new Int16Array(Math.max(0, ...lists.map(({ length }) => length)));
  for (let at = 0; at < mixed.length; at += 1) {
    let sum = 0;
    for (const list of lists) sum += list[at] ?? 0;
    mixed[at] = Math.max(-32_768, Math.min(32_767, sum));
  }
  return mixed;
}
