/** Hands texts to the thread of Flite and brings back what it makes of them. */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

export interface FliteOrder {
  id: number;
  text: string;
  voice: 'slt' | 'rms';
}

export interface FliteAnswer {
  id: number;
  /** μ-law, 8 kHz; null when it could not be made. */
  sound: Uint8Array | null;
  /** `pau:0.119 hh:0.212 …`: each phone, or pause, with the second in which it ends. */
  phones: string;
}

export interface FliteThread {
  /** Null when it cannot be made; never rejects. */
  speak(text: string, voice: FliteOrder['voice']): Promise<FliteAnswer | null>;
  /** What is under way comes back as null. */
  close(): Promise<void>;
}

const noThread: FliteThread = {
  speak: () => Promise.resolve(null),
  close: () => Promise.resolve(),
};

/** An idle thread does not keep the process alive. One that cannot start, for want of a folder to work in, says nothing. */
export function startFliteThread(): FliteThread {
  try {
    return startThread();
  } catch {
    return noThread;
  }
}

function startThread(): FliteThread {
  const folder = mkdtempSync(join(tmpdir(), 'callwright-voices-'));
  const worker = new Worker(new URL('./flite-worker.ts', import.meta.url), {
    workerData: { folder },
    execArgv: [],
    env: {},
    name: 'voices',
  });
  worker.unref();
  const waiting = new Map<number, (answer: FliteAnswer | null) => void>();
  let lastId = 0;
  let isGone = false;
  const giveUp = () => {
    isGone = true;
    for (const answer of waiting.values()) answer(null);
    waiting.clear();
  };
  worker.on('message', (answer: FliteAnswer) => {
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
    if (waiting.size === 0) worker.unref();
  });
  worker.on('error', giveUp);
  worker.on('exit', giveUp);
  return {
    speak(text, voice) {
      if (isGone) return Promise.resolve(null);
      return new Promise((resolve) => {
        lastId += 1;
        waiting.set(lastId, resolve);
        worker.ref();
        worker.postMessage({ id: lastId, text, voice } satisfies FliteOrder);
      });
    },
    async close() {
      giveUp();
      await worker.terminate();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
