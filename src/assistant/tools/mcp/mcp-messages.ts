/** What an MCP server says: JSON-RPC answers as JSON or as server-sent events, read by schemas. Pure. */
import { z } from 'zod';
import { CallwrightError } from '../../../base/errors.ts';

/** The server does not answer as the protocol says, or refuses. */
export class McpFailed extends CallwrightError {
  declare readonly code: 'mcp/bad-answer' | 'mcp/refused' | 'mcp/session-over';
  constructor(code: McpFailed['code'], message: string) {
    super(code, message);
    this.name = 'McpFailed';
  }
}

/** Versions of the protocol that have streamable HTTP, newest first; the first is asked for. */
export const protocolVersions: readonly string[] = ['2025-06-18', '2025-11-25', '2025-03-26'];

export const initializeResult = z.object({ protocolVersion: z.string() });

const listedTool = z.object({
  name: z.string().min(1).max(200),
  description: z.string().optional(),
  inputSchema: z.record(z.string(), z.unknown()),
});
export type ListedTool = z.infer<typeof listedTool>;

/** One tool that cannot be read does not take the others away. */
export const toolsResult = z.object({
  tools: z.array(z.unknown()).transform((tools) => tools.flatMap((tool) => listedTool.safeParse(tool).data ?? [])),
  nextCursor: z.string().max(2000).optional(),
});

const content = z.looseObject({ type: z.string() });
export const callResult = z.object({
  content: z.array(content).default([]),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
  isError: z.boolean().default(false),
});
export type CallResult = z.infer<typeof callResult>;

const answer = z.object({
  id: z.union([z.string(), z.number()]),
  result: z.record(z.string(), z.unknown()).optional(),
  error: z.object({ code: z.number(), message: z.string() }).optional(),
});
type Answer = z.infer<typeof answer>;

/** The answer to a request in a body, perhaps only the beginning of one; null where it is not there (yet). */
export function findAnswer(body: string, contentType: string, id: number): Answer | null {
  const messages = contentType.startsWith('text/event-stream') ? eventsOf(body) : [body];
  for (const message of messages) {
    const parsed = [parseJson(message)].flat();
    const found = parsed.map((one) => answer.safeParse(one).data).find((one) => one?.id === id);
    if (found) return found;
  }
  return null;
}

/** @throws McpFailed */
export function readResult<T extends z.ZodType>(schema: T, found: Answer | null): z.output<T> {
  if (!found) throw new McpFailed('mcp/bad-answer', 'The server sent no answer that can be read.');
  if (found.error) throw new McpFailed('mcp/refused', `The server refused: ${found.error.message.slice(0, 300)}`);
  const read = schema.safeParse(found.result);
  if (read.success) return read.data;
  throw new McpFailed('mcp/bad-answer', 'The server sent an answer of another form than the protocol has.');
}

/** The data of the events that are whole. */
function eventsOf(stream: string): string[] {
  const events = stream.replaceAll(/\r\n?/g, '\n').split('\n\n').slice(0, -1);
  return events.map((event) =>
    event
      .split('\n')
      .flatMap((line) => (line.startsWith('data:') ? [line.slice('data:'.length).replace(/^ /, '')] : []))
      .join('\n'),
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** What a model is told: the texts, or the data where there are none. */
export function toWords({ content: parts, structuredContent }: CallResult): string {
  const texts = parts.map((part) =>
    part.type === 'text' && typeof part.text === 'string' ? part.text : `[${part.type.slice(0, 30)}]`,
  );
  const hasText = parts.some(({ type }) => type === 'text');
  if (!hasText && structuredContent) return JSON.stringify(structuredContent);
  return texts.join('\n').trim();
}
