/** Reads rows: joins, conditions, groups, order, limits and unions, as this transaction sees the tables. */
import type {
  JoinNode,
  OperationNode,
  OrderByItemNode,
  SelectionNode,
  SelectModifierNode,
  SelectQueryNode,
} from 'kysely';
import { type Finding, type FoundEnv, type From, findRows, planFinding } from './find-rows.ts';
import { fragmentsOf } from './parse-sql.ts';
import { nameOf } from './read-nodes.ts';
import { compareValues, type Row, type SqlType, toKey, toOutput } from './sql-values.ts';
import type { Stored, Table, Transaction } from './tables.ts';
import { type Env, type Scope, type Source, type Subquery, type Term, type ToTerm, unsupported } from './terms.ts';

export interface SelectParts {
  tables: ReadonlyMap<string, Table>;
  by: Transaction;
  /** What `with` has named. */
  named: Map<string, Subquery>;
  toTerm: ToTerm;
}

export interface Output {
  name: string;
  type: SqlType;
  of(env: Env): unknown;
}

interface Sorting {
  of(env: Env, out: Row): unknown;
  isDescending: boolean;
  nullsFirst: boolean;
}

/** A select made ready: whose rows are looked for, what is made of them. */
export interface Plan extends Subquery {
  finding: Finding;
  locks: Locks | null;
  /** Rows in their order, not yet cut to the limit. */
  sorted(found: FoundEnv[], parent: Env | null): { env: FoundEnv; out: Row }[];
  limitOf(env: Env | null): { from: number; to: number };
}

export function toFrom(node: OperationNode, scope: Scope | null, parts: SelectParts): From {
  const aliased = node.kind === 'AliasNode' ? (node as unknown as { node: OperationNode; alias: OperationNode }) : null;
  const inner = aliased?.node ?? node;
  if (inner.kind === 'SelectQueryNode') {
    return fromSubquery(nameOf(aliased?.alias ?? inner), planSelect(inner as SelectQueryNode, scope, parts));
  }
  const name = nameOf(inner);
  const alias = aliased ? nameOf(aliased.alias) : name;
  const named = parts.named.get(name);
  if (named) return fromSubquery(alias, named);
  const table = parts.tables.get(name) ?? unsupported(`the table ${name}`);
  return { alias, columns: table.shape.types, table, subquery: null };
}

function fromSubquery(alias: string, subquery: Subquery): From {
  return { alias, columns: new Map(subquery.columns.map(({ name, type }) => [name, type])), table: null, subquery };
}

export function toOutputs(selections: readonly SelectionNode[], scope: Scope, toTerm: ToTerm): Output[] {
  const [only, more] = selections;
  const [source] = scope.sources;
  if (!more && scope.sources.length === 1 && source && only?.selection.kind === 'SelectAllNode') {
    return allOf(source.columns, 0);
  }
  return selections.flatMap(({ selection }): Output[] => {
    if (selection.kind === 'SelectAllNode') return allColumns(scope, null);
    if (selection.kind === 'ReferenceNode' && selection.column.kind === 'SelectAllNode') {
      return allColumns(scope, selection.table ? nameOf(selection.table) : null);
    }
    if (selection.kind === 'AliasNode') {
      const { node, alias } = selection as unknown as { node: OperationNode; alias: OperationNode };
      return [{ name: nameOf(alias), ...asOutput(toTerm(node, scope)) }];
    }
    return [{ name: nameOf(selection), ...asOutput(toTerm(selection, scope)) }];
  });
}

const asOutput = (term: Term) => ({ type: term.type, of: (env: Env) => toOutput(term.type, term.of(env) ?? null) });

function allColumns(scope: Scope, alias: string | null): Output[] {
  return scope.sources.flatMap((source, at) =>
    alias !== null && source.alias !== alias ? [] : allOf(source.columns, at),
  );
}

const madeOf = new WeakMap<Source['columns'], Output[][]>();

/** Made once for each table and place among the sources: most statements read whole rows. */
function allOf(columns: Source['columns'], at: number): Output[] {
  const made = madeOf.get(columns) ?? [];
  madeOf.set(columns, made);
  if (!made[at]) {
    made[at] = [...columns].map(([name, type]) => ({
      ...{ name, type },
      of: (env: Env) => toOutput(type, env.rows[at]?.[name] ?? null),
    }));
    const changed = [...columns].flatMap(([name, type]) => (type === 'numeric' ? [{ name, type }] : []));
    wholeRows.set(made[at], { at, changed });
  }
  return made[at];
}

