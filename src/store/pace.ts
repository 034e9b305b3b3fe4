/** Queries on the pace and the health of an account at the carrier, over all nodes. */
import type { Db } from './schema.ts';

interface PaceRow {
  nextAt: Date;
  health: unknown;
}

/** Makes the account's row where there is none yet. */
async function openPace(db: Db, account: string, now: Date): Promise<void> {
  await db
    .insertInto('pace')
    .values({ account, next_at: now })
    .onConflict((conflict) => conflict.column('account').doNothing())
    .execute();
}

/** The account's row, locked until the transaction ends: whoever dials or stores a dial that is waited for comes alone. */
export async function lockPace(db: Db, account: string, now: Date): Promise<PaceRow> {
  const find = () =>
    db.selectFrom('pace').select(['next_at', 'health']).where('account', '=', account).forUpdate().executeTakeFirst();
  let row = await find();
  if (!row) {
    await openPace(db, account, now);
    row = await find();
  }
  return { nextAt: row?.next_at ?? now, health: row?.health ?? null };
}

export async function findPace(db: Db, account: string): Promise<PaceRow | null> {
  const row = await db
    .selectFrom('pace')
    .select(['next_at', 'health'])
    .where('account', '=', account)
    .executeTakeFirst();
  return row ? { nextAt: row.next_at, health: row.health } : null;
}

export async function savePace(db: Db, account: string, changes: { nextAt?: Date; health?: object | null }) {
  const { nextAt, health } = changes;
  await db
    .updateTable('pace')
    .set({
      ...(nextAt === undefined ? {} : { next_at: nextAt }),
      ...(health === undefined ? {} : { health: health === null ? null : JSON.stringify(health) }),
    })
    .where('account', '=', account)
    .execute();
}
