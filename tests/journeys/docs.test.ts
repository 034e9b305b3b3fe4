/** The words of the project against the project: snippets run, links lead somewhere, named files and settings exist. */
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFastClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { allSettings } from '../../src/config/settings.ts';
import { createSimulator, type Simulator } from '../../src/simulator/create-simulator.ts';
import { parsePerson, personPhrases } from '../../src/simulator/person/parse-person.ts';
import { loadReadyPeople } from '../../src/simulator/person/ready-people.ts';
import { type RunningServer, startServer } from '../setup/running-server.ts';

const root = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const pages = globSync(['*.md', 'docs/**/*.md'], { cwd: root }).sort();
const has = (program: string) => spawnSync(program, ['--version']).status === 0;

interface Fence {
  /** What stands behind the opening backticks, in words. */
  marks: string[];
  text: string;
}

function fencesOf(page: string): Fence[] {
  const fences = read(page).matchAll(/^```(.*)\n([\s\S]*?)^```$/gm);
  return Array.from(fences, ([, marks = '', text = '']) => ({ marks: marks.split(' '), text }));
}

const isTested = ({ marks }: Fence) => marks.includes('tested');

/** A stream is read until the text that its snippet names, and left running: it ends with the server. */
function toCommand({ marks, text }: Fence): string {
  const until = marks.find((mark) => mark.startsWith('until='))?.slice('until='.length);
  if (until === undefined) return text;
  const seek = `while read -r line; do case "$line" in *${until}*) found=$line; break;; esac; done`;
  return `found=\n${seek} < <(\nexec 2>/dev/null\n${text})\ntest -n "$found"\n`;
}

interface Place {
  url: string;
  dataDir: string;
  /** Makes the first administrator; null where there is none to make. */
  setupCode: string | null;
}

const endOfSnippet = '\u0004';

/** Runs them in one shell, one after the other; every answer must be a success. Gives what each printed. */
async function runSnippets(fences: Fence[], { url, dataDir, setupCode }: Place): Promise<string[]> {
  const curl = 'curl() { command curl --fail-with-body --show-error --max-time 30 "$@"; echo; }\n';
  const commands = fences.map((fence) => `${toCommand(fence)}printf '${endOfSnippet}'\n`);
  const script = `set -eu\n${curl}${commands.join('')}`
    .replaceAll('http://localhost:3000', url)
    .replaceAll('http://127.0.0.1:4010', url)
    .replaceAll('data/secrets', `${dataDir}/secrets`)
    .replaceAll('<the code>', setupCode ?? '');
  const env = { ...process.env, TMPDIR: dataDir };
  const { stdout } = await promisify(execFile)('bash', ['-c', script], { cwd: root, env, maxBuffer: 16 * 1024 * 1024 });
  return stdout.split(endOfSnippet).slice(0, -1);
}

/** What differs from one call to the next: ids, secrets, moments. */
const withoutIds = (json: string) =>
  json
    .replaceAll(/CA[0-9a-f]{32}/g, 'CA')
    .replaceAll(/\b([a-z]+)_[0-9a-z]{26}\b/g, '$1')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'moment');

/** Pages change what is stored, so each has a server of its own. */
async function withOwnServer<T>(work: (place: Place) => Promise<T>): Promise<T> {
  const own = await startServer();
  try {
    return await work({ url: own.url, dataDir: own.dataDir, setupCode: own.callwright.setupCode });
  } finally {
    await own.stop();
  }
}

let server: RunningServer;
let simulator: Simulator;
let simulatorPlace: Place;

beforeAll(async () => {
  server = await startServer();
  const account = { sid: 'AC0123456789abcdef0123456789abcdef', authToken: 'simulated', numbers: ['+15005550006'] };
  const parts = { clock: createFastClock(20), random: systemRandom, log: silentLogger };
  simulator = createSimulator({ ...parts, account });
  const dataDir = mkdtempSync(join(tmpdir(), 'callwright-docs-'));
  simulatorPlace = { url: (await simulator.start()).url, dataDir, setupCode: null };
});

afterAll(async () => {
  await simulator.stop();
  rmSync(simulatorPlace.dataDir, { recursive: true, force: true });
  await server.stop();
});

describe.skipIf(!has('curl') || !has('bash'))('the snippets that are marked as tested', () => {
  const isForSimulator = (page: string) => fencesOf(page).some(({ marks }) => marks.includes('simulate'));
  const tested = pages.filter((page) => fencesOf(page).some(isTested));

  it('are on the pages that tell what to type', () => {
    const some = ['README.md', 'docs/accounts.md', 'docs/request-forms.md', 'docs/simulated-people.md'];
    expect(tested).toEqual(expect.arrayContaining(some));
  });

  it.each(tested)('work in %s, and give the answers that it shows', async (page) => {
    const fences = fencesOf(page);
    const snippets = fences.filter(isTested);
    const run = (place: Place) => runSnippets(snippets, place);
    const outputs = await (isForSimulator(page) ? run(simulatorPlace) : withOwnServer(run));
    expect(outputs.join('').trim()).not.toBe('');
    for (const [index, output] of outputs.entries()) {
      const next = fences[fences.indexOf(snippets[index] as Fence) + 1];
      if (!next?.marks.includes('answer')) continue;
      const answer = output.trim().split('\n').at(-1) ?? '';
      expect(JSON.parse(withoutIds(answer))).toEqual(JSON.parse(withoutIds(next.text)));
    }
  });
});