/** Outputs that are a whole row as it is stored, but for these columns. */
const wholeRows = new WeakMap<readonly Output[], { at: number; changed: { name: string; type: SqlType }[] }>();

export function toRow(outputs: readonly Output[], env: Env): Row {
  const whole = wholeRows.get(outputs);
  const stored = whole ? env.rows[whole.at] : null;
  if (whole && stored) {
    // Nobody changes a row that is stored: whoever reads all of it may have it itself.
    if (whole.changed.length === 0) return stored;
    const copy: Record<string, unknown> = { ...stored };
    for (const { name, type } of whole.changed) copy[name] = toOutput(type, copy[name]);
    return copy;
  }
  const row: Record<string, unknown> = {};
  for (const { name, of } of outputs) row[name] = of(env);
  return row;
}

function toSorting(
  item: OrderByItemNode,
  outputs: readonly Output[],
  context: { scope: Scope; toTerm: ToTerm },
): Sorting {
  const direction = item.direction ? fragmentsOf(item.direction).join('').trim() : 'asc';
  if (direction !== 'asc' && direction !== 'desc') unsupported(`the order "${direction}"`);
  const isDescending = direction === 'desc';
  const nullsFirst = item.nulls ? item.nulls === 'first' : isDescending;
  const node = item.orderBy;
  const isName = node.kind === 'ColumnNode' || (node.kind === 'ReferenceNode' && !('table' in node && node.table));
  const output = isName ? outputs.find(({ name }) => name === nameOf(node)) : undefined;
  if (output) return { of: (_env, out) => out[output.name], isDescending, nullsFirst };
  const term = context.toTerm(node, context.scope);
  return { of: (env) => term.of(env), isDescending, nullsFirst };
}

const noKeys: readonly unknown[] = [];

const keysOf = (sortings: readonly Sorting[], env: Env, out: Row): readonly unknown[] =>
  sortings.length === 0 ? noKeys : sortings.map((sorting) => sorting.of(env, out));

function compareBy(sortings: readonly Sorting[]) {
  return (a: { keys: readonly unknown[] }, b: { keys: readonly unknown[] }) => {
    for (const [at, { isDescending, nullsFirst }] of sortings.entries()) {
      const left = a.keys[at] ?? null;
      const right = b.keys[at] ?? null;
      if (left === null && right === null) continue;
      if (left === null || right === null) return (left === null) === nullsFirst ? -1 : 1;
      const order = compareValues(left, right);
      if (order !== 0) return isDescending ? -order : order;
    }
    return 0;
  };
}

interface Locks {
  skips: boolean;
  /** Of which sources rows are locked. */
  isOf(at: number): boolean;
}

function locksOf(modifiers: readonly SelectModifierNode[], { sources }: Scope): Locks | null {
  const of = modifiers.flatMap(({ of = [] }) => of.map(nameOf));
  const names = modifiers.map(({ modifier }) => modifier);
  const known = ['ForUpdate', 'ForNoKeyUpdate', 'SkipLocked'];
  for (const name of names) if (!known.includes(name ?? '')) unsupported(`the modifier ${name}`);
  if (names.length === 0) return null;
  const isOf = (at: number) => of.length === 0 || of.includes(sources[at]?.alias ?? '');
  return { skips: names.includes('SkipLocked'), isOf };
}

function keyOfRow(outputs: readonly { name: string }[], row: Row): string {
  return JSON.stringify(outputs.map(({ name }) => toKey(row[name]) ?? null));
}

