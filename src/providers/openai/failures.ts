/** Vendor failures in our own terms; the vendor's words are cut short and never carry the key. */
import { messageOf } from '../../base/errors.ts';
import { LanguageModelFailed } from '../../ports/language-model.ts';
import { errorBodySchema, errorSchema } from './wire.ts';

const maxMessageLength = 300;
const maxErrorBodyLength = 16_384;

/** The request was answered, but not with a reply. Reads the answer's body and lets go of the connection. */
export async function toRefusal(response: Response, apiKey: string): Promise<LanguageModelFailed> {
  const { message, code } = await readRefusal(response, apiKey);
  const said = `The language model answered ${response.status}: ${message}`;
  const unavailable = [408, 409, 429].includes(response.status) || response.status >= 500;
  if (!unavailable) return new LanguageModelFailed('llm/refused', said, false);
  // An empty account stays empty however often it is asked.
  return new LanguageModelFailed('llm/unavailable', said, code !== 'insufficient_quota');
}

/** The vendor's own words and code for a request that it did not take. Lets go of the connection. */
export async function readRefusal(response: Response, apiKey: string) {
  const { message, code } = parseErrorBody(await readStart(response));
  return { message: toShortMessage(message, apiKey), code };
}

/** The vendor reported a failure inside the stream. */
export function toStreamFailure(error: unknown, apiKey: string): LanguageModelFailed {
  const parsed = errorSchema.safeParse(error);
  const message = parsed.success ? parsed.data.message : 'no reason given';
  const said = `The language model broke off: ${toShortMessage(message, apiKey)}`;
  return new LanguageModelFailed('llm/broken-stream', said, true);
}

/** The vendor was not reached at all. */
export function toUnreachable(error: unknown): LanguageModelFailed {
  // fetch itself only says "fetch failed"; what happened is in its cause.
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const said = `The language model cannot be reached: ${messageOf(cause).slice(0, maxMessageLength)}`;
  return new LanguageModelFailed('llm/unavailable', said, true);
}

function toShortMessage(message: string, apiKey: string): string {
  return message.replaceAll(apiKey, '[key]').replace(/\s+/gu, ' ').trim().slice(0, maxMessageLength);
}

function parseErrorBody(body: string): { message: string; code: string | number | null } {
  try {
    const { error } = errorBodySchema.parse(JSON.parse(body));
    return { message: error.message, code: error.code ?? null };
  } catch {
    return { message: body || 'no reason given', code: null };
  }
}

async function readStart(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  if (!response.body) return text;
  for await (const bytes of response.body) {
    text += decoder.decode(bytes, { stream: true });
    if (text.length > maxErrorBodyLength) break;
  }
  return text;
}
