/** Makes terms of the parts of Kysely's statements. */
import type {
  AggregateFunctionNode,
  BinaryOperationNode,
  CaseNode,
  FunctionNode,
  JSONReferenceNode,
  OperationNode,
  RawNode,
  ReferenceNode,
  UnaryOperationNode,
} from 'kysely';
import { addUp, and, callFunction, castTo, constant, not, operate, or } from './operators.ts';
import { fragmentsOf, parseSql } from './parse-sql.ts';
import { type SqlType, toSqlType } from './sql-values.ts';
import { findColumn, type Scope, type Term, type ToSubquery, unsupported } from './terms.ts';

type Of<K extends string> = OperationNode & { readonly kind: K };

const typeOfValue = (value: unknown): SqlType => {
  if (typeof value === 'boolean') return 'bool';
  return value instanceof Date ? 'timestamptz' : 'unknown';
};

/** The name in an identifier, a column or a table. */
export function nameOf(node: OperationNode): string {
  const { kind } = node;
  if (kind === 'IdentifierNode') return (node as Of<'IdentifierNode'> & { name: string }).name;
  if (kind === 'ColumnNode') return nameOf((node as Of<'ColumnNode'> & { column: OperationNode }).column);
  if (kind === 'TableNode') {
    return nameOf((node as unknown as { table: { identifier: OperationNode } }).table.identifier);
  }
  if (kind === 'ReferenceNode') return nameOf((node as ReferenceNode).column);
  return unsupported(`a name of kind ${kind}`);
}

