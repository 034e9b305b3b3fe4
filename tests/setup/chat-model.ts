/** A language model behind OpenAI's protocol on this machine, which says what a function says. */
import { startService } from './service.ts';

export interface Chat {
  model: string;
  /** All that the model was told before the conversation. */
  system: string;
  /** What was said last to it; empty when nothing was. */
  said: string;
}

export interface ChatModel {
  chats: Chat[];
  /** The settings of a server that asks it. */
  settings: Record<string, string>;
  stop(): Promise<void>;
}

interface ChatRequest {
  model: string;
  messages: { role: string; content: string }[];
}

function toChat(body: string): Chat {
  const { model, messages } = JSON.parse(body) as ChatRequest;
  const told = messages.filter(({ role }) => role === 'system').map(({ content }) => content);
  const said = messages.findLast(({ role }) => role === 'user')?.content ?? '';
  return { model, system: told.join('\n'), said };
}

const toStream = (content: string) =>
  [
    { choices: [{ index: 0, delta: { role: 'assistant', content }, finish_reason: null }] },
    { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
  ]
    .map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`)
    .join('')
    .concat('data: [DONE]\n\n');

export async function startChatModel(answer: (chat: Chat) => string): Promise<ChatModel> {
  const chats: Chat[] = [];
  const service = await startService(({ body }) => {
    const chat = toChat(body);
    chats.push(chat);
    return { headers: { 'content-type': 'text/event-stream' }, body: toStream(answer(chat)) };
  });
  const settings = { OPENAI_API_KEY: 'test', OPENAI_BASE_URL: `${service.url}/v1`, LLM_MODEL: 'test-model' };
  return { chats, settings, stop: service.stop };
}
