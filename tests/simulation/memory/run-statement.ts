/** Runs one statement of Kysely's on the tables in memory, waiting for the locks of others as Postgres would. */
import type {
  ColumnUpdateNode,
  DeleteQueryNode,
  InsertQueryNode,
  OnConflictNode,
  OperationNode,
  RawNode,
  SelectQueryNode,
  UpdateQueryNode,
} from 'kysely';
import { type FoundEnv, type From, findRows, planFinding } from './find-rows.ts';
import { fragmentsOf, parseSql } from './parse-sql.ts';
import { createToTerm, nameOf } from './read-nodes.ts';
import { lockAll, planSelect, type SelectParts, toFrom, toOutputs, toRow } from './run-select.ts';
import { postgresError, type Row, toType } from './sql-values.ts';
import type { Key, Stored, Table, Transaction } from './tables.ts';
import { type Env, noEnv, type Scope, type Term, unsupported } from './terms.ts';

export interface StatementResult {
  rows: Row[];
  /** Null where nothing is changed. */
  changed: number | null;
}

export interface MemoryParts {
  tables: ReadonlyMap<string, Table>;
  /** Who holds each advisory lock. */
  advisory: Map<string, Transaction>;
}

export async function runStatement(
  node: OperationNode,
  memory: MemoryParts,
  by: Transaction,
): Promise<StatementResult> {
  if (isOnEmptyTable(node, memory)) return { rows: [], changed: node.kind === 'SelectQueryNode' ? null : 0 };
  const named: SelectParts['named'] = new Map();
  const toTerm = createToTerm((inner, scope) => planSelect(inner as SelectQueryNode, scope, parts));
  const parts: SelectParts = { tables: memory.tables, by, named, toTerm };
  switch (node.kind) {
    case 'SelectQueryNode':
      return { rows: await select(node as SelectQueryNode, parts), changed: null };
    case 'InsertQueryNode':
      return insert(node as InsertQueryNode, parts);
    case 'UpdateQueryNode':
      return update(node as UpdateQueryNode, parts);
    case 'DeleteQueryNode':
      return remove(node as DeleteQueryNode, parts);
    case 'RawNode':
      return runText(node as RawNode, memory, parts);
    default:
      return unsupported(`a statement of kind ${node.kind}`);
  }
}

/** Most of what a server asks again and again is of tables in which nothing is: it need not be planned. */
function isOnEmptyTable(node: OperationNode, { tables }: MemoryParts): boolean {
  const isEmpty = (table: OperationNode | undefined) =>
    table?.kind === 'TableNode' && tables.get(nameOf(table))?.rows.size === 0;
  if (node.kind === 'UpdateQueryNode') {
    const { table, with: named } = node as UpdateQueryNode;
    return !named && isEmpty(table);
  }
  if (node.kind !== 'SelectQueryNode') return false;
  const { from, joins = [], with: named, setOperations, groupBy, selections = [] } = node as SelectQueryNode;
  if (named || setOperations || from?.froms.length !== 1) return false;
  const isInner = joins.every(({ joinType }) => joinType === 'InnerJoin');
  if (!isEmpty(from.froms[0]) && !(isInner && joins.some(({ table }) => isEmpty(table)))) return false;
  // A sum over nothing is a row all the same.
  const plain: readonly string[] = ['SelectAllNode', 'ReferenceNode', 'ColumnNode'];
  return groupBy !== undefined || selections.every(({ selection }) => plain.includes(selection.kind));
}

async function select(node: SelectQueryNode, parts: SelectParts): Promise<Row[]> {
  const plan = planSelect(node, null, parts);
  const { from, to } = plan.limitOf(null);
  const sorted = plan.sorted(findRows(plan.finding, parts.by, null), null);
  if (!plan.locks) return sorted.slice(from, to).map(({ out }) => out);
  const locked: Row[] = [];
  const { skips, isOf } = plan.locks;
  for (const { env: found, out } of sorted) {
    if (locked.length >= to) break;
    const env = { ...found, stored: found.stored.map((one, at) => (isOf(at) ? one : null)) };
    const mine = await lockRow(env, { finding: plan.finding, skips }, parts);
    if (mine) locked.push(mine === env ? out : (plan.sorted([mine], null)[0]?.out as Row));
  }
  return locked.slice(from);
}

type Lockable = { finding: ReturnType<typeof planFinding>; skips?: boolean };

