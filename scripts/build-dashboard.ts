/** Builds the browser app when what it is made of has changed since the last time; says nothing when it has not. */
import { pathToFileURL } from 'node:url';
import { buildDashboard } from '../src/cli/build-dashboard.ts';

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const built = await buildDashboard();
  if (built.result === 'failed') console.error(built.output);
  if (built.result === 'built') console.log(`The dashboard was built in ${(built.ms / 1000).toFixed(1)} s.`);
  process.exitCode = built.result === 'failed' ? 1 : 0;
}
