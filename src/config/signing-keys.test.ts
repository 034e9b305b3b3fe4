import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../base/clock.ts';
import { silentLogger } from '../base/log.ts';
import { systemRandom } from '../base/random.ts';
import { openSigningKeys, rotateSigningKey } from './signing-keys.ts';

const root = mkdtempSync(join(tmpdir(), 'callwright-keys-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let dataDir = '';
let file = '';
let clock: FakeClock;
beforeEach(() => {
  dataDir = mkdtempSync(join(root, 'data-'));
  mkdirSync(join(dataDir, 'secrets'));
  file = join(dataDir, 'secrets', 'jwt-keys.json');
  clock = createFakeClock();
});

const open = () => openSigningKeys(dataDir, { clock, random: systemRandom, log: silentLogger });
const rotate = (dropsOld = false) => rotateSigningKey(dataDir, { clock, random: systemRandom, dropsOld });
const kidsOf = async (keys: Awaited<ReturnType<typeof open>>) => (await keys.all()).map(({ kid }) => kid);

it('makes one key of 256 bits at first start, for the server’s user alone, and keeps it', async () => {
  const first = await (await open()).all();
  expect(first).toHaveLength(1);
  expect(first[0]?.secret).toHaveLength(32);
  expect((statSync(file).mode & 0o777).toString(8)).toBe('600');
  expect(await (await open()).all()).toEqual(first);
});

it('takes up a new key a second later without a restart', async () => {
  const keys = await open();
  const [old] = await kidsOf(keys);
  clock.advance(10);
  const added = await rotate();
  expect(await kidsOf(keys)).toEqual([old]);
  clock.advance(1001);
  expect(await kidsOf(keys)).toEqual([old, added]);
  expect((statSync(file).mode & 0o777).toString(8)).toBe('600');
  expect(readdirSync(join(dataDir, 'secrets'))).toEqual(['jwt-keys.json']);
});

it('reads the file once a second at most, however many ask', async () => {
  const keys = await open();
  clock.advance(1001);
  await Promise.all([keys.all(), keys.all(), keys.all()]);
  const added = await rotate(true);
  for (let asked = 0; asked < 100; asked += 1) expect(await kidsOf(keys)).not.toContain(added);
  clock.advance(1001);
  expect(await kidsOf(keys)).toEqual([added]);
});

it('drops a key an hour after it was replaced, or at once when it is told to', async () => {
  const keys = await open();
  const [first] = await kidsOf(keys);
  const second = await rotate();
  clock.advance(3_599_000);
  const third = await rotate();
  expect(await kidsOf(keys)).toEqual([first, second, third]);
  clock.advance(2000);
  const fourth = await rotate();
  clock.advance(1001);
  expect(await kidsOf(keys)).toEqual([second, third, fourth]);
  const fifth = await rotate(true);
  clock.advance(1001);
  expect(await kidsOf(keys)).toEqual([fifth]);
});

const spoilt: [string, (text: string) => string][] = [
  ['cut', (text) => text.slice(0, 40)],
  ['empty', () => ''],
  ['an empty list', () => '[]'],
  ['one with a weak secret', (text) => text.replace(/"secret": "[\w-]+"/, '"secret": "your-secret-key-change-this"')],
  ['one with a secret of 248 bits', (text) => text.replace(/("secret": "[\w-]{42})[\w-]/, '$1')],
];

it.each(spoilt)('refuses to start on a file that is %s, and leaves it as it is', async (_how, spoil) => {
  await open();
  const text = spoil(readFileSync(file, 'utf8'));
  writeFileSync(file, text);
  await expect(open()).rejects.toMatchObject({
    code: 'config/unusable-data-directory',
    message: `${file} holds no usable secret: delete it to have a new one made.`,
  });
  expect(readFileSync(file, 'utf8')).toBe(text);
});

it('goes on with the keys it knows when the file is spoilt while it runs', async () => {
  const keys = await open();
  const before = await keys.all();
  writeFileSync(file, 'nonsense');
  clock.advance(1001);
  expect(await keys.all()).toEqual(before);
});

it('cannot rotate where no server was ever started', async () => {
  await expect(rotate()).rejects.toMatchObject({ code: 'config/unusable-data-directory' });
  expect(readdirSync(join(dataDir, 'secrets'))).toEqual([]);
});
