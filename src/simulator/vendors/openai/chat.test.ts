/** Our provider of language models, joined to the simulated vendor. */
import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../../base/log.ts';
import type { ReplyPart } from '../../../ports/language-model.ts';
import { createOpenAiLanguageModel } from '../../../providers/openai/language-model.ts';
import { createVirtualVendors } from '../testing/virtual-vendors.ts';
import type { Brain, VendorFault } from '../vendor.ts';

const brain: Brain = async function* think({ instructions, said, tools }) {
  const last = said.at(-1);
  if (last?.by === 'tool') return yield { type: 'text', text: `It gave ${last.text}.` };
  if (last?.text === 'Look it up') return yield { type: 'tool', name: tools[0] ?? '', argumentsJson: '{"day":1}' };
  yield { type: 'text', text: `${instructions}: ` };
  yield { type: 'text', text: last?.text ?? 'nothing' };
};

async function ask(said: string, fault: VendorFault = 'none') {
  const { clock, pass, vendors } = createVirtualVendors({ brain });
  vendors.faults.set('llm', fault);
  const baseUrl = 'http://box.test/openai/v1';
  const model = createOpenAiLanguageModel({
    ...{ apiKey: 'any', baseUrl, model: 'm', clock, log: silentLogger, fetch: vendors.fetch },
  });
  const parts: ReplyPart[] = [];
  const tools = [{ name: 'look_up', description: 'Looks it up.', parameters: { type: 'object' } }];
  const messages = [{ role: 'system', content: 'Echo' } as const, { role: 'user', content: said } as const];
  let failure: unknown = null;
  const read = async () => {
    const { signal } = new AbortController();
    for await (const part of model.reply({ messages, tools, signal })) parts.push(part);
  };
  const reading = read().catch((error: unknown) => {
    failure = error;
  });
  await pass(8000);
  await reading;
  return { failure, parts, timers: clock.pendingTimers };
}

describe('simulated chat completions', () => {
  it('streams the words of the brain, and what they cost', async () => {
    const { failure, parts, timers } = await ask('Hello');
    expect([failure, timers]).toEqual([null, 0]);
    expect(parts.map((part) => (part.type === 'text' ? part.text : part.type))).toEqual(['Echo: ', 'Hello', 'usage']);
  });

  it('asks for a tool', async () => {
    const { parts } = await ask('Look it up');
    expect(parts[0]).toMatchObject({ type: 'tool-call', call: { name: 'look_up', argumentsJson: '{"day":1}' } });
  });

  it.each<[VendorFault, string]>([
    ['refused', 'llm/unavailable'],
    ['401', 'llm/refused'],
    ['429', 'llm/unavailable'],
    ['500', 'llm/unavailable'],
    ['stall', 'llm/timeout'],
    ['bad-json', 'llm/broken-stream'],
    ['close', 'llm/broken-stream'],
  ])('fails with %s, and nothing is left of it', async (fault, code) => {
    expect(await ask('Hello', fault)).toMatchObject({ failure: { code }, timers: 0 });
  });
});
