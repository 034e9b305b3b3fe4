/** The beginning of a WAV file of μ-law sound (format 7), as the telephone carries it. */
import { telephoneHz } from './mulaw.ts';

const formatBytes = 18;
export const mulawWavHeaderBytes = 12 + (8 + formatBytes) + (8 + 4) + 8;

/** `dataBytes` is the length of what follows: one byte for each channel in turn. */
export function toMulawWavHeader({ channels, dataBytes }: { channels: number; dataBytes: number }): Uint8Array {
  const header = Buffer.alloc(mulawWavHeaderBytes);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(mulawWavHeaderBytes - 8 + dataBytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(formatBytes, 16);
  header.writeUInt16LE(7, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(telephoneHz, 24);
  header.writeUInt32LE(telephoneHz * channels, 28);
  header.writeUInt16LE(channels, 32);
  header.writeUInt16LE(8, 34);
  header.write('fact', 38, 'latin1');
  header.writeUInt32LE(4, 42);
  header.writeUInt32LE(dataBytes / channels, 46);
  header.write('data', 50, 'latin1');
  header.writeUInt32LE(dataBytes, 54);
  return header;
}
