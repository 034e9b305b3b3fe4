/** Recordings of our own while they grow, and until they are kept: files of a folder, of calls that may have been cut off. */
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { telephoneHz } from '../audio/mulaw.ts';
import { mulawWavHeaderBytes, toMulawWavHeader } from '../audio/mulaw-wav.ts';
import type { RecordingMedia } from '../ports/carrier.ts';

export interface RecordingDrafts {
  /** Where the draft of a recording is, or may be made; its folder is there. */
  pathOf(recordingId: string): Promise<string>;
  /** Its sound, under a header that fits it, though the server was killed before it wrote one; null when there is none. */
  open(recordingId: string): Promise<(RecordingMedia & { durationSeconds: number }) | null>;
  /** One that is gone already counts as deleted. */
  delete(recordingId: string): Promise<void>;
}

const channels = 2;

export function createRecordingDrafts(folder: string): RecordingDrafts {
  const place = (recordingId: string) => join(folder, `${recordingId}.wav`);
  return {
    async pathOf(recordingId) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      return place(recordingId);
    },
    async open(recordingId) {
      const path = place(recordingId);
      const length = await mendHeader(path);
      if (length === null) return null;
      const durationSeconds = Math.round((length - mulawWavHeaderBytes) / channels / telephoneHz);
      return { contentType: 'audio/wav', length, durationSeconds, body: createReadStream(path, { end: length - 1 }) };
    },
    delete: (recordingId) => rm(place(recordingId), { force: true }),
  };
}

/** Gives the length of the file; null when it is not there, or has no sound. */
async function mendHeader(path: string): Promise<number | null> {
  const file = await orNothing(() => open(path, 'r+'));
  if (!file) return null;
  try {
    const dataBytes = await readDataBytes(file);
    if (dataBytes <= 0) return null;
    await file.write(toMulawWavHeader({ channels, dataBytes }), 0, mulawWavHeaderBytes, 0);
    return mulawWavHeaderBytes + dataBytes;
  } finally {
    await file.close();
  }
}

/** Half a sample at the end was cut off by a kill. */
async function readDataBytes(file: FileHandle): Promise<number> {
  const { size } = await file.stat();
  const dataBytes = size - mulawWavHeaderBytes;
  return dataBytes - (dataBytes % channels);
}

async function orNothing<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
