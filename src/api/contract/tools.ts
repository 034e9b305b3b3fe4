/** What an assistant can do besides speaking, as its author writes it and as it is shown. */
import { z } from 'zod';
import { e164Schema, momentSchema, objectSchema, textSchema } from './text.ts';

const simpleTypes = ['hang_up', 'do_not_call_again', 'press_keys', 'take_message', 'look_up'] as const;

/** Whether the person has to say yes before it is done; words say to what. */
const confirm = z.union([z.boolean(), textSchema(300)]).optional();

const simpleTool = z.strictObject({ type: z.enum(simpleTypes), confirm });

const toolName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,63}$/, 'must be a name of small letters, digits and _, at most 64')
  .refine(
    (name) => ![...simpleTypes, 'transfer', 'schedule_call_back'].includes(name),
    'is the name of a tool that is built in',
  );

/** A pattern would run on whatever a stranger says, and a reference may lead round in circles. */
const notTaken = ['pattern', 'patternProperties', '$ref', '$dynamicRef'];

/** What is wrong with a schema of arguments, as words that follow its name; null when nothing. */
function whyNoSchema(schema: Record<string, unknown>): string | null {
  if (schema.type !== 'object') return 'must be a JSON Schema with "type": "object"';
  const found = findKeyword(schema);
  if (found !== null) return `must not use ${found}`;
  try {
    z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
    return null;
  } catch (error) {
    return `is no JSON Schema that can be checked: ${error instanceof Error ? error.message : ''}`;
  }
}

/** Names of properties are not keywords. */
function findKeyword(schema: unknown, isNames = false): string | null {
  if (typeof schema !== 'object' || schema === null) return null;
  for (const [name, inner] of Object.entries(schema)) {
    if (!isNames && notTaken.includes(name)) return name;
    const found = findKeyword(inner, !isNames && name === 'properties');
    if (found !== null) return found;
  }
  return null;
}

const argumentsSchema = objectSchema(8000).superRefine((schema, context) => {
  const message = whyNoSchema(schema);
  if (message !== null) context.addIssue({ code: 'custom', message });
});

const noArguments = { type: 'object', properties: {}, additionalProperties: false };

/** What holds of whatever asks a service of its author's. */
const ofService = {
  /** Sent beside what the model chose, from the server's own knowledge: `{ "phone": "{{person.number}}" }`; the model neither sees nor chooses it. */
  bound: z
    .record(z.string().regex(/^\w{1,64}$/, 'must be a name of letters, digits and _'), textSchema(500, 0))
    .refine((bound) => Object.keys(bound).length <= 30, 'may hold 30 values')
    .default({}),
  /** From looking up the name to the last byte of the answer. */
  timeout_ms: z.int().min(500).max(20_000).default(8000),
  /** Said while it runs, where the assistant has said nothing itself. */
  waiting_phrase: textSchema(200).nullable().default(null),
  /** Of each tool. */
  most_per_call: z.int().min(1).max(30).default(10),
  confirm,
};

const httpTool = z
  .strictObject({
    type: z.literal('http'),
    name: toolName,
    /** What it does and when to use it, for the language model. */
    description: textSchema(2000),
    /** JSON Schema of what the language model may choose. */
    parameters: argumentsSchema.default(noArguments),
    /** `{{call.id}}` and the like in it become values of the call. */
    url: textSchema(2000),
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).default('POST'),
    ...ofService,
  })
  .superRefine(({ parameters, bound }, context) => {
    const properties = parameters.properties ?? {};
    for (const name of Object.keys(bound)) {
      if (!Object.hasOwn(properties, name)) continue;
      const message = 'is a property of parameters, too: the model must not choose what the server binds';
      context.addIssue({ code: 'custom', path: ['bound', name], message });
    }
  });

const mcpServer = z.strictObject({
  type: z.literal('mcp'),
  /** Stands before the names of its tools: `crm` makes `crm_find_order` of `find_order`. */
  name: toolName,
  /** Of its streamable HTTP transport. */
  url: textSchema(2000),
  /** Those of its tools that are offered; no others are. */
  tools: z.array(textSchema(200)).min(1).max(50),
  ...ofService,
});

const transferTarget = z.strictObject({
  /** By which the language model asks for them. */
  name: textSchema(60),
  number: e164Schema,
  /** For what one is connected with them. */
  description: textSchema(300).nullable().default(null),
  /** `warm`: they hear a briefing and press 1 or say yes; `cold`: whoever picks up has the person on the line. */
  mode: z.enum(['cold', 'warm']).default('cold'),
  ring_seconds: z.int().min(5).max(120).default(30),
});

const transferTool = z.strictObject({
  type: z.literal('transfer'),
  targets: z
    .array(transferTarget)
    .min(1)
    .max(20)
    .refine((targets) => new Set(targets.map(({ name }) => name)).size === targets.length, 'names a target twice'),
  /** Said to the person when nobody takes the call; null: the usual words. */
  nobody_phrase: textSchema(500).nullable().default(null),
  confirm,
});

const callBackTool = z.strictObject({
  type: z.literal('schedule_call_back'),
  /** Said first in the call back, word for word; null: the usual words. */
  greeting: textSchema(500).nullable().default(null),
  confirm,
});

const toolObject = z.discriminatedUnion('type', [simpleTool, httpTool, transferTool, callBackTool, mcpServer]);

const toolSetting = z.union([z.enum([...simpleTypes, 'schedule_call_back']), toolObject]);

const nameOf = (tool: z.infer<typeof toolSetting>) =>
  typeof tool === 'string' ? tool : 'name' in tool ? tool.name : tool.type;

export const toolsSchema = z
  .array(toolSetting)
  .max(30)
  .refine((tools) => new Set(tools.map(nameOf)).size === tools.length, 'names a tool twice');

/** What an MCP server is asked with, as a bearer token; it is never given back. */
export const setMcpSecretSchema = z.strictObject({
  /** The name of an `mcp` tool of the assistant's draft. */
  server: toolName,
  secret: z.string().regex(/^[\x21-\x7e]{1,4000}$/, 'must be up to 4,000 visible characters of ASCII'),
});

export const mcpSecretSchema = z.object({
  server: z.string(),
  /** Where it is sent to, and nowhere else. */
  origin: z.string(),
  set_at: momentSchema,
});
export type McpSecretResource = z.infer<typeof mcpSecretSchema>;

export const mcpSecretsSchema = z.object({ data: z.array(mcpSecretSchema) });

/** What signs the requests of one's HTTP tools. */
export const toolSecretSchema = z.object({ secret: z.string() });

export const toolSecretQuerySchema = z.strictObject({
  /** Whose; one's own, or the operator's, when absent. */
  client_id: z
    .string()
    .regex(/^\w{1,100}$/)
    .optional(),
});

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
