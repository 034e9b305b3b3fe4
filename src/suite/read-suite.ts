/** Reads a file of test calls; what is wrong with it is told by its line, its field and the mend. */
import { type Document, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { CallwrightError, messageOf } from '../base/errors.ts';
import { findNearMiss } from '../config/near-miss.ts';
import { BadPersonScript, parsePerson } from '../simulator/person/parse-person.ts';
import { loadReadyPeople } from '../simulator/person/ready-people.ts';
import { findMisfits } from './fits-direction.ts';
import { fieldNames, type Suite, suiteSchema } from './suite-schema.ts';

/** The message has one line for each thing that must be mended. */
export class BadSuite extends CallwrightError {
  constructor(lines: readonly string[]) {
    super('suite/bad-suite', lines.join('\n'));
  }
}

export interface SuiteFile {
  /** As it is to be named in messages. */
  name: string;
  text: string;
  /** Another file that this one names; may throw. */
  readFile(name: string): string;
}

const mostCharacters = 1_000_000;

type Path = readonly PropertyKey[];

interface Source {
  value: unknown;
  /** The line of what stands at this path, or of the nearest thing around it. */
  lineOf(path: Path): number;
}

/** @throws BadSuite `suite/bad-suite` */
export function readSuite(file: SuiteFile): Suite {
  const source = parseSource(file.name, file.text);
  const at = (path: Path, words: string) => `${file.name}:${source.lineOf(path)}: ${words}`;
  const parsed = suiteSchema.safeParse(withAssistant(source.value, file, at));
  if (!parsed.success) throw new BadSuite(parsed.error.issues.flatMap((issue) => toLines(issue, at)));
  const bad = parsed.data.cases.flatMap(({ person }, index) => whyNoPerson(person, ['cases', index, 'person'], at));
  if (bad.length > 0) throw new BadSuite(bad);
  const misfits = findMisfits(parsed.data);
  if (misfits.length > 0) throw new BadSuite(misfits.map(({ path, words }) => at(path, words)));
  return parsed.data;
}

function parseSource(name: string, text: string): Source {
  if (text.length > mostCharacters) throw new BadSuite([`${name}: is longer than ${mostCharacters} characters`]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const lineAt = (offset: number) => lines.linePos(offset).line;
  if (document.errors.length > 0) {
    throw new BadSuite(
      document.errors.map(({ pos, message }) => `${name}:${lineAt(pos[0])}: ${message.split('\n', 1)[0]}`),
    );
  }
  return {
    value: toValue(name, document),
    lineOf(path) {
      for (let length = path.length; length > 0; length -= 1) {
        const node = document.getIn(path.slice(0, length), true) as { range?: [number, number, number] } | undefined;
        if (node?.range) return lineAt(node.range[0]);
      }
      return 1;
    },
  };
}

/** @throws BadSuite when it refers to what is not there, or to itself so often that it would fill the memory */
function toValue(name: string, document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new BadSuite([`${name}: ${messageOf(error)}`]);
  }
}

type At = (path: Path, words: string) => string;

/** Where `assistant` is the name of a file, what that file holds stands in its place. */
function withAssistant(value: unknown, file: SuiteFile, at: At): unknown {
  if (typeof value !== 'object' || value === null || !('assistant' in value)) return value;
  const { assistant } = value;
  if (typeof assistant !== 'string') return value;
  let text: string;
  try {
    text = file.readFile(assistant);
  } catch (error) {
    throw new BadSuite([at(['assistant'], `assistant: ${assistant} cannot be read: ${messageOf(error)}`)]);
  }
  return { ...value, assistant: parseSource(assistant, text).value };
}

function toLines(issue: z.core.$ZodIssue, at: At): string[] {
  const field = issue.path.join('.');
  if (issue.code !== 'unrecognized_keys')
    return [at(issue.path, `${field === '' ? '' : `${field}: `}${wordsFor(issue)}`)];
  return issue.keys.map((key) => {
    const meant = fieldNames.find((name) => findNearMiss(key, [name.toUpperCase()]) !== null);
    const mend = meant ? `; did you mean ${meant}?` : '';
    return at([...issue.path, key], `${[...issue.path, key].join('.')}: there is no such field here${mend}`);
  });
}

function wordsFor(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') {
    const isMissing = issue.message.endsWith('received undefined');
    return isMissing ? `is missing: it must be ${issue.expected}` : `must be ${issue.expected}`;
  }
  if (issue.code === 'invalid_value') return `must be ${issue.values.join(' or ')}`;
  return issue.message;
}

function whyNoPerson({ ready, script }: Suite['cases'][number]['person'], path: Path, at: At): string[] {
  if (ready !== undefined) {
    const names = loadReadyPeople().map(({ person }) => person.name);
    return names.includes(ready) ? [] : [at(path, `person: nobody is called ${ready}; there are ${names.join(', ')}`)];
  }
  try {
    if (script !== undefined) parsePerson('tested', script);
    return [];
  } catch (error) {
    if (error instanceof BadPersonScript) return [at([...path, 'script'], `script, ${error.message}`)];
    throw error;
  }
}
