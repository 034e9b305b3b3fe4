/** A sound for the fake microphone of a browser. */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Together: a single one would be taken for the beep of a mailbox. */
const pitchesHz = [310, 440, 730];

/** Two seconds of a chord at 16 kHz; gives the file. */
export function writeTone(): string {
  const samples = Int16Array.from({ length: 32_000 }, (_, at) =>
    pitchesHz.reduce((sum, hz) => sum + 5000 * Math.sin((2 * Math.PI * hz * at) / 16_000), 0),
  );
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + samples.byteLength, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(16_000, 24);
  head.writeUInt32LE(32_000, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(samples.byteLength, 40);
  const file = join(tmpdir(), `callwright-tone-${process.pid}.wav`);
  writeFileSync(file, Buffer.concat([head, Buffer.from(samples.buffer)]));
  return file;
}
