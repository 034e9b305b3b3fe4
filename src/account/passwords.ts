/** Hashes passwords with argon2id, few at once, so that a flood of logins cannot take the machine's memory and time. */
import { argon2, timingSafeEqual } from 'node:crypto';
import { CallwrightError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { createGate } from './gate.ts';

export interface Passwords {
  /** A PHC string, `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>`. @throws TooBusy */
  hash(password: string): Promise<string>;
  /** Whether it is the one that was hashed; takes the same time when there is none (null). @throws TooBusy */
  matches(password: string, hash: string | null): Promise<boolean>;
}

/** The least that OWASP recommends for argon2id, see the Password Storage Cheat Sheet (2025). */
const cost = { memoryKib: 19_456, passes: 2, lanes: 1 };
const saltBytes = 16;
const hashBytes = 32;

const mostAtOnce = 2;
const mostWaiting = 32;

interface Hashed {
  salt: Uint8Array;
  hash: Uint8Array;
  memoryKib: number;
  passes: number;
  lanes: number;
}

export function createPasswords(random: Random): Passwords {
  const gate = createGate(mostAtOnce, mostWaiting);
  const nobody: Hashed = { ...cost, salt: random.bytes(saltBytes), hash: random.bytes(hashBytes) };
  return {
    async hash(password) {
      const salt = random.bytes(saltBytes);
      const hash = await gate(() => derive(password, { ...cost, salt }, hashBytes));
      return toPhc({ ...cost, salt, hash });
    },
    async matches(password, phc) {
      const wanted = phc === null ? nobody : fromPhc(phc);
      const got = await gate(() => derive(password, wanted, wanted.hash.length));
      return timingSafeEqual(got, wanted.hash) && phc !== null;
    },
  };
}

/** The same password typed on another machine may come as other code points. */
function derive(password: string, { salt, memoryKib, passes, lanes }: Omit<Hashed, 'hash'>, length: number) {
  const message = password.normalize('NFKC');
  const options = { message, nonce: salt, parallelism: lanes, tagLength: length, memory: memoryKib, passes };
  return new Promise<Uint8Array>((resolve, reject) => {
    argon2('argon2id', options, (error, hash) => (error ? reject(error) : resolve(hash)));
  });
}

const toBase64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replace(/=+$/, '');

function toPhc({ salt, hash, memoryKib, passes, lanes }: Hashed): string {
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${lanes}$${toBase64(salt)}$${toBase64(hash)}`;
}

const phcForm =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

function fromPhc(phc: string): Hashed {
  const [, memory, passes, lanes, salt, hash] = phcForm.exec(phc) ?? [];
  if (!salt || !hash) throw new CallwrightError('account/unreadable-hash', 'A stored password hash cannot be read.');
  return {
    memoryKib: Number(memory),
    passes: Number(passes),
    lanes: Number(lanes),
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  };
}