/** The row as it is once it is ours; null when it no longer passes, or is skipped. */
async function lockRow(
  env: FoundEnv,
  { finding, skips = false }: Lockable,
  { by }: SelectParts,
): Promise<FoundEnv | null> {
  let waited = false;
  for (let held = lockAll(env.stored, finding, by); held; held = lockAll(env.stored, finding, by)) {
    if (skips) return null;
    if (held.holder) await by.waitFor(held.holder);
    waited = true;
  }
  if (!waited) return env;
  const rows = env.stored.map((stored, at) =>
    stored ? (finding.steps[at]?.from.table?.seen(stored, by) ?? null) : (env.rows[at] ?? null),
  );
  if (rows.some((row, at) => row === null && env.stored[at])) return null;
  const now = { ...env, rows };
  return !finding.where || finding.where.of(now) === true ? now : null;
}

function tableOf(node: OperationNode | undefined, parts: SelectParts): From & { table: Table } {
  const from = node ? toFrom(node, null, parts) : unsupported('a statement without a table');
  return from.table ? { ...from, table: from.table } : unsupported('a change of something that is no table');
}

type Assignment = { column: string; term: Term };

function toAssignments(updates: readonly ColumnUpdateNode[], scope: Scope, { toTerm }: SelectParts): Assignment[] {
  return updates.map(({ column, value }) => ({ column: nameOf(column), term: toTerm(value, scope) }));
}

function assign(table: Table, row: Row, { assignments, env }: { assignments: readonly Assignment[]; env: Env }): Row {
  const next: Record<string, unknown> = { ...row };
  for (const { column, term } of assignments) next[column] = toColumn(table, column, term.of(env));
  return next;
}

function toColumn(table: Table, name: string, value: unknown): unknown {
  const column = table.shape.byName.get(name);
  if (!column) throw postgresError('42703', `column "${name}" of relation "${table.shape.name}" does not exist`);
  const typed = toType(column.type, value);
  if (typed === null && column.isRequired) refuseNull(table, name);
  return typed;
}

function refuseNull({ shape }: Table, column: string): never {
  throw postgresError('23502', `null value in column "${column}" of relation "${shape.name}"`);
}

async function update(node: UpdateQueryNode, parts: SelectParts): Promise<StatementResult> {
  if (node.with) planSelect({ kind: 'SelectQueryNode', with: node.with } as SelectQueryNode, null, parts);
  const target = tableOf(node.table, parts);
  const others = (node.from?.froms ?? []).map((one) => toFrom(one, null, parts));
  const scope: Scope = { sources: [target, ...others], parent: null, addsUp: false };
  const finding = planFinding(
    { froms: [target, ...others], joins: [], where: node.where?.where },
    { scope, toTerm: parts.toTerm },
  );
  const assignments = toAssignments(node.updates ?? [], scope, parts);
  const touched = rulesTouchedBy(target.table, assignments);
  const outputs = toOutputs(node.returning?.selections ?? [], scope, parts.toTerm);
  const rows: Row[] = [];
  let changed = 0;
  for (const env of onePerRow(findRows(finding, parts.by, null))) {
    const mine = await lockRow({ ...env, stored: [env.stored[0] ?? null] }, { finding }, parts);
    const stored = env.stored[0];
    if (!mine || !stored) continue;
    const full = { ...env, rows: [mine.rows[0] ?? null, ...env.rows.slice(1)] };
    const next = assign(target.table, full.rows[0] as Row, { assignments, env: full });
    await mayStand(target.table, { row: next, own: stored, rules: touched }, parts);
    target.table.change(stored, next);
    changed += 1;
    rows.push(toRow(outputs, { ...full, rows: [next, ...full.rows.slice(1)] }));
  }
  return { rows, changed };
}

function onePerRow(found: FoundEnv[]): FoundEnv[] {
  const seen = new Set<Stored | null | undefined>();
  return found.filter(({ stored: [first] }) => !seen.has(first) && seen.add(first));
}

type Rules = Pick<Table['shape'], 'keys' | 'references'>;

/** Of the keys and references those that were not kept already before these columns changed. */
function rulesTouchedBy({ shape }: Table, assignments: readonly Assignment[]): Rules {
  const columns = assignments.map(({ column }) => column);
  return {
    keys: shape.keys.filter(({ reads }) => columns.some((column) => reads.has(column))),
    references: shape.references.filter(({ column }) => columns.includes(column)),
  };
}

/** Waits for, or refuses, whoever else has one of the row's keys. */
async function mayStand(
  table: Table,
  { row, own, rules = table.shape }: { row: Row; own: Stored | null; rules?: Rules },
  { by, tables }: SelectParts,
): Promise<void> {
  for (;;) {
    const found = table.findRival(row, own, rules.keys);
    if (!found) break;
    const { rival, key } = found;
    if (rival.holder && rival.holder !== by) await by.waitFor(rival.holder);
    else if (isStale(rival, key, { table, row, by })) return;
    else throw postgresError('23505', `duplicate key value violates unique constraint "${key.name}"`, key.name);
  }
  for (const { name, column, toTable, toColumn: target } of rules.references) {
    const value = row[column] ?? null;
    if (value === null) continue;
    const referred = tables.get(toTable) ?? unsupported(`the table ${toTable}`);
    const isThere = [...referred.candidates(target, value)].some((one) => referred.seen(one, by)?.[target] === value);
    if (!isThere)
      throw postgresError('23503', `insert or update on table "${table.shape.name}" violates "${name}"`, name);
  }
}

