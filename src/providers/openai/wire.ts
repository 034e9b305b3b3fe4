/** What an OpenAI-compatible server sends, as far as we read it; whatever else it holds is ignored. */
import { z } from 'zod';

const toolCallFragmentSchema = z.object({
  index: z.number().int().nonnegative().nullish(),
  id: z.string().nullish(),
  function: z.object({ name: z.string().nullish(), arguments: z.string().nullish() }).nullish(),
});

const choiceSchema = z.object({
  delta: z
    .object({
      content: z.string().nullish(),
      refusal: z.string().nullish(),
      tool_calls: z.array(toolCallFragmentSchema).nullish(),
    })
    .nullish(),
  finish_reason: z.string().nullish(),
});

const tokenCount = z.number().int().nonnegative().catch(0);

/** @see https://platform.openai.com/docs/api-reference/chat-streaming */
export const chunkSchema = z.object({
  id: z.string().nullish(),
  choices: z.array(choiceSchema).nullish(),
  usage: z.object({ prompt_tokens: tokenCount, completion_tokens: tokenCount }).nullish().catch(null),
  error: z.unknown().optional(),
});

export type Chunk = z.infer<typeof chunkSchema>;
export type ToolCallFragment = z.infer<typeof toolCallFragmentSchema>;

/** The vendor's own words about a failure: `{"error":{"message":…}}`, or `{"error":"…"}`. */
export const errorSchema = z.union([
  z.object({ message: z.string(), code: z.union([z.string(), z.number()]).nullish().catch(null) }),
  z.string().transform((message) => ({ message, code: null })),
]);

export const errorBodySchema = z.object({ error: errorSchema });
