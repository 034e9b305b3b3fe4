/** Goes through the rows of a statement's tables, by a looked-up column where a condition names one. */
import type { BinaryOperationNode, JoinNode, OperationNode, ReferenceNode } from 'kysely';
import { nameOf } from './read-nodes.ts';
import type { Row } from './sql-values.ts';
import type { Stored, Table, Transaction } from './tables.ts';
import { type Env, type Scope, type Source, type Subquery, type Term, type ToTerm, unsupported } from './terms.ts';

/** A source with what stands behind it: a table, or the rows of a subquery. */
export interface From extends Source {
  table: Table | null;
  subquery: Subquery | null;
}

export interface FoundEnv extends Env {
  stored: (Stored | null)[];
}

interface Lookup {
  column: string;
  value: Term;
}

interface Step {
  from: From;
  isOptional: boolean;
  on: Term | null;
  lookups: Lookup[];
}

/** The conditions of a statement that must all hold. */
export function conjunctsOf(node: OperationNode | undefined, into: OperationNode[] = []): OperationNode[] {
  if (!node) return into;
  if (node.kind === 'ParensNode') return conjunctsOf((node as unknown as { node: OperationNode }).node, into);
  if (node.kind === 'AndNode') {
    const { left, right } = node as unknown as { left: OperationNode; right: OperationNode };
    return conjunctsOf(right, conjunctsOf(left, into));
  }
  into.push(node);
  return into;
}

/** Which of the sources has the column; -1: one outside. */
function sourceOf({ sources }: Scope, node: OperationNode): number {
  const { table } = node as ReferenceNode;
  const alias = table ? nameOf(table) : null;
  const column = nameOf(node);
  for (let at = 0; at < sources.length; at += 1) {
    const source = sources[at] as Source;
    if ((alias === null || alias === source.alias) && source.columns.has(column)) return at;
  }
  return -1;
}

const isColumn = (node: OperationNode) =>
  (node.kind === 'ReferenceNode' && (node as ReferenceNode).column.kind === 'ColumnNode') || node.kind === 'ColumnNode';

/** Equalities by which the rows of the source can be looked up, with what comes before it. */
function lookupsOf(
  conditions: readonly OperationNode[],
  at: number,
  { scope, toTerm }: { scope: Scope; toTerm: ToTerm },
): Lookup[] {
  const { table } = scope.sources[at] as From;
  const lookups: Lookup[] = [];
  if (!table) return lookups;
  const add = (own: OperationNode, other: OperationNode) => {
    if (!isColumn(own) || !table.isLooked(nameOf(own))) return;
    if (sourceOf(scope, own) !== at || !isKnownBefore(other, at, scope)) return;
    lookups.push({ column: nameOf(own), value: toTerm(other, scope) });
  };
  for (const condition of conditions) {
    if (condition.kind !== 'BinaryOperationNode') continue;
    const { leftOperand, operator, rightOperand } = condition as BinaryOperationNode;
    if ((operator as unknown as { operator?: string }).operator !== '=') continue;
    add(leftOperand, rightOperand);
    add(rightOperand, leftOperand);
  }
  return lookups;
}

function isKnownBefore(node: OperationNode, at: number, scope: Scope): boolean {
  if (node.kind === 'ValueNode') return true;
  return isColumn(node) && sourceOf(scope, node) < at;
}

export interface Finding {
  scope: Scope;
  where: Term | null;
  steps: Step[];
}

/** How to find the rows of these sources and joins. */
export function planFinding(
  {
    froms,
    joins,
    where,
  }: { froms: readonly From[]; joins: readonly { from: From; node: JoinNode }[]; where: OperationNode | undefined },
  { scope, toTerm }: { scope: Scope; toTerm: ToTerm },
): Finding {
  const conditions = conjunctsOf(where);
  const toStep = (from: From, node: JoinNode | null, at: number): Step => {
    if (node && node.joinType !== 'InnerJoin' && node.joinType !== 'LeftJoin') unsupported(`a ${node.joinType}`);
    const on = node?.on?.on;
    const isOptional = node?.joinType === 'LeftJoin';
    const joining = conjunctsOf(on);
    const useful = isOptional ? joining : [...conditions, ...joining];
    return { from, isOptional, on: on ? toTerm(on, scope) : null, lookups: lookupsOf(useful, at, { scope, toTerm }) };
  };
  const steps = froms.map((from, at) => toStep(from, null, at));
  for (const { from, node } of joins) steps.push(toStep(from, node, steps.length));
  return { scope, where: where ? toTerm(where, scope) : null, steps };
}

/** The rows that pass, as this transaction sees them. */
export function findRows({ steps, where }: Finding, by: Transaction | null, parent: Env | null): FoundEnv[] {
  const nothing: FoundEnv = { rows: [], stored: [], group: null, parent };
  if (steps.length === 0) return !where || where.of(nothing) === true ? [nothing] : [];
  let found = [nothing];
  for (const [at, step] of steps.entries()) {
    const passes = at === steps.length - 1 ? where : null;
    found = found.flatMap((before) => extend(step, { by, before, passes }));
  }
  return found;
}

/** Each row is asked about in the same place; only what passes gets one of its own. */
function extend(
  { from, isOptional, on, lookups }: Step,
  { by, before, passes }: { by: Transaction | null; before: FoundEnv; passes: Term | null },
): FoundEnv[] {
  const made: FoundEnv[] = [];
  const { parent } = before;
  const at = before.rows.length;
  const asked: FoundEnv = { rows: [...before.rows, null], stored: [...before.stored, null], group: null, parent };
  let isJoined = false;
  const offer = (row: Row | null, stored: Stored | null) => {
    asked.rows[at] = row;
    asked.stored[at] = stored;
    if (row !== null && on && on.of(asked) !== true) return;
    isJoined = true;
    if (passes && passes.of(asked) !== true) return;
    made.push({ rows: asked.rows.slice(), stored: asked.stored.slice(), group: null, parent });
  };
  const { table, subquery } = from;
  if (table) {
    for (const stored of smallest(table, lookups, before)) {
      const row = table.seen(stored, by);
      if (row) offer(row, stored);
    }
  } else for (const row of subquery?.rows(before) ?? []) offer(row, null);
  if (!isJoined && isOptional) offer(null, null);
  return made;
}

function smallest(table: Table, lookups: Lookup[], env: Env): ReadonlySet<Stored> {
  let best: ReadonlySet<Stored> = table.rows;
  for (const { column, value } of lookups) {
    const wanted = value.of(env);
    if (wanted === null || wanted === undefined) continue;
    const typed = table.shape.types.get(column) === 'timestamptz' ? new Date(wanted as Date) : wanted;
    const candidates = table.candidates(column, typed);
    if (candidates.size < best.size) best = candidates;
  }
  return best;
}