export function createToTerm(toSubquery: ToSubquery) {
  const toTerm = (node: OperationNode, scope: Scope): Term => {
    switch (node.kind) {
      case 'ReferenceNode': {
        const { table, column } = node as ReferenceNode;
        return findColumn(scope, table ? nameOf(table) : null, nameOf(column));
      }
      case 'ColumnNode':
      case 'IdentifierNode':
        return findColumn(scope, null, nameOf(node));
      case 'ValueNode': {
        const { value } = node as Of<'ValueNode'> & { value: unknown };
        return constant(value, typeOfValue(value));
      }
      case 'PrimitiveValueListNode':
        return constant((node as Of<'PrimitiveValueListNode'> & { values: unknown[] }).values);
      case 'ValueListNode':
        return toList((node as unknown as { values: OperationNode[] }).values, scope);
      case 'TupleNode':
        return { ...toList((node as unknown as { values: OperationNode[] }).values, scope), type: 'array' };
      case 'AndNode':
      case 'OrNode': {
        const { left, right } = node as unknown as { left: OperationNode; right: OperationNode };
        return (node.kind === 'AndNode' ? and : or)(toTerm(left, scope), toTerm(right, scope));
      }
      case 'ParensNode':
        return toTerm((node as unknown as { node: OperationNode }).node, scope);
      case 'BinaryOperationNode':
        return toBinary(node as BinaryOperationNode, scope);
      case 'UnaryOperationNode':
        return toUnary(node as UnaryOperationNode, scope);
      default:
        return toComputed(node, scope);
    }
  };

  const toComputed = (node: OperationNode, scope: Scope): Term => {
    switch (node.kind) {
      case 'RawNode': {
        const { parameters } = node as RawNode;
        const parts = parameters.map((part) => (at: Scope) => toTerm(part, at));
        return parseSql(fragmentsOf(node), scope, parts);
      }
      case 'FunctionNode': {
        const { func, arguments: given } = node as FunctionNode;
        const args = given.map((one) => toTerm(one, scope));
        return callFunction(func, args) ?? unsupported(`the function ${func}`);
      }
      case 'AggregateFunctionNode':
        return toAggregate(node as AggregateFunctionNode, scope);
      case 'CastNode': {
        const { expression, dataType } = node as unknown as { expression: OperationNode; dataType: OperationNode };
        return castTo(toTerm(expression, scope), toCastType(dataType));
      }
      case 'CaseNode':
        return toCase(node as CaseNode, scope);
      case 'JSONReferenceNode':
        return toJsonMember(node as JSONReferenceNode, scope);
      case 'SelectQueryNode':
        return toScalar(node, scope);
      default:
        return unsupported(`a ${node.kind}`);
    }
  };

  const toList = (nodes: readonly OperationNode[], scope: Scope): Term => {
    const items = nodes.map((one) => toTerm(one, scope));
    return {
      type: items[0]?.type === 'json' ? 'unknown' : (items[0]?.type ?? 'unknown'),
      of: (env) => items.map((item) => item.of(env)),
    };
  };

  const toBinary = ({ leftOperand, operator, rightOperand }: BinaryOperationNode, scope: Scope): Term => {
    const sign = operator.kind === 'OperatorNode' ? (operator as unknown as { operator: string }).operator : '';
    const left = toTerm(leftOperand, scope);
    if ((sign === 'in' || sign === 'not in') && rightOperand.kind === 'SelectQueryNode') {
      const subquery = toSubquery(rightOperand, scope);
      const [column] = subquery.columns;
      const of: Term['of'] = (env) => subquery.rows(env).map((row) => row[column?.name ?? '']);
      return operate(sign, { left, right: { type: column?.type ?? 'unknown', of } });
    }
    return operate(sign, { left, right: toTerm(rightOperand, scope) });
  };

  const toUnary = ({ operator, operand }: UnaryOperationNode, scope: Scope): Term => {
    const { operator: sign } = operator as unknown as { operator: string };
    if (sign === 'not') return not(toTerm(operand, scope));
    if (sign === 'exists' || sign === 'not exists') {
      const subquery = toSubquery(
        operand.kind === 'ParensNode' ? (operand as unknown as { node: OperationNode }).node : operand,
        scope,
      );
      return { type: 'bool', of: (env) => subquery.rows(env).length > 0 === (sign === 'exists') };
    }
    return sign === '-'
      ? operate('-', { left: constant(0, 'int4'), right: toTerm(operand, scope) })
      : unsupported(sign);
  };

  const toAggregate = (node: AggregateFunctionNode, scope: Scope): Term => {
    if (node.over || node.orderBy || node.withinGroup) return unsupported('windows and ordered aggregates');
    const args = node.aggregated.map((one) => (isEverything(one) ? constant(1) : toTerm(one, scope)));
    scope.addsUp = true;
    const filter = node.filter ? toTerm(node.filter.where, scope) : null;
    return addUp(node.func, { args, filter, distinct: node.distinct ?? false }) ?? unsupported(`the sum ${node.func}`);
  };

  const toCase = ({ value, when, else: otherwise }: CaseNode, scope: Scope): Term => {
    const subject = value ? toTerm(value, scope) : null;
    const branches = (when ?? []).map((branch) => {
      const condition = toTerm(branch.condition, scope);
      return {
        condition: subject ? operate('=', { left: subject, right: condition }) : condition,
        result: branch.result ? toTerm(branch.result, scope) : constant(null),
      };
    });
    const rest = otherwise ? toTerm(otherwise, scope) : constant(null);
    const type = branches.find(({ result }) => result.type !== 'unknown')?.result.type ?? rest.type;
    return { type, of: (env) => (branches.find((one) => one.condition.of(env) === true)?.result ?? rest).of(env) };
  };

  const toJsonMember = ({ reference, traversal }: JSONReferenceNode, scope: Scope): Term => {
    if (traversal.kind !== 'JSONOperatorChainNode') return unsupported('JSON paths');
    const names = traversal.values.map(({ value }) => constant(value));
    const { operator } = traversal.operator;
    return names.reduce(
      (whole, name, at) => operate(at === names.length - 1 ? operator : '->', { left: whole, right: name }),
      toTerm(reference, scope),
    );
  };

  const toScalar = (node: OperationNode, scope: Scope): Term => {
    const subquery = toSubquery(node, scope);
    const [column] = subquery.columns;
    return { type: column?.type ?? 'unknown', of: (env) => subquery.rows(env)[0]?.[column?.name ?? ''] ?? null };
  };

  return toTerm;
}

/** The star of `count(*)`. */
function isEverything(node: OperationNode): boolean {
  if (node.kind === 'SelectionNode') return isEverything((node as unknown as { selection: OperationNode }).selection);
  if (node.kind === 'ReferenceNode') return (node as ReferenceNode).column.kind === 'SelectAllNode';
  return node.kind === 'SelectAllNode';
}

function toCastType(dataType: OperationNode): SqlType {
  if (dataType.kind === 'DataTypeNode') return toSqlType((dataType as unknown as { dataType: string }).dataType);
  return toSqlType(fragmentsOf(dataType).join('').trim());
}
