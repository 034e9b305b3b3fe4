/**
 * Brings 10,000 events to 50 endpoints of which 10 are broken, and the same without broken ones; ends with 1 when an
 * event was lost or came twice to a healthy endpoint, or when the slowest hundredth waited longer than five seconds.
 * `npm run test:webhooks [-- --events 10000] [--per-second 200]`; DATABASE_URL names an empty database of a server.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../src/base/clock.ts';
import { silentLogger } from '../src/base/log.ts';
import { systemRandom } from '../src/base/random.ts';
import { openStore } from '../src/store/open-store.ts';
import { type LoadReport, loadWebhooks } from '../tests/webhook-load/webhook-load.ts';

const { values } = parseArgs({
  options: { events: { type: 'string', default: '10000' }, 'per-second': { type: 'string', default: '200' } },
});
const plan = { endpoints: 50, events: Number(values.events), perSecond: Number(values['per-second']) };
const longestMs = 5000;

async function run(broken: number): Promise<LoadReport> {
  const dataDir = mkdtempSync(join(tmpdir(), 'callwright-webhooks-'));
  const { DATABASE_URL: url } = process.env;
  const place = url === undefined ? ({ kind: 'embedded', dataDir } as const) : ({ kind: 'postgres', url } as const);
  const store = await openStore(place, { clock: systemClock, random: systemRandom, log: silentLogger });
  try {
    // A server that is named keeps what an earlier run left.
    for (const table of ['webhook_deliveries', 'webhook_messages', 'webhooks', 'events'] as const) {
      await store.db.deleteFrom(table).execute();
    }
    return await loadWebhooks(store, { ...plan, broken });
  } finally {
    await store.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function toLine(name: string, { wanted, delivered, twice, firstTryMs, tookMs }: LoadReport): string {
  const { p50, p99, most } = firstTryMs;
  const waits = `first try after ${p50} ms (half), ${p99} ms (99 %), ${most} ms (all)`;
  return `${name}: ${delivered} of ${wanted} delivered, ${twice} twice; ${waits}; ${(tookMs / 1000).toFixed(1)} s`;
}

const sound = await run(0);
console.log(toLine('50 healthy endpoints', sound));
const mixed = await run(10);
console.log(toLine('40 healthy beside 10 broken', mixed));
console.log(`tries at the broken: ${JSON.stringify(mixed.triesOfBroken)}`);
const isWhole = [sound, mixed].every(({ wanted, delivered, twice }) => wanted === delivered && twice === 0);
const isQuick = [sound, mixed].every(({ firstTryMs }) => firstTryMs.p99 < longestMs);
if (!isWhole) console.error('An event was lost, or came twice.');
if (!isQuick) console.error(`One event in a hundred waited longer than ${longestMs} ms for its first try.`);
process.exitCode = isWhole && isQuick ? 0 : 1;
