/** What an assistant can do besides speaking, as its author writes it and as it is shown. */
import { z } from 'zod';
import { textSchema } from './text.ts';

const simpleTypes = ['hang_up', 'do_not_call_again', 'press_keys', 'take_message'] as const;

/** Whether the person has to say yes before it is done; words say to what. */
const confirm = z.union([z.boolean(), textSchema(300)]).optional();

const simpleTool = z.strictObject({ type: z.enum(simpleTypes), confirm });

const toolSetting = z.union([z.enum(simpleTypes), simpleTool]);

const nameOf = (tool: z.infer<typeof toolSetting>) => (typeof tool === 'string' ? tool : tool.type);

export const toolsSchema = z
  .array(toolSetting)
  .max(30)
  .refine((tools) => new Set(tools.map(nameOf)).size === tools.length, 'names a tool twice');

export const toolCallSchema = z.object({
  /** Counts within the call, from 1. */
  number: z.int(),
  /** The model's own name for it. */
  id: z.string(),
  name: z.string(),
  /** JSON text as the model wrote it. */
  arguments: z.string(),
  /** `confirming`: the person was to be asked; `lost`: the server stopped while it ran. */
  state: z.enum(['confirming', 'running', 'done', 'failed', 'refused', 'lost']),
  /** What the model was told. */
  result: z.string().nullable(),
  /** It was asked for before the turn of this index, or in it. */
  turn_index: z.int(),
  asked_at: z.string(),
  ended_at: z.string().nullable(),
});

export type ToolCallResource = z.infer<typeof toolCallSchema>;