async function runExample(program: string, example: string, key = server.callwright.operatorKey): Promise<string> {
  const env = { ...process.env, CALLWRIGHT_URL: server.url, CALLWRIGHT_KEY: key };
  const { stdout } = await promisify(execFile)(program, [join(root, 'examples', example), '+14155550102'], { env });
  return stdout;
}

describe('the examples', () => {
  it('place a call and print it, in TypeScript', async () => {
    expect(await runExample(process.execPath, 'place-a-call.ts')).toMatch(
      /completed: talked\n(.*\n)*Person: Who is calling/,
    );
  });

  it.skipIf(!has('python3'))('place a call and print it, in Python', async () => {
    expect(await runExample('python3', 'place-a-call.py')).toMatch(/completed: talked\n(.*\n)*Person: Who is calling/);
  });

  it.skipIf(!has('python3'))('place a call by /v1 and follow it to its end', async () => {
    const wanted = { name: 'an example', scopes: ['calls:read', 'calls:write'] };
    const { key } = (await (await server.post('/v1/api-keys', wanted)).json()) as { key: string };
    const printed = await runExample('python3', 'call-with-a-key.py', key);
    expect(printed).toMatch(/queued\ncall\.queued(.*\n)*turn\.completed Who is calling(.*\n)*call\.ended talked/);
  });
});

/** The anchors of a page's headings, as they are made on the web. */
function headingsOf(page: string): string[] {
  const headings = read(page).matchAll(/^#+ (.*)$/gm);
  return Array.from(headings, ([, text = '']) =>
    text
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
}

describe('what the pages name', () => {
  it.each(pages)('is there: links and files in %s', (page) => {
    const text = read(page);
    const links = Array.from(text.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g), ([, to = '']) =>
      join(dirname(page), to),
    );
    const files = Array.from(
      text.matchAll(/`((?:src|tests|scripts|bin|docs|examples)\/[^`\s]*)`/g),
      ([, to = '']) => to,
    );
    expect([...links, ...files].filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  it.each(pages)('is there: headings that links in %s lead to', (page) => {
    const links = Array.from(
      read(page).matchAll(/\]\((?!https?:)([^)#]*)#([^)]+)\)/g),
      ([, to = '', heading = '']) => ({
        heading,
        within: to === '' ? page : join(dirname(page), to),
      }),
    );
    expect(links.filter(({ within, heading }) => !headingsOf(within).includes(heading))).toEqual([]);
  });

  it('is in package.json: every npm command', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = pages.flatMap((page) =>
      Array.from(read(page).matchAll(/\bnpm (?:run ([\w:]+)|(start|test))\b/g), ([, a, b]) => a ?? b),
    );
    expect(named).toContain('demo');
    expect(named.filter((name) => name !== undefined && !(name in scripts))).toEqual([]);
  });

  it('is every room of src in the map of the architecture', () => {
    const sources = globSync('src/*/**/*.ts', { cwd: root });
    const rooms = [...new Set(sources.map((file) => `\`${file.split('/', 2).join('/')}/\``))];
    expect(rooms).toContain('`src/call/`');
    expect(rooms.filter((room) => !read('ARCHITECTURE.md').includes(room))).toEqual([]);
  });

  it('is every setting with its default, and no other', () => {
    const rows = Array.from(
      read('docs/settings.md').matchAll(/^\| `([A-Z0-9_]+)` \|([^|]*)\|/gm),
      ([, name, usual]) => [name, usual?.trim()],
    );
    const wanted = Object.entries(allSettings).map(([name, { schema }]) => {
      const usual = name === 'PUBLIC_URL' ? 'http://localhost' : schema.safeParse(undefined).data;
      return [name, usual === undefined || String(usual) === '' ? '' : expect.stringContaining(`\`${usual}\``)];
    });
    expect(rows).toEqual(wanted);
  });

  it('is every ready person at their number, and every line of a script', () => {
    const page = read('docs/simulated-people.md');
    const people = loadReadyPeople().map(({ number, person }) => `| ${number} | \`${person.name}\``);
    const lines = personPhrases.map((form) => `\`${form}\``);
    expect([...people, ...lines].filter((words) => !page.includes(words))).toEqual([]);
    const scripts = fencesOf('docs/simulated-people.md').filter(({ marks }) => marks.includes('person'));
    expect(scripts.map(({ text }) => parsePerson('someone', text).steps.length)).toEqual([6]);
  });
});
