/** Reads pieces of SQL text: conditions of indexes, defaults of columns, and what queries write as text. */
import type { OperationNode } from 'kysely';
import { addUp, and, callFunction, castTo, constant, not, operate, or } from './operators.ts';
import { toSqlType } from './sql-values.ts';
import { findColumn, type Scope, type Term, unsupported } from './terms.ts';

type Token =
  | { type: 'word' | 'name' | 'text' | 'number' | 'sign'; text: string }
  | { type: 'part'; text: ''; part: (scope: Scope) => Term };

const pattern =
  /\s*(?:('(?:[^']|'')*')|("(?:[^"]|"")*")|(\d+(?:\.\d+)?)|([A-Za-z_][A-Za-z0-9_]*)|(::|->>|->|<>|!=|<=|>=|\|\||[-+*/%<>=(),.[\]]))/y;

const known = new Map<string, readonly Token[]>();

/** Statements say the same again and again. */
function toTokens(text: string): readonly Token[] {
  const before = known.get(text);
  if (before) return before;
  const tokens = readTokens(text);
  known.set(text, tokens);
  return tokens;
}

function readTokens(text: string): Token[] {
  const tokens: Token[] = [];
  pattern.lastIndex = 0;
  while (text.slice(pattern.lastIndex).trim() !== '') {
    const from = pattern.lastIndex;
    const match = pattern.exec(text);
    if (!match) return unsupported(`this text: ${text.slice(from)}`);
    const [, quoted, name, number, word, sign] = match;
    if (quoted !== undefined) tokens.push({ type: 'text', text: quoted.slice(1, -1).replaceAll("''", "'") });
    else if (name !== undefined) tokens.push({ type: 'name', text: name.slice(1, -1).replaceAll('""', '"') });
    else if (number !== undefined) tokens.push({ type: 'number', text: number });
    else if (word !== undefined) tokens.push({ type: 'word', text: word.toLowerCase() });
    else tokens.push({ type: 'sign', text: sign ?? '' });
  }
  return tokens;
}

/** Text with other parts of a query between its fragments. */
export function toTokensAround(fragments: readonly string[], parts: readonly ((scope: Scope) => Term)[]): Token[] {
  return fragments.flatMap((fragment, at) => {
    const part = parts[at];
    return part ? [...toTokens(fragment), { type: 'part' as const, text: '' as const, part }] : toTokens(fragment);
  });
}

const binding: Record<string, number> = {
  ...{ or: 1, and: 2, is: 4, in: 5, like: 5, ilike: 5, between: 5, not: 5 },
  ...{ '=': 4, '<>': 4, '!=': 4, '<': 4, '<=': 4, '>': 4, '>=': 4, '||': 6, '->': 6, '->>': 6 },
  ...{ '+': 7, '-': 7, '*': 8, '/': 8, '%': 8, '::': 10 },
};

class Reader {
  readonly #tokens: Token[];
  readonly #scope: Scope;
  #at = 0;

  constructor(tokens: Token[], scope: Scope) {
    this.#tokens = tokens;
    this.#scope = scope;
  }

  get isDone(): boolean {
    return this.#at >= this.#tokens.length;
  }

