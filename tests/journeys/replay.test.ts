/** `callwright replay`: a call of the running server is held once more with something changed, and compared turn by turn. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Comparison } from '../../src/suite/replay/compare-calls.ts';
import { type ChatModel, startChatModel } from '../setup/chat-model.ts';
import { type RunningServer, startServer } from '../setup/running-server.ts';

const bin = join(import.meta.dirname, '../../bin/callwright.mjs');
const folder = mkdtempSync(join(tmpdir(), 'callwright-replays-'));

let server: RunningServer;
let assistantId = 0;
let callId = '';
let model: ChatModel;

beforeAll(async () => {
  server = await startServer({ speed: 4 });
  model = await startChatModel(({ model: name, system, said }) =>
    said === '' ? 'Good day.' : `${name} ${system.slice(0, 5)}`,
  );
  const assistant = {
    name: 'Desk',
    engine: 'relay',
    prompt: 'Be kind.',
    welcome_message: 'Good day, this is the desk.',
  };
  const { id } = (await (await server.post('/v1/assistants', assistant)).json()) as { id: number };
  assistantId = id;
  const number = '+12125550123';
  server.person(number, 'answers after 1s\nlistens\nsays "How much is it?"\nlistens\nsays "Goodbye."\nlistens');
  const placed = await server.post('/v1/calls', { to: number, assistant_id: id, variables: { amount: '$12.00' } });
  callId = ((await placed.json()) as { id: string }).id;
  await server.whenOver(callId);
});

afterAll(async () => {
  await server.stop();
  await model.stop();
  rmSync(folder, { recursive: true, force: true });
});

function replay(settings: Record<string, string>, ...args: string[]): Promise<{ code: number | null; output: string }> {
  const own = { PORT: new URL(server.url).port, DATA_DIR: server.dataDir };
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [bin, 'replay', ...args], {
      ...{ cwd: folder, env: { ...process.env, ...own, ...settings } },
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('close', (code) => resolve({ code, output }));
  });
}

describe('a call that was held', () => {
  it('goes as it went where nothing is changed', async () => {
    const { code, output } = await replay({}, callId);
    expect(output).toContain("  person     How much is it?\n= assistant  It's $12.00.");
    expect(output).toContain('= outcome: talked');
    expect(output).toContain('3 of 3 answers are the same.');
    expect(code).toBe(0);
  });

  it('goes otherwise with another version of its assistant, and both are shown', async () => {
    const changed = { method: 'PATCH', headers: { 'content-type': 'application/json' } };
    const body = JSON.stringify({ welcome_message: 'Hello, here is the desk.' });
    await fetch(`${server.url}/v1/assistants/${assistantId}`, { ...changed, body });
    await server.post(`/v1/assistants/${assistantId}/publish`, {});
    const { output } = await replay({}, callId, '--assistant-version', '2');
    expect(output).toContain(
      '- assistant  Good day, this is the desk.\n+ assistant  Hello, here is the desk.\n! From here on',
    );
    expect(output).toContain('2 of 3 answers are the same; the first that differs is number 1.');
  });

  it('goes otherwise with another prompt and model, as JSON, too', async () => {
    const prompt = join(folder, 'prompt.txt');
    writeFileSync(prompt, 'Clerk of the desk.');
    const options = ['--prompt', prompt, '--model', 'newer', '--speed', '4', '--json'];
    const { output } = await replay(model.settings, callId, ...options);
    const { steps, divergedAt } = JSON.parse(output) as Comparison;
    expect(divergedAt).toBe(1);
    expect(steps[1]).toMatchObject({
      ...{ person: 'How much is it?', same: false },
      ...{ before: { words: [expect.stringContaining('$12.00')] }, after: { words: ['newer Clerk'] } },
    });
  });

  it.each([
    ['call_none', [], 'request/not-found'],
    ['', ['--prompt', '/nowhere'], '/nowhere cannot be read'],
    ['', ['--model', 'newer'], 'set OPENAI_API_KEY'],
    ['', ['--assistant-version', '9'], 'request/not-found'],
  ])('cannot be replayed without what it needs, and that is told: %s %j', async (id, options, words) => {
    const { code, output } = await replay({}, id || callId, ...options);
    expect(output).toContain(words);
    expect(code).toBe(1);
  });
});
