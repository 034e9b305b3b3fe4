/** Builds the browser app when there is none, or what it is made of has changed since. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'dashboard');
const stampFile = join(folder, 'dist', 'made-of.txt');
const sources = ['dashboard/{src,public}/**/*.*', 'dashboard/*.*', 'src/api/contract/*.ts', 'package-lock.json'];

export type Built = { result: 'fresh' } | { result: 'built'; ms: number } | { result: 'failed'; output: string };

export async function buildDashboard(): Promise<Built> {
  const stamp = hashSources();
  if (readStamp() === stamp) return { result: 'fresh' };
  const startedAt = performance.now();
  const { code, output } = await runVite();
  if (code !== 0) return { result: 'failed', output };
  writeFileSync(stampFile, stamp);
  return { result: 'built', ms: performance.now() - startedAt };
}

/** Beside a server that starts: after `npm ci --ignore-scripts`, or when newer sources were fetched. */
export async function keepDashboardFresh(): Promise<void> {
  const built = await buildDashboard();
  if (built.result === 'failed') console.error(`The dashboard could not be built: ${built.output.trim()}`);
}

function hashSources(): string {
  const hash = createHash('sha256');
  for (const file of globSync(sources, { cwd: root }).sort()) hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

function readStamp(): string | null {
  try {
    return readFileSync(stampFile, 'utf8');
  } catch {
    return null;
  }
}

function runVite(): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    let vite: string;
    try {
      vite = join(dirname(createRequire(join(folder, 'package.json')).resolve('vite/package.json')), 'bin/vite.js');
    } catch {
      return resolve({ code: 1, output: 'vite is not installed: run npm ci' });
    }
    const child = spawn(process.execPath, [vite, 'build', '--logLevel', 'warn'], { cwd: folder });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ code: 1, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