function withoutDoubles<T>(items: T[], keyOf: (item: T) => string): T[] {
  const seen = new Set<string>();
  return items.filter((item) => {
    const key = keyOf(item);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

export function planSelect(node: SelectQueryNode, parent: Scope | null, parts: SelectParts): Plan {
  const { toTerm } = parts;
  for (const { name, expression } of node.with?.expressions ?? []) {
    if (expression.kind !== 'SelectQueryNode') unsupported('changes in a with');
    parts.named.set(nameOf(name.table), planSelect(expression as SelectQueryNode, parent, parts));
  }
  const froms = (node.from?.froms ?? []).map((from) => toFrom(from, parent, parts));
  const joins = (node.joins ?? []).map((join: JoinNode) => ({ from: toFrom(join.table, parent, parts), node: join }));
  const scope: Scope = { sources: [...froms, ...joins.map(({ from }) => from)], parent, addsUp: false };
  const finding = planFinding({ froms, joins, where: node.where?.where }, { scope, toTerm });
  const outputs = toOutputs(node.selections ?? [], scope, toTerm);
  const having = node.having ? toTerm(node.having.having, scope) : null;
  const groups = (node.groupBy?.items ?? []).map(({ groupBy }) => toTerm(groupBy, scope));
  const sortings = (node.orderBy?.items ?? []).map((item) => toSorting(item, outputs, { scope, toTerm }));
  const isGrouped = scope.addsUp || groups.length > 0;
  const modifiers = node.frontModifiers ?? [];
  for (const { modifier } of modifiers) if (modifier !== 'Distinct') unsupported(`the modifier ${modifier}`);
  const unions = (node.setOperations ?? []).map(({ operator, expression, all }) => {
    if (operator !== 'union') unsupported(operator);
    return { all, subquery: planSelect(expression as SelectQueryNode, parent, parts) };
  });
  const distinctOn = (node.distinctOn ?? []).map((one) => toTerm(one, scope));

  const sorted: Plan['sorted'] = (found, outer) => {
    const envs = isGrouped ? toGroups(found, { groups, scope, outer }) : found;
    const kept = having ? envs.filter((env) => having.of(env) === true) : envs;
    const toMade = (env: FoundEnv, out: Row) => ({ env, out, keys: keysOf(sortings, env, out) });
    let made = kept.map((env) => toMade(env, toRow(outputs, env)));
    for (const { all, subquery } of unions) {
      const more = subquery.rows(outer).map((row) => {
        const out = Object.fromEntries(outputs.map(({ name }, at) => [name, row[subquery.columns[at]?.name ?? '']]));
        return toMade({ rows: [], stored: [], group: null, parent: outer }, out);
      });
      made = [...made, ...more];
      if (!all) made = withoutDoubles(made, ({ out }) => keyOfRow(outputs, out));
    }
    if (sortings.length > 0 && made.length > 1) made.sort(compareBy(sortings));
    if (modifiers.length > 0) made = withoutDoubles(made, ({ out }) => keyOfRow(outputs, out));
    if (distinctOn.length > 0)
      made = withoutDoubles(made, ({ env }) => JSON.stringify(distinctOn.map((on) => toKey(on.of(env)))));
    return made;
  };
  const limit = node.limit ? toTerm(node.limit.limit, scope) : null;
  const offset = node.offset ? toTerm(node.offset.offset, scope) : null;
  const limitOf = (outer: Env | null) => {
    const env: Env = { rows: [], group: null, parent: outer };
    const from = offset ? Number(offset.of(env)) : 0;
    return { from, to: limit ? from + Number(limit.of(env)) : Number.POSITIVE_INFINITY };
  };
  const locks = locksOf(node.endModifiers ?? [], scope);
  return {
    columns: outputs,
    finding,
    locks,
    sorted,
    limitOf,
    rows(outer) {
      const all = sorted(findRows(finding, parts.by, outer), outer);
      const { from, to } = limitOf(outer);
      if (!locks) return all.slice(from, to).map(({ out }) => out);
      if (!locks.skips) unsupported('waiting for locks in a subquery');
      const free: Row[] = [];
      for (const { env, out } of all) {
        // Only what the limit lets through is locked, as in Postgres.
        if (free.length >= to) break;
        const stored = env.stored.map((one, at) => (locks.isOf(at) ? one : null));
        if (lockAll(stored, finding, parts.by) === null) free.push(out);
      }
      return free.slice(from);
    },
  };
}

/** Locks what one row was made of; gives the first that somebody else holds instead. */
export function lockAll(stored: readonly (Stored | null)[], { steps }: Finding, by: Transaction): Stored | null {
  const held = stored.find((one) => one?.holder && one.holder !== by);
  if (held) return held;
  for (const [at, one] of stored.entries()) if (one && !one.holder) steps[at]?.from.table?.lock(one, by);
  return null;
}

function toGroups(
  found: FoundEnv[],
  { groups, scope, outer }: { groups: Term[]; scope: Scope; outer: Env | null },
): FoundEnv[] {
  const empty: FoundEnv = { rows: scope.sources.map(() => null), stored: [], group: null, parent: outer };
  if (groups.length === 0) return [{ ...(found[0] ?? empty), group: found }];
  const byKey = new Map<string, FoundEnv[]>();
  for (const env of found) {
    const key = JSON.stringify(groups.map((term) => toKey(term.of(env)) ?? null));
    const group = byKey.get(key);
    if (group) group.push(env);
    else byKey.set(key, [env]);
  }
  return [...byKey.values()].map((group) => ({ ...(group[0] ?? empty), group }));
}
