import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createFakeClock } from '../../base/clock.ts';
import { systemRandom } from '../../base/random.ts';
import { describeBlobStore } from '../../ports/contracts/blob-store.contract.ts';
import { createLocalFiles } from './local-files.ts';

const root = mkdtempSync(join(tmpdir(), 'callwright-blobs-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const clock = createFakeClock(Date.UTC(2030, 0, 1));
let folders = 0;

function openStore() {
  folders += 1;
  const folder = join(root, String(folders), 'blobs');
  return { folder, store: createLocalFiles({ folder, random: systemRandom, clock }) };
}

async function* bytes(length: number): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(length);
}
const sound = () => ({ contentType: 'audio/wav', length: 5, body: bytes(5) });

describeBlobStore('a folder', () => openStore().store);

it('lets only its owner read what it keeps', async () => {
  const { folder, store } = openStore();
  await store.put('recordings/one.wav', sound());
  for (const name of ['one.wav', 'one.wav..kind']) {
    expect(statSync(join(folder, 'recordings', name)).mode & 0o777).toBe(0o600);
  }
  expect(statSync(join(folder, 'recordings')).mode & 0o777).toBe(0o700);
});

it('leaves no draft behind, whether it went well or not', async () => {
  const { folder, store } = openStore();
  await store.put('one', sound());
  await expect(store.put('two', { ...sound(), length: 6 })).rejects.toThrow();
  expect(readdirSync(join(folder, '.drafts'))).toEqual([]);
  expect(readdirSync(folder).sort()).toEqual(['.drafts', 'one', 'one..kind']);
});

it('clears drafts away that a killed server left a day ago, and no younger ones', async () => {
  const { folder, store } = openStore();
  mkdirSync(join(folder, '.drafts'), { recursive: true });
  const hour = 3600;
  for (const [name, hoursAgo] of [
    ['old', 25],
    ['young', 1],
  ] as const) {
    writeFileSync(join(folder, '.drafts', name), 'half');
    const at = clock.now() / 1000 - hoursAgo * hour;
    utimesSync(join(folder, '.drafts', name), at, at);
  }
  await store.put('one', sound());
  expect(readdirSync(join(folder, '.drafts'))).toEqual(['young']);
});

it('follows no link out of its folder, neither of a blob nor of a folder', async () => {
  const { folder, store } = openStore();
  await store.put('recordings/real.wav', sound());
  const outside = join(root, 'outside');
  mkdirSync(outside, { recursive: true });
  writeFileSync(join(outside, 'secret'), 'secret');
  symlinkSync(join(outside, 'secret'), join(folder, 'recordings', 'link.wav'));
  symlinkSync(outside, join(folder, 'elsewhere'));
  expect(await store.get('recordings/link.wav')).toBeNull();
  const refused = { code: 'blob/bad-name' };
  await expect(store.get('elsewhere/secret')).rejects.toMatchObject(refused);
  await expect(store.delete('elsewhere/secret')).rejects.toMatchObject(refused);
  await expect(store.put('elsewhere/new', sound())).rejects.toMatchObject(refused);
  expect(readdirSync(outside)).toEqual(['secret']);
});

it('says that it is not available where the folder cannot be one', async () => {
  const folder = join(root, 'a-file');
  writeFileSync(folder, '');
  const store = createLocalFiles({ folder, random: systemRandom, clock });
  await expect(store.put('one', sound())).rejects.toMatchObject({ code: 'blob/unavailable' });
});
