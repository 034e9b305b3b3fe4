/** Refuses files and classes that have grown too large to be read at one go. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const mostLines = 300;
/** Tests and wire schemas read like tables. */
const mostLinesOfTables = 500;
const mostMutableFields = 7;

/** The first line of a field, whatever its type and value; `static` and `readonly` ones do not count. */
const mutableField =
  /^ {2}(?:(?:private|protected|public|override|declare) )*(?!static\b|readonly\b)#?\w+[?!]?\s*[:=;]/gm;

const isTable = (file: string) =>
  /\.test\.ts$|\/contract\/|\/contracts\/|\/schema\.ts$|\/migrations\/|^tests\//.test(file);

/** What is too large in one source file, in words. */
export function findOversize(file: string, source: string): string[] {
  const found: string[] = [];
  const lines = source.trimEnd().split('\n').length;
  const most = isTable(file) ? mostLinesOfTables : mostLines;
  if (lines > most) found.push(`${file}: ${lines} lines, of ${most} allowed; split it by what its parts do`);
  for (const [, name, body] of source.matchAll(/^(?:export )?(?:abstract )?class (\w+)[^{]*\{\n([\s\S]*?)^\}/gm)) {
    const fields = [...(body ?? '').matchAll(mutableField)];
    if (fields.length > mostMutableFields) {
      found.push(`${file}: class ${name} has ${fields.length} mutable fields, of ${mostMutableFields} allowed`);
    }
  }
  return found;
}

function findSources(): string[] {
  const listed = execFileSync('git', [
    'ls-files',
    '--cached',
    '--others',
    '--exclude-standard',
    '*.ts',
    '*.tsx',
    '*.mjs',
  ]);
  return listed
    .toString()
    .split('\n')
    .filter((file) => file !== '' && existsSync(file));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const found = findSources().flatMap((file) => findOversize(file, readFileSync(file, 'utf8')));
  for (const line of found) console.error(line);
  process.exitCode = found.length === 0 ? 0 : 1;
}
