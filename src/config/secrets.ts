/** Secrets made at first start and kept in the data directory, readable by the server's own user alone. */
import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CallwrightError, messageOf } from '../base/errors.ts';

export interface Secrets {
  /** Signs one-time session tokens. */
  sessionSecret: Uint8Array;
  /** The key of the operator, for `Authorization: Bearer`. */
  operatorKey: string;
  /** The file that the operator's key is in. */
  operatorKeyFile: string;
}

/** @throws CallwrightError `config/unusable-data-directory` */
export async function openSecrets(dataDir: string): Promise<Secrets> {
  const folder = join(dataDir, 'secrets');
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const operatorKeyFile = join(folder, 'operator-key');
    const session = await readOrMake(join(folder, 'session-secret'), sessionSecretForm);
    const operatorKey = await readOrMake(operatorKeyFile, operatorKeyForm);
    return { sessionSecret: Buffer.from(session, 'hex'), operatorKey, operatorKeyFile };
  } catch (error) {
    if (error instanceof CallwrightError) throw error;
    throw new CallwrightError(
      'config/unusable-data-directory',
      `DATA_DIR ${dataDir} cannot be used: ${messageOf(error)}`,
    );
  }
}

interface SecretForm {
  make(): string;
  /** What every secret of this kind looks like: a file that was cut or overwritten must not become a weak secret. */
  pattern: RegExp;
}

const sessionSecretForm: SecretForm = { make: () => randomBytes(32).toString('hex'), pattern: /^[0-9a-f]{64}$/ };
const operatorKeyForm: SecretForm = {
  make: () => `cw_operator_${randomBytes(32).toString('base64url')}`,
  pattern: /^cw_operator_[\w-]{43}$/,
};

async function readOrMake(file: string, { make, pattern }: SecretForm): Promise<string> {
  const secret = (await makeOnce(file, make)).trim();
  if (!pattern.test(secret)) {
    const message = `${file} holds no usable secret: delete it to have a new one made.`;
    throw new CallwrightError('config/unusable-data-directory', message);
  }
  return secret;
}

/** The text of a file for the server's own user alone, which is made when it is not there. */
export async function makeOnce(file: string, make: () => string): Promise<string> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(draft, make(), { mode: 0o600, flag: 'wx' });
    // Of several first starts at once only one file stays, and it is never half written.
    await link(draft, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { force: true });
  }
  await chmod(file, 0o600);
  return await readFile(file, 'utf8');
}
