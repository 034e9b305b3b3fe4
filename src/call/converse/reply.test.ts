import { describe, expect, it } from 'vitest';
import { hangUp } from '../../assistant/tools/hang-up.ts';
import type { Tool } from '../../assistant/tools/tool.ts';
import { createFakeClock } from '../../base/clock.ts';
import { CallwrightError } from '../../base/errors.ts';
import { LanguageModelFailed } from '../../ports/language-model.ts';
import { createFakeModel, settled } from '../testing/fake-model.ts';
import { createTestLedger } from '../testing/test-ledger.ts';
import { getReply, isRetryable } from './reply.ts';

const context = { callId: 'call_1', clientId: null, personNumber: '+15550101' };
const definition = (name: string) => ({ name, description: '', parameters: {} });
const broken: Tool = {
  definition: definition('broken'),
  run: () => Promise.reject(new Error('no connection')),
};

const lookUp: Tool = { definition: definition('look_up'), run: async () => ({ content: '4 dollars', endsCall: null }) };

async function begin(tools: readonly Tool[] = [hangUp, broken]) {
  const model = createFakeModel();
  const abort = new AbortController();
  const spoken: string[] = [];
  const messages = [{ role: 'user', content: 'Hello?' }] as const;
  const onText = (text: string) => void spoken.push(text);
  const pauses: string[] = [];
  const onPause = () => void pauses.push(spoken.join(''));
  const end = getReply(
    { model, tools, context, ledger: createTestLedger(createFakeClock()) },
    { messages, signal: abort.signal, onText, onPause },
  );
  await settled();
  return { model, abort, spoken, pauses, end };
}

describe('one reply', () => {
  it('streams its words and gives all of them at the end', async () => {
    const { model, spoken, end } = await begin();
    await model.last().say('Hello ');
    await model.last().say('');
    await model.last().say('Sarah.');
    expect(spoken).toEqual(['Hello ', 'Sarah.']);
    await model.last().end();
    expect(await end).toEqual({ text: 'Hello Sarah.', endsCall: null });
  });

  it('ends the call when the assistant hangs up', async () => {
    const { model, end } = await begin();
    await model.last().say('Goodbye.');
    await model.last().callTool('hang_up', 'not even JSON');
    await model.last().end();
    expect(await end).toEqual({ text: 'Goodbye.', endsCall: { reason: 'assistant_hung_up' } });
    expect(model.asked).toHaveLength(1);
  });

  it('goes on talking when a tool failed beside the one that ends the call, and tells the model why', async () => {
    const { model, end } = await begin();
    await model.last().say('Stored, goodbye.');
    await model.last().callTool('broken');
    await model.last().callTool('hang_up');
    await model.last().end();
    expect(model.asked).toHaveLength(2);
    const told = model.last().request.messages.filter((message) => message.role === 'tool');
    expect(told.map((message) => message.content)).toEqual([
      'The tool failed: no connection',
      'The call ends after this sentence.',
    ]);
    await model.last().say(' I could not store that.');
    await model.last().end();
    expect(await end).toEqual({ text: 'Stored, goodbye. I could not store that.', endsCall: null });
  });

  it('tells the model when there is no such tool', async () => {
    const { model } = await begin();
    await model.last().callTool('transfer_money');
    await model.last().end();
    expect(model.last().request.messages.at(-1)).toMatchObject({ role: 'tool', content: 'There is no such tool.' });
  });

  it('stops a model that only ever uses tools after four rounds', async () => {
    const { model, end } = await begin();
    for (let round = 0; round < 6; round += 1) {
      await model.last().callTool('broken');
      await model.last().end();
    }
    expect(await end).toEqual({ text: '', endsCall: null });
    expect(model.asked).toHaveLength(4);
  });

  it('cuts off a model that never ends, and asks it nothing more', async () => {
    const { model, spoken, end } = await begin();
    await model.last().callTool('broken');
    for (let piece = 0; piece < 30; piece += 1) await model.last().say('x'.repeat(100));
    expect((await end).text).toHaveLength(2000);
    expect(spoken.join('')).toHaveLength(2000);
    expect(spoken).not.toContain('');
    expect(model.asked).toHaveLength(1);
  });

  it('passes on nothing that a model yields after it was aborted', async () => {
    const { model, abort, spoken, end } = await begin();
    await model.last().say('Hello ');
    abort.abort();
    await model.last().say('Sarah.');
    await end;
    expect(spoken).toEqual(['Hello ']);
  });

  it('does not begin the tools of a reply that was aborted', async () => {
    let runs = 0;
    const counted: Tool = {
      definition: definition('counted'),
      async run() {
        runs += 1;
        return { content: '', endsCall: null };
      },
    };
    const { model, abort, end } = await begin([counted]);
    await model.last().callTool('counted');
    abort.abort();
    await model.last().end();
    await end;
    expect(runs).toBe(0);
  });

  it('says when it turns to its tools, and sets what it says afterwards apart', async () => {
    const { model, spoken, pauses, end } = await begin([lookUp]);
    await model.last().say('Let me look.');
    await model.last().callTool('look_up');
    await model.last().end();
    await model.last().say('It is ');
    await model.last().say('4 dollars.');
    await model.last().end();
    expect(spoken).toEqual(['Let me look.', ' It is ', '4 dollars.']);
    expect(pauses).toEqual(['Let me look.']);
    expect((await end).text).toBe('Let me look. It is 4 dollars.');
  });

  it('says of a failure whether asking again could help', () => {
    expect(isRetryable(new LanguageModelFailed('llm/timeout', '', true))).toBe(true);
    expect(isRetryable(new LanguageModelFailed('llm/refused', '', false))).toBe(false);
    expect(isRetryable(new TypeError('bug'))).toBe(true);
    expect(isRetryable(new CallwrightError('store/busy', ''))).toBe(false);
  });
});
