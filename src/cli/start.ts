/** `callwright start`: runs the server until it is told to stop. */

import { readCrashAt, readErasingTimes } from '../config/crash-at.ts';
import { refuseHeldDirectory } from '../store/embedded/lock-directory.ts';
import { keepDashboardFresh } from './build-dashboard.ts';
import { readCommandConfig } from './environment.ts';

/** Live calls get this long to end by themselves after the first signal. */
const drainMs = 15 * 60_000;

export async function start(): Promise<void> {
  const config = readCommandConfig();
  if (config.databaseUrl === null) await refuseHeldDirectory(config.dataDir);
  const { createCallwright } = await import('../wiring.ts');
  const crashPoint = readCrashAt();
  const erasing = readErasingTimes();
  const forTests = { ...(crashPoint ? { crashPoint } : {}), ...(erasing ? { erasing } : {}) };
  const callwright = await createCallwright(config, { audibleVoices: true, ...forTests });
  void keepDashboardFresh();
  if (process.stdout.isTTY) {
    console.log(`Callwright is ready on ${callwright.url}. The operator's key is in ${callwright.operatorKeyFile}.`);
  }
  if (callwright.setupCode !== null) console.log(toSetupLine(callwright.url, callwright.setupCode));
  const signals = watchSignals();
  await signals.first;
  await Promise.race([callwright.drain(drainMs), signals.second]);
  await callwright.stop();
}

const toSetupLine = (url: string, code: string) =>
  `There is no administrator yet. Within 24 hours, open ${url} or POST ${url}/auth/setup to make the first one with the set-up code ${code}`;

/** A first signal asks for a gentle stop, a second one for a quick one, a third for none at all. */
function watchSignals(): { first: Promise<void>; second: Promise<void> } {
  let count = 0;
  const notify: (() => void)[] = [];
  const first = new Promise<void>((resolve) => notify.push(resolve));
  const second = new Promise<void>((resolve) => notify.push(resolve));
  const onSignal = () => {
    notify[count]?.();
    count += 1;
    if (count > 2) process.exit(1);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return { first, second };
}
