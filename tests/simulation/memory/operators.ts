/** What operators and functions of SQL make of their terms, nulls and all. */
import { compareValues, type SqlType, toText, toType } from './sql-values.ts';
import { type Env, type Term, unsupported } from './terms.ts';

export const constant = (value: unknown, type: SqlType = 'unknown'): Term => ({
  type,
  of: () => value,
  isConstant: true,
});

const nobody: Env = { rows: [], group: null, parent: null };

/** Gives a parameter without a type the type of what it is compared with. */
export function typedLike(term: Term, other: Term): Term {
  if (term.type !== 'unknown' || other.type === 'unknown' || other.type === 'json') return term;
  const { type } = other;
  if (term.isConstant) return constant(adapt(type, term.of(nobody)), type);
  return { type, of: (env) => adapt(type, term.of(env)) };
}

const adapt = (type: SqlType, value: unknown): unknown =>
  Array.isArray(value) && type !== 'array' ? value.map((one) => toType(type, one)) : toType(type, value);

export const castTo = (term: Term, type: SqlType): Term => ({
  type,
  of: (env) => {
    const value = term.of(env);
    if (value === null || value === undefined) return null;
    if (type === 'int4' || type === 'int8') return toType(type, Math.round(Number(value)));
    return toType(type, type === 'json' || term.type !== 'json' ? value : toText(value));
  },
});

export function not(term: Term): Term {
  return { type: 'bool', of: (env) => ifThere(term.of(env), (value) => !value) };
}

export function and(left: Term, right: Term): Term {
  return {
    type: 'bool',
    of: (env) => {
      const a = left.of(env);
      if (a === false) return false;
      const b = right.of(env);
      if (b === false) return false;
      return a === null || b === null ? null : true;
    },
  };
}

export function or(left: Term, right: Term): Term {
  return not(and(not(left), not(right)));
}

const ifThere = <T>(value: unknown, use: (value: T) => unknown): unknown =>
  value === null || value === undefined ? null : use(value as T);

function both(left: Term, right: Term, use: (a: unknown, b: unknown) => unknown): Term['of'] {
  return (env) => ifThere(left.of(env), (a) => ifThere(right.of(env), (b) => use(a, b)));
}

const orders: Record<string, (order: number) => boolean> = {
  '=': (order) => order === 0,
  '==': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<>': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

const sums: Record<string, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '%': (a, b) => a % b,
};

const wholeTypes: readonly SqlType[] = ['int4', 'int8', 'unknown'];

function divide(left: Term, right: Term): Term['of'] {
  const isWhole = wholeTypes.includes(left.type) && wholeTypes.includes(right.type);
  return both(left, right, (a, b) => (isWhole ? Math.trunc(Number(a) / Number(b)) : Number(a) / Number(b)));
}

function jsonMember(left: Term, right: Term, asText: boolean): Term {
  const of = both(left, right, (whole, name) => {
    const member = typeof whole === 'object' ? (whole as Record<string, unknown>)[String(name)] : undefined;
    return ifThere(member, (value) => (asText ? toText(value) : value));
  });
  return { type: asText ? 'text' : 'json', of };
}

