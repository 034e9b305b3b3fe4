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
export function conjunctsOf(node: OperationNode | undefined): OperationNode[] {
  if (!node) return [];
  if (node.kind === 'ParensNode') return conjunctsOf((node as unknown as { node: OperationNode }).node);
  if (node.kind !== 'AndNode') return [node];
  const { left, right } = node as unknown as { left: OperationNode; right: OperationNode };
  return [...conjunctsOf(left), ...conjunctsOf(right)];
}

const sourceOf = (scope: Scope, node: OperationNode): number | 'outside' => {
  const { table } = node as ReferenceNode;
  const column = nameOf(node);
  const at = scope.sources.findIndex(
    (source) => (!table || nameOf(table) === source.alias) && source.columns.has(column),
  );
  return at === -1 ? 'outside' : at;
};

const isColumn = (node: OperationNode) =>
  (node.kind === 'ReferenceNode' && (node as ReferenceNode).column.kind === 'ColumnNode') || node.kind === 'ColumnNode';

/** Equalities by which the rows of the source can be looked up, with what comes before it. */
function lookupsOf(
  conditions: OperationNode[],
  at: number,
  { scope, toTerm }: { scope: Scope; toTerm: ToTerm },
): Lookup[] {
  const table = (scope.sources[at] as From).table;
  if (!table) return [];
  return conditions.flatMap((condition) => {
    if (condition.kind !== 'BinaryOperationNode') return [];
    const { leftOperand, operator, rightOperand } = condition as BinaryOperationNode;
    if ((operator as unknown as { operator?: string }).operator !== '=') return [];
    return [[leftOperand, rightOperand] as const, [rightOperand, leftOperand] as const].flatMap(([own, other]) => {
      if (!isColumn(own) || sourceOf(scope, own) !== at) return [];
      const column = nameOf(own);
      if (!table.isLooked(column) || !isKnownBefore(other, at, scope)) return [];
      return [{ column, value: toTerm(other, scope) }];
    });
  });
}

function isKnownBefore(node: OperationNode, at: number, scope: Scope): boolean {
  if (node.kind === 'ValueNode') return true;
  if (!isColumn(node)) return false;
  const source = sourceOf(scope, node);
  return source === 'outside' || source < at;
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
  const all = [...froms.map((from) => ({ from, node: null })), ...joins];
  const steps = all.map(({ from, node }, at): Step => {
    if (node && node.joinType !== 'InnerJoin' && node.joinType !== 'LeftJoin') unsupported(`a ${node.joinType}`);
    const on = node?.on?.on;
    const isOptional = node?.joinType === 'LeftJoin';
    const useful = isOptional ? conjunctsOf(on) : [...conditions, ...conjunctsOf(on)];
    return { from, isOptional, on: on ? toTerm(on, scope) : null, lookups: lookupsOf(useful, at, { scope, toTerm }) };
  });
  return { scope, where: where ? toTerm(where, scope) : null, steps };
}

/** The rows that pass, as this transaction sees them. */
export function findRows({ steps, where }: Finding, by: Transaction | null, parent: Env | null): FoundEnv[] {
  const nothing: FoundEnv = { rows: [], stored: [], group: null, parent };
  const [first, ...more] = steps;
  let found = first ? extend(first, by, nothing) : [nothing];
  for (const step of more) found = found.flatMap((env) => extend(step, by, env));
  return where ? found.filter((env) => where.of(env) === true) : found;
}

function extend({ from, isOptional, on, lookups }: Step, by: Transaction | null, before: FoundEnv): FoundEnv[] {
  const made: FoundEnv[] = [];
  const isFirst = before.rows.length === 0;
  const { parent } = before;
  const offer = (row: Row | null, stored: Stored | null) => {
    const env: FoundEnv = isFirst
      ? { rows: [row], stored: [stored], group: null, parent }
      : { rows: [...before.rows, row], stored: [...before.stored, stored], group: null, parent };
    if (row === null || !on || on.of(env) === true) made.push(env);
  };
  const { table, subquery } = from;
  if (table) {
    for (const stored of smallest(table, lookups, before)) {
      const row = table.seen(stored, by);
      if (row) offer(row, stored);
    }
  } else for (const row of subquery?.rows(before) ?? []) offer(row, null);
  if (made.length === 0 && isOptional) offer(null, null);
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
