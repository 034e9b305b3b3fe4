import { Kysely, sql } from 'kysely';
import { expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../tests/setup/describe-on-both.ts';
import { createDialect } from './kysely-dialect.ts';
import { insertPrices, listPricesFor, type NewPrice } from './prices.ts';
import type { Database } from './schema.ts';

const day = (text: string) => new Date(`${text}T00:00:00Z`);
const price = (id: string, prefix: string | null, more: Partial<NewPrice> = {}): NewPrice => ({
  ...{ id, vendor: 'twilio', item: 'call_minute', model: null, prefix, countries: null, number_kind: null },
  ...{ currency: 'USD', price_micros: 1, per: 1, increment_seconds: 1, source: 'test' },
  ...{ created_at: day('2026-01-01'), valid_from: day('2026-01-01'), valid_until: null, ...more },
});

/** The statement that is sent for a number. */
async function textFor(e164: string | null): Promise<string> {
  let text = '';
  const session = {
    async run(statement: string) {
      text = statement;
      return { rows: [], command: 'SELECT', rowCount: 0 };
    },
    release() {},
  };
  await listPricesFor(new Kysely<Database>({ dialect: createDialect(async () => session) }), e164, day('2026-02-01'));
  return text;
}

describeOnBothDatabases('prices', (openFresh) => {
  it('are those whose prefix begins the number, and those that need none, while they hold', async () => {
    const { db } = await openFresh();
    await insertPrices(db, [
      ...[price('1', null), price('2', '+1'), price('3', '+1312'), price('4', '+1313'), price('5', '+13125550000')],
      price('6', '+13', { valid_from: day('2026-03-01') }),
      price('7', '+13', { valid_until: day('2026-02-01') }),
    ]);
    const idsFor = async (e164: string | null) =>
      (await listPricesFor(db, e164, day('2026-02-01'))).map(({ id }) => id);
    expect(await idsFor('+13125550000')).toEqual(['1', '2', '3', '5']);
    expect(await idsFor('+4930')).toEqual(['1']);
    expect(await idsFor(null)).toEqual(['1']);
  });

  it('are found by their index with a plan that is made once for all numbers', async () => {
    const store = await openFresh();
    const text = await textFor('+13125550000');
    expect(await textFor('+49')).toBe(text);
    const plan = await store.transaction(async (db) => {
      await sql`set local enable_seqscan = off`.execute(db);
      await sql`set local plan_cache_mode = force_generic_plan`.execute(db);
      await sql.raw(`prepare found as ${text}`).execute(db);
      const { rows } = await sql`explain execute found('{}', now(), now())`.execute(db);
      await sql`deallocate found`.execute(db);
      return JSON.stringify(rows);
    });
    expect(plan).toContain('prices_by_prefix');
  });
});