/** A key that the row had before this same transaction changed or deleted it stands in nobody's way. */
function isStale(rival: Stored, key: Key, { table, row, by }: { table: Table; row: Row; by: Transaction }): boolean {
  const seen = table.seen(rival, by);
  if (seen === null) return true;
  const keyOf = (one: Row) =>
    JSON.stringify(key.terms.map((term) => term.of({ rows: [one], group: null, parent: null })));
  return rival.pending !== undefined && keyOf(seen) !== keyOf(row);
}

async function remove(node: DeleteQueryNode, parts: SelectParts): Promise<StatementResult> {
  const target = tableOf(node.from.froms[0], parts);
  const others = (node.using?.tables ?? []).map((one) => toFrom(one, null, parts));
  const scope: Scope = { sources: [target, ...others], parent: null, addsUp: false };
  const finding = planFinding(
    { froms: [target, ...others], joins: [], where: node.where?.where },
    { scope, toTerm: parts.toTerm },
  );
  const outputs = toOutputs(node.returning?.selections ?? [], scope, parts.toTerm);
  const rows: Row[] = [];
  let changed = 0;
  for (const env of onePerRow(findRows(finding, parts.by, null))) {
    const mine = await lockRow({ ...env, stored: [env.stored[0] ?? null] }, { finding }, parts);
    const stored = env.stored[0];
    if (!mine || !stored) continue;
    refuseIfReferred(target.table, mine.rows[0] as Row, parts);
    target.table.change(stored, null);
    changed += 1;
    rows.push(toRow(outputs, { ...env, rows: [mine.rows[0] ?? null, ...env.rows.slice(1)] }));
  }
  return { rows, changed };
}

function refuseIfReferred(table: Table, row: Row, { tables, by }: SelectParts): void {
  for (const other of tables.values()) {
    for (const { column, toTable, toColumn: target } of other.shape.references) {
      if (toTable !== table.shape.name) continue;
      const refers = [...other.candidates(column, row[target])].some(
        (one) => other.seen(one, by)?.[column] === row[target],
      );
      if (refers) unsupported(`deleting a row of ${table.shape.name} that ${other.shape.name} refers to`);
    }
  }
}

function valuesOf(node: InsertQueryNode, parts: SelectParts): Map<string, unknown>[] {
  const columns = (node.columns ?? []).map(nameOf);
  const { values } = node;
  if (!values) return [new Map()];
  if (values.kind === 'SelectQueryNode') {
    const plan = planSelect(values as SelectQueryNode, null, parts);
    return plan.rows(null).map((row) => new Map(columns.map((name, at) => [name, row[plan.columns[at]?.name ?? '']])));
  }
  if (values.kind !== 'ValuesNode') return unsupported(`inserting a ${values.kind}`);
  const lists = (values as unknown as { values: { kind: string; values: unknown[] }[] }).values;
  const scope: Scope = { sources: [], parent: null, addsUp: false };
  return lists.map((list) => {
    const entries = columns.flatMap((name, at): [string, unknown][] => {
      const value = list.values[at];
      if (list.kind === 'PrimitiveValueListNode') return [[name, value]];
      const node = value as OperationNode;
      return node.kind === 'DefaultInsertValueNode' ? [] : [[name, parts.toTerm(node, scope).of(noEnv)]];
    });
    return new Map(entries);
  });
}

function toNewRow(table: Table, given: ReadonlyMap<string, unknown>): Row {
  const row: Record<string, unknown> = { ...table.shape.blank };
  for (const [name, value] of given) if (value !== undefined) row[name] = toColumn(table, name, value);
  for (const { name, isRequired, isIdentity } of table.shape.columns) {
    if (row[name] !== null) continue;
    if (isIdentity && given.get(name) === undefined) row[name] = table.nextIdentity();
    else if (isRequired) refuseNull(table, name);
  }
  return row;
}

async function insert(node: InsertQueryNode, parts: SelectParts): Promise<StatementResult> {
  if (node.with) planSelect({ kind: 'SelectQueryNode', with: node.with } as SelectQueryNode, null, parts);
  const target = tableOf(node.into, parts);
  const scope: Scope = { sources: [target], parent: null, addsUp: false };
  const outputs = toOutputs(node.returning?.selections ?? [], scope, parts.toTerm);
  const rows: Row[] = [];
  let changed = 0;
  for (const given of valuesOf(node, parts)) {
    const row = await insertOne(target, { row: toNewRow(target.table, given), conflict: node.onConflict }, parts);
    if (!row) continue;
    changed += 1;
    rows.push(toRow(outputs, { rows: [row], group: null, parent: null }));
  }
  return { rows, changed };
}