function toPattern(like: string, flags: string): RegExp {
  const escaped = like.replace(/[.*+?^${}()|[\]]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('%', '.*').replaceAll('_', '.')}$`, `s${flags}`);
}

function isSame(left: Term, right: Term): Term['of'] {
  return (env) => {
    const a = left.of(env) ?? null;
    const b = right.of(env) ?? null;
    return a === null || b === null ? a === b : compareValues(a, b) === 0;
  };
}

/** In a list of values: null when it is not among them and one of them is not known. */
function isAmong(left: Term, list: Term): Term['of'] {
  return (env) => {
    const value = left.of(env);
    if (value === null || value === undefined) return null;
    const values = list.of(env) as unknown[];
    if (values.some((one) => one !== null && compareValues(value, one) === 0)) return true;
    return values.includes(null) ? null : false;
  };
}

/** `left operator right`. */
export function operate(operator: string, given: { left: Term; right: Term }): Term {
  const left = typedLike(given.left, given.right);
  const right = typedLike(given.right, given.left);
  const order = orders[operator];
  if (order) return { type: 'bool', of: both(left, right, (a, b) => order(compareValues(a, b))) };
  const sum = sums[operator];
  if (sum) return arithmetic(left, right, sum);
  switch (operator) {
    case '/':
      return { type: left.type === 'unknown' ? right.type : left.type, of: divide(left, right) };
    case 'is':
    case 'is not distinct from':
      return { type: 'bool', of: isSame(left, right) };
    case 'is not':
    case 'is distinct from':
      return not({ type: 'bool', of: isSame(left, right) });
    case 'in':
      return { type: 'bool', of: isAmong(left, right) };
    case 'not in':
      return not({ type: 'bool', of: isAmong(left, right) });
    case 'like':
    case 'ilike':
      return likes(left, right, operator === 'ilike' ? 'i' : '');
    case 'not like':
    case 'not ilike':
      return not(likes(left, right, operator === 'not ilike' ? 'i' : ''));
    case '||':
      return { type: left.type === 'json' ? 'json' : 'text', of: both(left, right, concatenate) };
    case '->':
      return jsonMember(given.left, given.right, false);
    case '->>':
      return jsonMember(given.left, given.right, true);
    default:
      return unsupported(`the operator ${operator}`);
  }
}

const concatenate = (a: unknown, b: unknown) =>
  typeof a === 'object' && typeof b === 'object' ? { ...a, ...b } : `${toText(a)}${toText(b)}`;

function likes(left: Term, right: Term, flags: string): Term {
  return { type: 'bool', of: both(left, right, (text, like) => toPattern(String(like), flags).test(String(text))) };
}

/** Numbers as they are; a moment and a span of time in milliseconds give a moment. */
function arithmetic(left: Term, right: Term, sum: (a: number, b: number) => number): Term {
  const of = both(left, right, (a, b) => {
    const made = sum(Number(a), Number(b));
    return a instanceof Date !== b instanceof Date ? new Date(made) : made;
  });
  return { type: left.type === 'unknown' ? right.type : left.type, of };
}

/** A function of SQL that looks at one row. */
export function callFunction(name: string, args: Term[]): Term | null {
  const [first = constant(null), second = constant(null)] = args;
  const typed = args.find(({ type }) => type !== 'unknown') ?? first;
  switch (name) {
    case 'coalesce':
      return { type: typed.type, of: (env) => firstThere(args.map((arg) => () => typedLike(arg, typed).of(env))) };
    case 'nullif':
      return {
        type: first.type,
        of: (env) => (operate('=', { left: first, right: second }).of(env) ? null : first.of(env)),
      };
    case 'greatest':
    case 'least':
      return {
        type: typed.type,
        of: (env) =>
          extreme(
            args.map((arg) => typedLike(arg, typed).of(env)),
            name === 'greatest',
          ),
      };
    case 'abs':
      return { type: first.type, of: (env) => ifThere<number>(first.of(env), Math.abs) };
    case 'floor':
      return { type: first.type, of: (env) => ifThere<number>(first.of(env), Math.floor) };
    case 'ceil':
      return { type: first.type, of: (env) => ifThere<number>(first.of(env), Math.ceil) };
    case 'lower':
      return { type: 'text', of: (env) => ifThere<string>(first.of(env), (text) => text.toLowerCase()) };
    case 'length':
      return { type: 'int4', of: (env) => ifThere<string>(first.of(env), (text) => text.length) };
    case 'hashtextextended':
    case 'hashtext':
      // Any value will do that is the same for the same text.
      return { type: 'unknown', of: (env) => `hash of ${toText(first.of(env))}` };
    case 'pg_current_xact_id':
      // Who reads events in the order of their transactions is no part of the simulation.
      return constant(0, 'int8');
    default:
      return null;
  }
}

function firstThere(values: (() => unknown)[]): unknown {
  for (const value of values) {
    const found = value();
    if (found !== null && found !== undefined) return found;
  }
  return null;
}

export function extreme(values: readonly unknown[], greatest: boolean): unknown {
  let best: unknown = null;
  for (const value of values) {
    if (value === null || value === undefined) continue;
    if (best === null || compareValues(value, best) > 0 === greatest) best = value;
  }
  return best;
}

/** A function of SQL that adds a group of rows up. */
export function addUp(
  name: string,
  { args, filter, distinct }: { args: Term[]; filter: Term | null; distinct: boolean },
): Term | null {
  const [first] = args;
  const valuesOf = (env: Env) => {
    const counted = (env.group ?? []).filter((one) => !filter || filter.of(one) === true);
    const values = counted.map((one) => (first ? (first.of(one) ?? null) : 1)).filter((value) => value !== null);
    return distinct ? [...new Set(values)] : values;
  };
  switch (name) {
    case 'count':
      return { type: 'int8', of: (env) => valuesOf(env).length };
    case 'sum':
      return { type: sumType(first), of: (env) => total(valuesOf(env) as number[]) };
    case 'max':
    case 'min':
      return { type: first?.type ?? 'unknown', of: (env) => extreme(valuesOf(env), name === 'max') };
    case 'bool_or':
      return { type: 'bool', of: (env) => valuesOf(env).includes(true) };
    case 'array_agg':
      return { type: 'array', of: (env) => valuesOf(env) };
    default:
      return null;
  }
}

const sumType = (term: Term | undefined): SqlType =>
  term?.type === 'int4' ? 'int8' : term?.type === 'int8' ? 'numeric' : (term?.type ?? 'numeric');

const total = (values: number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0);
