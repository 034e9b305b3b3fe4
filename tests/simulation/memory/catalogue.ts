/** What a migrated database says of its own tables: the one source of columns, keys and conditions in memory. */
import { PGlite } from '@electric-sql/pglite';
import { Kysely, sql } from 'kysely';
import { silentLogger } from '../../../src/base/log.ts';
import { createDialect } from '../../../src/store/kysely-dialect.ts';
import { migrate } from '../../../src/store/migrate.ts';
import { migrations } from '../../../src/store/migrations/index.ts';
import { createPgliteSession } from './pglite-session.ts';

export interface ColumnDefinition {
  name: string;
  type: string;
  isRequired: boolean;
  /** As SQL; null for none. */
  defaultTo: string | null;
  /** `a`lways, by `d`efault, or empty. */
  identity: string;
}

export interface IndexDefinition {
  name: string;
  isUnique: boolean;
  /** Each as SQL: a column's name or an expression. */
  columns: string[];
  /** As SQL; null for every row. */
  condition: string | null;
}

export interface ForeignKey {
  name: string;
  column: string;
  toTable: string;
  toColumn: string;
  /** `c`ascade, set `n`ull, `a` for neither. */
  onDelete: string;
}

export interface TableDefinition {
  name: string;
  columns: ColumnDefinition[];
  indexes: IndexDefinition[];
  foreignKeys: ForeignKey[];
}

const columns = sql<ColumnDefinition & { table: string }>`
  select c.relname as table, a.attname as name, format_type(a.atttypid, null) as type, a.attnotnull as "isRequired",
    pg_get_expr(d.adbin, d.adrelid) as "defaultTo", a.attidentity::text as identity
  from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
  left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
  where n.nspname = 'public' and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped order by c.relname, a.attnum`;

const indexes = sql<IndexDefinition & { table: string }>`
  select t.relname as table, i.relname as name, x.indisunique as "isUnique",
    array(select pg_get_indexdef(x.indexrelid, k, true) from generate_series(1, x.indnkeyatts) k) as columns,
    pg_get_expr(x.indpred, x.indrelid) as condition
  from pg_index x join pg_class t on t.oid = x.indrelid join pg_class i on i.oid = x.indexrelid
  join pg_namespace n on n.oid = t.relnamespace where n.nspname = 'public' order by t.relname, i.relname`;

const foreignKeys = sql<ForeignKey & { table: string }>`
  select t.relname as table, k.conname as name, a.attname as column, r.relname as "toTable", b.attname as "toColumn",
    k.confdeltype::text as "onDelete"
  from pg_constraint k join pg_class t on t.oid = k.conrelid join pg_class r on r.oid = k.confrelid
  join pg_attribute a on a.attrelid = t.oid and a.attnum = k.conkey[1]
  join pg_attribute b on b.attrelid = r.oid and b.attnum = k.confkey[1]
  where k.contype = 'f' order by t.relname, k.conname`;

/** Triggers and checks would be rules that memory does not keep. */
const unknownRules = sql<{ name: string }>`
  select tgname as name from pg_trigger where not tgisinternal
  union all select conname from pg_constraint k join pg_namespace n on n.oid = k.connamespace
  where n.nspname = 'public' and (k.contype in ('c', 'x') or array_length(k.conkey, 1) > 1 and k.contype = 'f')`;

/** Migrates a database of its own in this process and reads what came of it. */
export async function readCatalogue(): Promise<TableDefinition[]> {
  const database = await PGlite.create();
  const session = createPgliteSession(database);
  const db = new Kysely<unknown>({ dialect: createDialect(async () => session) });
  try {
    await migrate(db, migrations, silentLogger);
    return await readTables(db);
  } finally {
    await database.close();
  }
}

async function readTables(db: Kysely<unknown>): Promise<TableDefinition[]> {
  const rules = await unknownRules.execute(db);
  if (rules.rows.length > 0) throw new Error(`memory does not keep these rules: ${JSON.stringify(rules.rows)}`);
  const ofColumns = (await columns.execute(db)).rows;
  const ofIndexes = (await indexes.execute(db)).rows;
  const ofKeys = (await foreignKeys.execute(db)).rows;
  const names = [...new Set(ofColumns.map(({ table }) => table))].filter((name) => !name.startsWith('kysely_'));
  return names.map((name) => ({
    name,
    columns: ofColumns.filter(({ table }) => table === name),
    indexes: ofIndexes.filter(({ table }) => table === name),
    foreignKeys: ofKeys.filter(({ table }) => table === name),
  }));
}
