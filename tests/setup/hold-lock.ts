/** A process of its own that takes the lock of a data directory, says so, and holds it until its input ends. */
import { systemClock } from '../../src/base/clock.ts';
import { CallwrightError } from '../../src/base/errors.ts';
import { lockDirectory } from '../../src/store/embedded/lock-directory.ts';

const [, , dataDir = '', startAtMs = '0'] = process.argv;

// All of a round begin at the same moment, as close as it gets.
while (Date.now() < Number(startAtMs));
try {
  await lockDirectory(dataDir, systemClock);
  process.stdout.write('held\n');
  process.stdin.resume();
} catch (error) {
  process.stdout.write(error instanceof CallwrightError ? `${error.code} ${error.message}\n` : `${error}\n`);
}