async function insertOne(
  target: From & { table: Table },
  { row, conflict }: { row: Row; conflict: OnConflictNode | undefined },
  parts: SelectParts,
): Promise<Row | null> {
  const { table } = target;
  const { by } = parts;
  if (conflict) {
    for (;;) {
      const found = table.findRival(row, null, keysOf(table, conflict));
      if (!found || (found.rival.holder === by && isStale(found.rival, found.key, { table, row, by }))) break;
      const { rival } = found;
      if (rival.holder && rival.holder !== by) {
        await by.waitFor(rival.holder);
        continue;
      }
      return conflict.updates ? updateInstead(target, { row, rival, conflict }, parts) : null;
    }
  }
  await mayStand(table, { row, own: null }, parts);
  const rival = table.findRival(row, null)?.rival;
  // Somebody else was as fast: in the moment of waiting the same row has come.
  if (rival && rival.holder !== by) return insertOne(target, { row, conflict }, parts);
  table.add(row, by);
  return row;
}

function keysOf(table: Table, conflict: OnConflictNode): Key[] {
  const { columns, constraint } = conflict;
  if (!columns && !constraint) return table.shape.keys;
  const names = columns?.map(nameOf).sort().join();
  const keys = table.shape.keys.filter((key) =>
    constraint ? key.name === nameOf(constraint) : [...key.columns].sort().join() === names,
  );
  if (keys.length === 0)
    throw postgresError('42P10', 'there is no unique constraint matching the ON CONFLICT specification');
  return keys;
}

async function updateInstead(
  target: From & { table: Table },
  { row, rival, conflict }: { row: Row; rival: Stored; conflict: OnConflictNode },
  parts: SelectParts,
): Promise<Row | null> {
  const { table } = target;
  const excluded = { alias: 'excluded', columns: table.shape.types };
  const scope: Scope = { sources: [target, excluded], parent: null, addsUp: false };
  const assignments = toAssignments(conflict.updates ?? [], scope, parts);
  const old = table.seen(rival, parts.by) as Row;
  const env: Env = { rows: [old, row], group: null, parent: null };
  table.lock(rival, parts.by);
  if (conflict.updateWhere && parts.toTerm(conflict.updateWhere.where, scope).of(env) !== true) return null;
  const next = assign(table, old, { assignments, env });
  await mayStand(table, { row: next, own: rival, rules: rulesTouchedBy(table, assignments) }, parts);
  table.change(rival, next);
  return next;
}

const advisoryLock = /^\s*select\s+pg_advisory_xact_lock\s*\(/i;
const notification = /^\s*select\s+pg_notify\s*\(/i;

/** The few statements that are written as text. */
async function runText(node: RawNode, memory: MemoryParts, parts: SelectParts): Promise<StatementResult> {
  const { by, toTerm } = parts;
  const [head = '', ...rest] = fragmentsOf(node);
  const scope: Scope = { sources: [], parent: null, addsUp: false };
  const partsOf = node.parameters.map((part) => (at: Scope) => toTerm(part, at));
  const none = { rows: [], changed: null };
  if (advisoryLock.test(head)) {
    const term = parseSql([head.replace(advisoryLock, '('), ...rest], scope, partsOf);
    const key = String(term.of(noEnv));
    for (
      let holder = memory.advisory.get(key);
      holder && holder !== by && !holder.isOver;
      holder = memory.advisory.get(key)
    ) {
      await by.waitFor(holder);
    }
    memory.advisory.set(key, by);
    return none;
  }
  if (notification.test(head)) {
    const pair = parseSql([head.replace(notification, '('), ...rest], scope, partsOf).of(noEnv) as string[];
    by.notices.push({ channel: pair[0] ?? '', payload: pair[1] ?? '' });
    return none;
  }
  const [added] = node.parameters;
  if (/^\s*with\s+added\s+as\s*\(\s*$/i.test(head) && added?.kind === 'InsertQueryNode') {
    return addEvents(added as InsertQueryNode, parts);
  }
  if (/^\s*select\s+1\s*$/i.test(head)) return none;
  return unsupported(`the statement ${fragmentsOf(node).join('…')}`);
}

/** Events with their deliveries, of which there are none while nobody wants to be told. */
async function addEvents(node: InsertQueryNode, parts: SelectParts): Promise<StatementResult> {
  if ((parts.tables.get('webhooks')?.rows.size ?? 0) > 0) unsupported('events with deliveries');
  const { rows } = await insert(node, parts);
  return { rows: rows.sort((a, b) => (a.position as number) - (b.position as number)), changed: null };
}
