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

export function runStatement(
  node: OperationNode,
  memory: MemoryParts,
  by: Transaction,
): StatementResult | Promise<StatementResult> {
  if (isOnEmptyTable(node, memory)) return { rows: [], changed: node.kind === 'SelectQueryNode' ? null : 0 };
  const named: SelectParts['named'] = new Map();
  const toTerm = createToTerm((inner, scope) => planSelect(inner as SelectQueryNode, scope, parts));
  const parts: SelectParts = { tables: memory.tables, by, named, toTerm };
  switch (node.kind) {
    case 'SelectQueryNode':
      return select(node as SelectQueryNode, parts);
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

async function select(node: SelectQueryNode, parts: SelectParts): Promise<StatementResult> {
  const plan = planSelect(node, null, parts);
  const { from, to } = plan.limitOf(null);
  const sorted = plan.sorted(findRows(plan.finding, parts.by, null), null);
  if (!plan.locks) return { rows: sorted.slice(from, to).map(({ out }) => out), changed: null };
  const locked: Row[] = [];
  const { skips, isOf } = plan.locks;
  for (const { env: found, out } of sorted) {
    if (locked.length >= to) break;
    const env = { ...found, stored: found.stored.map((one, at) => (isOf(at) ? one : null)) };
    const locking = lockRow(env, { finding: plan.finding, skips }, parts);
    const mine = locking instanceof Promise ? await locking : locking;
    if (mine) locked.push(mine === env ? out : (plan.sorted([mine], null)[0]?.out as Row));
  }
  return { rows: locked.slice(from), changed: null };
}

type Lockable = { finding: ReturnType<typeof planFinding>; skips?: boolean };

/** The row as it is once it is ours, at once where nobody holds it; null when it no longer passes, or is skipped. */
function lockRow(env: FoundEnv, lockable: Lockable, { by }: SelectParts): FoundEnv | null | Promise<FoundEnv | null> {
  const held = lockAll(env.stored, lockable.finding, by);
  if (!held) return env;
  return lockable.skips ? null : lockHeld(env, held, { ...lockable, by });
}

async function lockHeld(
  env: FoundEnv,
  heldAtFirst: Stored,
  { finding, by }: Lockable & { by: Transaction },
): Promise<FoundEnv | null> {
  for (let held: Stored | null = heldAtFirst; held; held = lockAll(env.stored, finding, by)) {
    if (held.holder) await by.waitFor(held.holder);
  }
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
  const next = table.shape.copy(row);
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
    const locking = lockRow({ ...env, stored: [env.stored[0] ?? null] }, { finding }, parts);
    const mine = locking instanceof Promise ? await locking : locking;
    const stored = env.stored[0];
    if (!mine || !stored) continue;
    const full = { ...env, rows: [mine.rows[0] ?? null, ...env.rows.slice(1)] };
    const next = assign(target.table, full.rows[0] as Row, { assignments, env: full });
    const waiting = mayStand(target.table, { row: next, own: stored, rules: touched }, parts);
    if (waiting) await waiting;
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

/**
 * Refuses the row where somebody has one of its keys, or where it refers to nothing; null where it may stand at once,
 * otherwise what has to be waited for first.
 */
function mayStand(
  table: Table,
  asked: { row: Row; own: Stored | null; rules?: Rules },
  parts: SelectParts,
): Promise<void> | null {
  const { row, own, rules = table.shape } = asked;
  const { by } = parts;
  const found = table.findRival(row, own, rules.keys);
  if (found) {
    const { rival, key } = found;
    if (rival.holder && rival.holder !== by) {
      return by.waitFor(rival.holder).then(() => mayStand(table, asked, parts) ?? undefined);
    }
    if (isStale(rival, key, { table, row, by })) return null;
    throw postgresError('23505', `duplicate key value violates unique constraint "${key.name}"`, key.name);
  }
  mustRefer(table, { row, references: rules.references }, parts);
  return null;
}

function mustRefer(
  { shape }: Table,
  { row, references }: { row: Row; references: Rules['references'] },
  { by, tables }: SelectParts,
): void {
  for (const { name, column, toTable, toColumn: target } of references) {
    const value = row[column] ?? null;
    if (value === null) continue;
    const referred = tables.get(toTable) ?? unsupported(`the table ${toTable}`);
    const isThere = [...referred.candidates(target, value)].some((one) => referred.seen(one, by)?.[target] === value);
    if (!isThere) throw postgresError('23503', `insert or update on table "${shape.name}" violates "${name}"`, name);
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
    const locking = lockRow({ ...env, stored: [env.stored[0] ?? null] }, { finding }, parts);
    const mine = locking instanceof Promise ? await locking : locking;
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

/** What is given for each of the columns; undefined: what the column is by itself. */
function valuesOf(node: InsertQueryNode, columns: readonly string[], parts: SelectParts): (readonly unknown[])[] {
  const { values } = node;
  if (!values) return [[]];
  if (values.kind === 'SelectQueryNode') {
    const plan = planSelect(values as SelectQueryNode, null, parts);
    return plan.rows(null).map((row) => columns.map((_, at) => row[plan.columns[at]?.name ?? '']));
  }
  if (values.kind !== 'ValuesNode') return unsupported(`inserting a ${values.kind}`);
  const lists = (values as unknown as { values: { kind: string; values: unknown[] }[] }).values;
  const scope: Scope = { sources: [], parent: null, addsUp: false };
  return lists.map((list) => {
    if (list.kind === 'PrimitiveValueListNode') return list.values;
    return (list.values as OperationNode[]).map((value) =>
      value.kind === 'DefaultInsertValueNode' ? undefined : parts.toTerm(value, scope).of(noEnv),
    );
  });
}

function toNewRow(table: Table, columns: readonly string[], values: readonly unknown[]): Row {
  const row = table.shape.copy(table.shape.blank);
  for (const [at, name] of columns.entries()) {
    if (values[at] !== undefined) row[name] = toColumn(table, name, values[at]);
  }
  for (const { name, isIdentity } of table.shape.required) {
    if (row[name] !== null) continue;
    if (isIdentity && !columns.includes(name)) row[name] = table.nextIdentity();
    else refuseNull(table, name);
  }
  return row;
}

/** Where a new row goes, and what becomes of it where another has one of its keys. */
interface Insertion {
  target: From & { table: Table };
  conflict: OnConflictNode | undefined;
  /** The keys that the conflict is about, and the others. */
  yielding: readonly Key[];
  strict: Rules;
}

async function insert(node: InsertQueryNode, parts: SelectParts): Promise<StatementResult> {
  if (node.with) planSelect({ kind: 'SelectQueryNode', with: node.with } as SelectQueryNode, null, parts);
  const target = tableOf(node.into, parts);
  const { shape } = target.table;
  const { onConflict: conflict } = node;
  const scope: Scope = { sources: [target], parent: null, addsUp: false };
  const outputs = toOutputs(node.returning?.selections ?? [], scope, parts.toTerm);
  const yielding = conflict ? keysOf(shape, conflict) : [];
  const strict = { keys: shape.keys.filter((key) => !yielding.includes(key)), references: shape.references };
  const columns = (node.columns ?? []).map(nameOf);
  const rows: Row[] = [];
  let changed = 0;
  for (const values of valuesOf(node, columns, parts)) {
    const inserting = insertOne({ target, conflict, yielding, strict }, toNewRow(target.table, columns, values), parts);
    const row = inserting instanceof Promise ? await inserting : inserting;
    if (!row) continue;
    changed += 1;
    rows.push(toRow(outputs, { rows: [row], group: null, parent: null }));
  }
  return { rows, changed };
}

function insertOne(insertion: Insertion, row: Row, parts: SelectParts): Row | null | Promise<Row | null> {
  const { target, conflict, yielding, strict } = insertion;
  const { table } = target;
  const { by } = parts;
  // Somebody else may be as fast: in the moment of waiting the same row may come.
  const again = () => insertOne(insertion, row, parts);
  const found = table.findRival(row, null, yielding);
  if (found && conflict && !(found.rival.holder === by && isStale(found.rival, found.key, { table, row, by }))) {
    const { rival } = found;
    if (rival.holder && rival.holder !== by) return by.waitFor(rival.holder).then(again);
    return conflict.updates ? updateInstead(target, { row, rival, conflict }, parts) : null;
  }
  const waiting = mayStand(table, { row, own: null, rules: strict }, parts);
  if (waiting) return waiting.then(again);
  table.add(row, by);
  return row;
}

function keysOf(shape: Table['shape'], { columns, constraint }: OnConflictNode): Key[] {
  if (!columns && !constraint) return shape.keys;
  const names = columns?.map(nameOf).sort().join();
  const keys = shape.keys.filter((key) => (constraint ? key.name === nameOf(constraint) : key.sorted === names));
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
  const waiting = mayStand(table, { row: next, own: rival, rules: rulesTouchedBy(table, assignments) }, parts);
  if (waiting) await waiting;
  table.change(rival, next);
  return next;
}

const advisoryLock = /^\s*select\s+pg_advisory_xact_lock\s*\(/i;
const notification = /^\s*select\s+pg_notify\s*\(/i;
const none = { rows: [], changed: null };

/** The few statements that are written as text. */
async function runText(node: RawNode, memory: MemoryParts, parts: SelectParts): Promise<StatementResult> {
  const { by, toTerm } = parts;
  const [head = '', ...rest] = fragmentsOf(node);
  const [added] = node.parameters;
  if (added?.kind === 'InsertQueryNode' && /^\s*with\s+added\s+as\s*\(\s*$/i.test(head)) {
    return addEvents(added as InsertQueryNode, parts);
  }
  const scope: Scope = { sources: [], parent: null, addsUp: false };
  const partsOf = node.parameters.map((part) => (at: Scope) => toTerm(part, at));
  if (advisoryLock.test(head)) {
    const term = parseSql([head.replace(advisoryLock, '('), ...rest], scope, partsOf);
    await lockAdvisory(String(term.of(noEnv)), memory, by);
    return none;
  }
  if (notification.test(head)) {
    const pair = parseSql([head.replace(notification, '('), ...rest], scope, partsOf).of(noEnv) as string[];
    by.notices.push({ channel: pair[0] ?? '', payload: pair[1] ?? '' });
    return none;
  }
  if (/^\s*select\s+1\s*$/i.test(head)) return none;
  return unsupported(`the statement ${fragmentsOf(node).join('…')}`);
}

async function lockAdvisory(key: string, { advisory }: MemoryParts, by: Transaction): Promise<void> {
  for (let holder = advisory.get(key); holder && holder !== by && !holder.isOver; holder = advisory.get(key)) {
    await by.waitFor(holder);
  }
  advisory.set(key, by);
}

/** Events with their deliveries, of which there are none while nobody wants to be told. */
async function addEvents(node: InsertQueryNode, parts: SelectParts): Promise<StatementResult> {
  if ((parts.tables.get('webhooks')?.rows.size ?? 0) > 0) unsupported('events with deliveries');
  const { rows } = await insert(node, parts);
  return { rows: rows.sort((a, b) => (a.position as number) - (b.position as number)), changed: null };
}
