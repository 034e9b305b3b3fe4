import { argon2Sync } from 'node:crypto';
import { expect, it } from 'vitest';
import { systemRandom } from '../base/random.ts';
import { TooBusy } from './gate.ts';
import { createPasswords } from './passwords.ts';

const passwords = createPasswords(systemRandom);

it('keeps a password as argon2id with 19 MiB, 2 passes, a salt of its own and 256 bits', async () => {
  const [one, other] = [await passwords.hash('correct horse battery'), await passwords.hash('correct horse battery')];
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(one).not.toBe(other);
});

it('knows the password again, and no other', async () => {
  const hash = await passwords.hash('correct horse battery');
  expect(await passwords.matches('correct horse battery', hash)).toBe(true);
  for (const wrong of [
    'correct horse batter',
    'correct horse battery ',
    'Correct horse battery',
    '',
    'x'.repeat(1000),
  ]) {
    expect(await passwords.matches(wrong, hash)).toBe(false);
  }
});

it('knows it again when another keyboard composes its letters in another way', async () => {
  const hash = await passwords.hash('mañana de otoño');
  expect(await passwords.matches('man\u0303ana de oton\u0303o', hash)).toBe(true);
});

it('still knows a password that was hashed at another cost', async () => {
  const [message, nonce] = ['correct horse battery', Buffer.from('somesalt')];
  const hash = argon2Sync('argon2id', { message, nonce, parallelism: 1, memory: 64, passes: 1, tagLength: 24 });
  const phc = `$argon2id$v=19$m=64,t=1,p=1$${nonce.toString('base64').replace('=', '')}$${hash.toString('base64')}`;
  expect(await passwords.matches('correct horse battery', phc)).toBe(true);
  expect(await passwords.matches('correct horse batter', phc)).toBe(false);
});

it('lets nobody in where there is no user, after the same work', async () => {
  expect(await passwords.matches('correct horse battery', null)).toBe(false);
});

it.each([[''], ['plain'], ['$2b$12$abcdefghijklmnopqrstuv'], ['$argon2id$v=19$m=19456,t=2,p=1$$']])(
  'says that the stored hash %j cannot be read instead of calling the password wrong',
  async (hash) => {
    await expect(passwords.matches('correct horse battery', hash)).rejects.toMatchObject({
      code: 'account/unreadable-hash',
    });
  },
);

it('hashes two at once, lets 32 wait and refuses the rest', async () => {
  const results = await Promise.allSettled(Array.from({ length: 40 }, () => passwords.matches('x', null)));
  const refused = results.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
  expect(refused).toHaveLength(6);
  expect(refused.every(({ reason }) => reason instanceof TooBusy)).toBe(true);
  expect(await passwords.matches('x', null)).toBe(false);
});
