/** Finds the Chromium that the tests drive, or installs it where that is done with one command. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const usualPlaces = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

export const whatToInstall = `No Chromium was found, and one cannot be installed from here, so nothing is tested in a browser.
  Debian:          sudo apt-get install chromium
  Fedora:          sudo dnf install chromium
  macOS, Windows:  install Google Chrome
  any system:      set CHROMIUM to the path of one`;

/** It asks nobody outside for anything; as root it runs only without its sandbox. */
export const chromiumFlags: readonly string[] = [
  '--no-first-run',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

function findChromium(): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const onPath = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  const told = process.env.CHROMIUM;
  return [...(told ? [told] : []), ...onPath, ...usualPlaces].find((file) => existsSync(file)) ?? null;
}

function installChromium(): void {
  console.error('Installing a browser for the tests: apt-get install chromium');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const run = (...args: string[]) => execFileSync('apt-get', args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    run('update', '-q');
    run('install', '-q', '-y', '--no-install-recommends', 'chromium');
  } catch {
    // What to do is said by who asked.
  }
}

/** Null where there is none and none can be had. On Ubuntu the package is only a pointer to another store. */
export function chromiumForTests(): string | null {
  const found = findChromium();
  if (found !== null || process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return found;
  installChromium();
  return findChromium();
}