  #is(text: string): boolean {
    const token = this.#tokens[this.#at];
    return token !== undefined && (token.type === 'word' || token.type === 'sign') && token.text === text;
  }

  take(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#at += 1;
    return true;
  }

  #expect(text: string): void {
    if (!this.take(text)) unsupported(`"${this.#tokens[this.#at]?.text}" where "${text}" was expected`);
  }

  expression(least = 0): Term {
    let left = this.#prefix();
    for (;;) {
      const token = this.#tokens[this.#at];
      const power = token && (token.type === 'sign' || token.type === 'word') ? binding[token.text] : undefined;
      if (token === undefined || power === undefined || power <= least) return left;
      this.#at += 1;
      left = this.#infix(left, token.text, power);
    }
  }

  #infix(left: Term, sign: string, power: number): Term {
    if (sign === '::') return castTo(left, this.#type());
    if (sign === 'and') return and(left, this.expression(power));
    if (sign === 'or') return or(left, this.expression(power));
    if (sign === 'is') return this.#is_(left);
    if (sign === 'not') return not(this.#infix(left, this.#tokens[this.#at++]?.text ?? '', power));
    if (sign === 'in') return operate('in', { left, right: this.#list() });
    if (sign === 'between') {
      const from = operate('>=', { left, right: this.expression(power) });
      this.#expect('and');
      return and(from, operate('<=', { left, right: this.expression(power) }));
    }
    if (this.take('any')) return operate('in', { left, right: this.#list() });
    return operate(sign, { left, right: this.expression(power) });
  }

  #is_(left: Term): Term {
    const negated = this.take('not');
    if (this.take('distinct')) {
      this.#expect('from');
      return operate(negated ? 'is not distinct from' : 'is distinct from', { left, right: this.expression(4) });
    }
    return operate(negated ? 'is not' : 'is', { left, right: this.expression(4) });
  }

  #list(): Term {
    this.#expect('(');
    const items: Term[] = [];
    const isArray = this.take('array');
    if (isArray) this.#expect('[');
    do items.push(this.expression());
    while (this.take(','));
    if (isArray) this.#expect(']');
    if (isArray && this.take('::')) this.#type();
    this.#expect(')');
    const [only] = items;
    if (items.length === 1 && only) {
      return { type: only.type, of: (env) => [only.of(env)].flat() };
    }
    return { type: items[0]?.type ?? 'unknown', of: (env) => items.map((item) => item.of(env)) };
  }

  #type() {
    const words: string[] = [];
    for (let token = this.#tokens[this.#at]; token?.type === 'word'; token = this.#tokens[this.#at]) {
      if (words.length > 0 && !['precision', 'varying', 'with', 'time', 'zone'].includes(token.text)) break;
      words.push(token.text);
      this.#at += 1;
    }
    if (!this.take('[')) return toSqlType(words.join(' '));
    this.#expect(']');
    return toSqlType(`${words.join(' ')}[]`);
  }

  #prefix(): Term {
    const token = this.#tokens[this.#at];
    this.#at += 1;
    if (!token) return unsupported('an expression that ends early');
    if (token.type === 'part') return token.part(this.#scope);
    if (token.type === 'text') return constant(token.text);
    if (token.type === 'number') return constant(Number(token.text), token.text.includes('.') ? 'numeric' : 'int4');
    if (token.text === '(') return this.#parens();
    if (token.text === '-') return operate('-', { left: constant(0, 'int4'), right: this.expression(9) });
    if (token.text === '*') return constant(1, 'int4');
    if (token.type === 'sign') return unsupported(`"${token.text}" at the beginning of an expression`);
    return token.type === 'name' ? this.#column(token.text) : this.#word(token.text);
  }

  #parens(): Term {
    const inside = this.expression();
    if (!this.take(',')) {
      this.#expect(')');
      return inside;
    }
    const items = [inside];
    do items.push(this.expression());
    while (this.take(','));
    this.#expect(')');
    return { type: 'array', of: (env) => items.map((item) => item.of(env)) };
  }

  #word(word: string): Term {
    if (word === 'null') return constant(null);
    if (word === 'true' || word === 'false') return constant(word === 'true', 'bool');
    if (word === 'not') return not(this.expression(3));
    if (word === 'case') return this.#case();
    if (this.take('(')) return this.#call(word);
    return this.#column(word);
  }

  #column(name: string): Term {
    if (!this.take('.')) return findColumn(this.#scope, null, name);
    const column = this.#tokens[this.#at]?.text ?? '';
    this.#at += 1;
    return findColumn(this.#scope, name, column);
  }

  #call(name: string): Term {
    const distinct = this.take('distinct');
    const args: Term[] = [];
    while (!this.take(')')) {
      args.push(this.expression());
      this.take(',');
    }
    let filter: Term | null = null;
    if (this.take('filter')) {
      this.#expect('(');
      this.#expect('where');
      filter = this.expression();
      this.#expect(')');
    }
    const added = addUp(name, { args, filter, distinct });
    if (added) this.#scope.addsUp = true;
    return added ?? callFunction(name, args) ?? unsupported(`the function ${name}`);
  }

  #case(): Term {
    const branches: { when: Term; result: Term }[] = [];
    while (this.take('when')) {
      const when = this.expression();
      this.#expect('then');
      branches.push({ when, result: this.expression() });
    }
    const otherwise = this.take('else') ? this.expression() : constant(null);
    this.#expect('end');
    const type = branches[0]?.result.type ?? 'unknown';
    return { type, of: (env) => (branches.find(({ when }) => when.of(env) === true)?.result ?? otherwise).of(env) };
  }
}

export function parseSql(fragments: readonly string[], scope: Scope, parts: ((scope: Scope) => Term)[] = []): Term {
  const reader = new Reader(toTokensAround(fragments, parts), scope);
  const term = reader.expression();
  if (!reader.isDone) unsupported(`all of this text: ${fragments.join(' … ')}`);
  return term;
}

/** The text of a node of raw SQL, without what stands between. */
export const fragmentsOf = (node: OperationNode): readonly string[] =>
  (node as { sqlFragments?: string[] }).sqlFragments ?? [];
