/** A process of its own that writes numbered rows in transactions and says each number once it is committed. */
import { sql } from 'kysely';
import { systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { openStore } from '../../src/store/open-store.ts';

// Nothing is left running when the test that started this is gone.
process.stdin.resume().once('end', () => process.exit(1));

const [, , dataDir = '', firstNumber = '0'] = process.argv;
const parts = { clock: systemClock, random: systemRandom, log: silentLogger, migrations: {} };
const store = await openStore({ kind: 'embedded', dataDir }, parts);
await sql`create table if not exists acknowledged (number int primary key, copy int not null)`.execute(store.db);
for (let number = Number(firstNumber); ; number += 1) {
  await store.transaction(async (tx) => {
    await sql`insert into acknowledged values (${number}, 0)`.execute(tx);
    await sql`update acknowledged set copy = ${number} where number = ${number}`.execute(tx);
  });
  process.stdout.write(`${number}\n`);
}
