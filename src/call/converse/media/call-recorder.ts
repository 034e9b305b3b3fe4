/** Records what each side of a call heard, the person left and the assistant right, into a file that a kill leaves usable. */
import { type FileHandle, open } from 'node:fs/promises';
import { bytesPerMs, mulawSilence } from '../../../audio/mulaw.ts';
import { toMulawWavHeader } from '../../../audio/mulaw-wav.ts';
import { messageOf } from '../../../base/errors.ts';
import type { Logger } from '../../../base/log.ts';

export interface CallRecorder {
  /** The person's sound; moments are milliseconds since the stream's first sound. */
  heard(sound: Uint8Array, atMs: number): void;
  /** Sound of ours that is heard from this moment on, unless it is cleared before. */
  played(sound: Uint8Array, atMs: number): void;
  /** From this moment on nothing is heard of what was told to `played`. */
  cleared(atMs: number): void;
}

export interface RecordingCall extends CallRecorder {
  /** Completes the file: how long it is, or null when there is none or nothing is in it. Nothing is recorded after. */
  finish(): Promise<{ durationMs: number } | null>;
}

const channels = 2;
/** What may still change, or come late, is held in memory: this many samples. */
const windowSamples = 4000 * bytesPerMs;
const blockSamples = 1000 * bytesPerMs;
/** A disk that is this far behind is given nothing more. */
const mostUnwrittenBytes = 1024 * 1024;

/** Begins a file at `path`, which must not exist yet. It never throws: what cannot be written is not recorded. */
export function createCallRecorder({ path, log }: { path: string; log: Logger }): RecordingCall {
  const file = createGrowingFile(path, log);
  /** Both channels in turn, as they stand in the file. */
  const window = new Uint8Array(windowSamples * channels).fill(mulawSilence);
  /** The sample with which the window begins, and the first that no sound has reached yet on each side. */
  let base = 0;
  const ends = [0, 0];
  let isFinished = false;

  const writeBlock = (samples: number) => {
    const bytes = samples * channels;
    file.append(window.slice(0, bytes));
    window.copyWithin(0, bytes);
    window.fill(mulawSilence, window.length - bytes);
    base += samples;
  };
  const lay = (channel: 0 | 1, sound: Uint8Array, atMs: number) => {
    if (isFinished) return;
    const start = Math.max(0, Math.round(atMs * bytesPerMs));
    const end = start + sound.length;
    while (end > base + windowSamples) writeBlock(blockSamples);
    for (let at = Math.max(start, base); at < end; at += 1) {
      window[(at - base) * channels + channel] = sound[at - start] ?? mulawSilence;
    }
    ends[channel] = Math.max(ends[channel] ?? 0, end);
  };
  return {
    heard: (sound, atMs) => lay(0, sound, atMs),
    played: (sound, atMs) => lay(1, sound, atMs),
    cleared(atMs) {
      const [, end = 0] = ends;
      const from = Math.max(0, Math.round(atMs * bytesPerMs));
      for (let at = Math.max(from, base); at < end; at += 1) window[(at - base) * channels + 1] = mulawSilence;
      ends[1] = Math.min(end, from);
    },
    async finish() {
      if (isFinished) return null;
      isFinished = true;
      const left = Math.max(...ends) - base;
      if (left > 0) writeBlock(left);
      const bytes = await file.finish();
      return bytes === 0 ? null : { durationMs: bytes / channels / bytesPerMs };
    },
  };
}

/** One write after the other; the first that fails is the last. */
function createGrowingFile(path: string, log: Logger) {
  let unwrittenBytes = 0;
  let dataBytes = 0;
  let handle: FileHandle | null = null;
  let isBroken = false;
  let writing: Promise<void> = Promise.resolve();

  const enqueue = (work: () => Promise<void>) => {
    writing = writing.then(work).catch((error: unknown) => {
      if (!isBroken) log.error({ reason: messageOf(error) }, 'a call is not recorded any further');
      isBroken = true;
    });
  };
  enqueue(async () => {
    handle = await open(path, 'wx', 0o600);
    await writeAll(handle, toMulawWavHeader({ channels, dataBytes: 0 }), null);
  });
  return {
    append(block: Uint8Array): void {
      unwrittenBytes += block.length;
      const isTooSlow = unwrittenBytes > mostUnwrittenBytes;
      enqueue(async () => {
        unwrittenBytes -= block.length;
        if (isBroken || !handle) return;
        if (isTooSlow) throw new Error('the disk is too slow');
        await writeAll(handle, block, null);
        dataBytes += block.length;
      });
    },
    /** Gives how much sound is in the file. */
    async finish(): Promise<number> {
      enqueue(async () => {
        if (!handle) return;
        await writeAll(handle, toMulawWavHeader({ channels, dataBytes }), 0);
        await handle.sync();
      });
      await writing;
      await handle?.close().catch(() => {});
      return dataBytes;
    },
  };
}

/** A write may take less than it was given. */
async function writeAll(file: FileHandle, bytes: Uint8Array, at: number | null): Promise<void> {
  for (let from = 0; from < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, from, bytes.length - from, at === null ? null : at + from);
    from += bytesWritten;
  }
}
