/** Simulated OpenAI chat completions: the brain's words as a stream of events, piece by piece as they are thought. */
import { z } from 'zod';
import { toComplaint } from '../parse-message.ts';
import { toAnswer, toRefusal } from '../refusals.ts';
import type { Brain, HttpEndpoint, VendorParts } from '../vendor.ts';

const message = z.object({ role: z.string(), content: z.string().nullish() });
const order = z.object({
  model: z.string(),
  messages: z.array(message).min(1),
  stream: z.literal(true, { error: 'the simulated vendor streams: set stream to true' }),
  stream_options: z.object({ include_usage: z.boolean().default(false) }).optional(),
  tools: z.array(z.object({ function: z.object({ name: z.string() }) })).default([]),
});
type Order = z.output<typeof order>;
type Said = Parameters<Brain>[0]['said'][number];

export const chat: HttpEndpoint = {
  ...{ vendor: 'openai', kind: 'llm', method: 'POST', path: /^(?:\/v1)?\/chat\/completions(?:\?|$)/u },
  async answer(request, parts) {
    const { data, error } = order.safeParse(parseJson(request.body));
    if (!data) return toAnswer(toRefusal('openai', 400, toComplaint(error)));
    return { status: 200, headers: { 'content-type': 'text/event-stream' }, body: think(parts, data) };
  },
};

function parseJson(body: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(body ?? []).toString('utf8'));
  } catch {
    return null;
  }
}

async function* think({ brain }: VendorParts, { messages, tools, stream_options }: Order): AsyncGenerator<Uint8Array> {
  const reading = new AbortController();
  const id = 'chatcmpl-simulated';
  let calls = 0;
  try {
    const talk = { ...toTalk(messages), tools: tools.map((tool) => tool.function.name), signal: reading.signal };
    for await (const part of brain(talk)) {
      if (part.type === 'text') {
        yield toEvent({ id, choices: [{ index: 0, delta: { content: part.text }, finish_reason: null }] });
        continue;
      }
      const called = { name: part.name, arguments: part.argumentsJson };
      const call = { index: calls, id: `call_${messages.length}_${calls}`, type: 'function', function: called };
      calls += 1;
      yield toEvent({ id, choices: [{ index: 0, delta: { tool_calls: [call] }, finish_reason: null }] });
    }
    yield toEvent({ id, choices: [{ index: 0, delta: {}, finish_reason: calls > 0 ? 'tool_calls' : 'stop' }] });
    const usage = { prompt_tokens: messages.length, completion_tokens: 1, total_tokens: messages.length + 1 };
    if (stream_options?.include_usage) yield toEvent({ id, choices: [], usage });
    yield Buffer.from('data: [DONE]\n\n');
  } finally {
    reading.abort();
  }
}

const toEvent = (chunk: object) =>
  Buffer.from(`data: ${JSON.stringify({ object: 'chat.completion.chunk', ...chunk })}\n\n`);

function toTalk(messages: Order['messages']): Pick<Parameters<Brain>[0], 'instructions' | 'greeting' | 'said'> {
  const of = (wanted: string) => messages.filter(({ role }) => role === wanted);
  const said = messages.flatMap(({ role, content }): Said[] => {
    const text = content ?? '';
    if (role === 'user') return [{ by: 'person', text }];
    if (role === 'tool') return [{ by: 'tool', name: '', text }];
    return role === 'assistant' && text !== '' ? [{ by: 'agent', text }] : [];
  });
  return {
    instructions: of('system')
      .map(({ content }) => content ?? '')
      .join('\n'),
    greeting: null,
    said,
  };
}
