/** `callwright test` as somebody types it: a suite that goes well, one that does not, and one that cannot be read. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { type Chat, startChatModel } from '../setup/chat-model.ts';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'callwright-suites-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs it with these settings. */
function callwrightWith(
  settings: Record<string, string>,
  ...args: string[]
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, 'bin/callwright.mjs'), ...args], {
      ...{ cwd: folder, env: { ...process.env, ...settings } },
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('close', (code) => resolve({ code, output }));
  });
}

const callwright = (...args: string[]) => callwrightWith({}, ...args);

function suite(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

it('the example goes well, and its results can be read by a build server', async () => {
  const junit = join(folder, 'results.xml');
  const { code, output } = await callwright(
    ...['test', join(root, 'examples/payment-reminder.suite.yaml'), '--junit', junit],
  );
  expect(output).toContain('4 passed, 0 failed');
  expect(code).toBe(0);
  expect(readFileSync(junit, 'utf8')).toContain('<testsuite name="Payment reminder" tests="4" failures="0"');
});

it('what went otherwise is told with what was expected, what was found and what was said; over sound, too', async () => {
  const json = join(folder, 'results.json');
  const file = suite(
    'fails.yaml',
    `assistant: { name: Desk, engine: cascade, prompt: Be kind., welcome_message: Good day to you. }
cases:
  - name: expects too much
    person:
      answers:
        - { when: good day, say: Are you a real person? }
        - { when: automated, say: "Goodbye.", hang_up: true }
    expect:
      outcome: busy
      said: [good day, the moon]
      tools: [{ name: hang_up }]
  - name: cannot be called
    to: "+12"
    person: busy
    expect: { status: completed }
`,
  );
  const { code, output } = await callwright('test', file, '--json', json);
  expect(output).toContain('0 passed, 2 failed');
  expect(code).toBe(1);
  expect(output).toMatch(/outcome: expected busy\s+found {4}talked/);
  expect(output).toMatch(/said: expected "the moon"\s+found {4}nothing like it in \d turns of the assistant/);
  expect(output).toMatch(/1 person {4}Are you a real person\?/);
  const { cases } = JSON.parse(readFileSync(json, 'utf8'));
  expect(cases[0].differences.map(({ check }: { check: string }) => check)).toEqual(['outcome', 'said', 'tools']);
  expect(cases[1]).toMatchObject({ name: 'cannot be called', passed: false, call: { status: 'failed' } });
});

it('people call in at once and each reaches the assistant of their case, over a relay and over sound', async () => {
  const [json, junit] = [join(folder, 'inbound.json'), join(folder, 'inbound.xml')];
  const file = suite(
    'inbound.yaml',
    `name: The desk
assistant: { name: Desk, engine: relay, prompt: Be kind., welcome_message: Good day to you., tools: [hang_up] }
cases:
  - name: is answered
    direction: inbound
    from: "+13035550177"
    person:
      answers:
        - { when: good day, say: Are you a real person? }
        - { when: automated, say: "Thank you. Goodbye." }
    expect:
      status: completed
      outcome: talked
      ended_by: assistant
      said: [good day, automated]
      not_said: good night
      person_said: real person
      tools: [hang_up]
      reply_ms: { longest: 10000 }
  - name: is answered at night
    direction: inbound
    assistant: { engine: cascade, welcome_message: Good night. }
    person: { answers: [{ when: good night, say: Are you a robot? }, { when: automated, hang_up: true }] }
    expect: { outcome: talked, ended_by: person, said: good night, not_said: good day, person_said: robot }
  - name: is called
    person: { answers: [{ when: good day, say: Are you a robot? }, { when: automated, hang_up: true }] }
    expect: { outcome: talked }
  - name: says nothing
    direction: inbound
    max_duration_seconds: 10
    person: { script: stays silent }
    expect: { ended_by: person, said: the moon }
`,
  );
  const { code, output } = await callwright('test', file, '--json', json, '--junit', junit);
  expect(output).toContain('3 passed, 1 failed');
  expect(code).toBe(1);
  expect(output).toMatch(/✗ says nothing.*\n {4}ended_by: expected person\s+found {4}server/);
  const { cases } = JSON.parse(readFileSync(json, 'utf8'));
  const directions = cases.map(({ call }: { call: { direction: string } }) => call.direction);
  expect(directions).toEqual(['inbound', 'inbound', 'outbound', 'inbound']);
  expect(cases[0].call).toMatchObject({ from: '+13035550177' });
  expect(cases[3].call.duration_seconds).toBeLessThan(20);
  expect(readFileSync(junit, 'utf8')).toContain('<testsuite name="The desk" tests="4" failures="1"');
});

it('a file that cannot be understood is refused by line before anything is started', async () => {
  const file = suite(
    'bad.yaml',
    'assistant: { name: Desk, prompt: x }\ncases:\n  - name: a\n    person: nobody-we-know\n',
  );
  const { code, output } = await callwright('test', file);
  expect(code).toBe(1);
  expect(output).toContain('bad.yaml:3: cases.0.expect: is missing');
});

/** Plays both: a clerk by the first word of the prompt, and whoever calls the clerk. */
function clerkAndCaller({ system, said }: Chat): string {
  if (!system.includes('You play a person'))
    return said === '' ? 'Good day.' : `The clerk ${system.slice(0, 4)} heard you.`;
  return /heard you/.test(said) ? 'Thank you. [hang up]' : 'I want a table for two.';
}

it('with a language model it thinks as in real calls, and plays whoever has a persona', async () => {
  const model = await startChatModel(clerkAndCaller);
  try {
    const file = suite(
      'persona.yaml',
      `speed: 4
assistant: { name: Clerk, engine: relay, prompt: Anna is the name. }
cases:
  - name: books a table
    person: { persona: "Ben, who wants a table for two" }
    expect: { ended_by: person, said: the clerk Anna heard you, person_said: table for two }
`,
    );
    const { code, output } = await callwrightWith(model.settings, 'test', file);
    expect(output).toContain('by openai:test-model\n');
    expect(output).toContain('1 passed, 0 failed');
    expect(code).toBe(0);
    const persona = model.chats.find(({ system }) => system.includes('You play a person'));
    expect(persona?.system).toContain('Ben, who wants a table for two');
  } finally {
    await model.stop();
  }
});

it('a persona without a language model is refused, and what to set is told', async () => {
  const file = suite(
    'no-model.yaml',
    'assistant: { name: a, prompt: b }\ncases: [{ name: c, person: { persona: Ben }, expect: { outcome: talked } }]\n',
  );
  const { code, output } = await callwright('test', file);
  expect(output).toContain('"c": a persona is played by a language model: set OPENAI_API_KEY');
  expect(code).toBe(1);
});
