/** The agents of a simulated ElevenLabs account, and how their texts are filled with a caller's values. */

export type AgentFormat = 'ulaw_8000' | 'pcm_8000' | 'pcm_16000' | 'pcm_24000' | 'pcm_48000';
export type OverrideName = 'first_message' | 'prompt' | 'language' | 'voice_id';
export type DynamicVariables = Readonly<Record<string, string | number | boolean>>;

export interface SimulatedAgent {
  id: string;
  /** May hold `{{variables}}`; null: its brain finds the first words; empty: the person speaks first. */
  firstMessage: string | null;
  /** May hold `{{variables}}`. */
  prompt: string;
  /** Tools that the client has to run, by name. `end_call` and `hang_up` are the agent's own unless listed here. */
  tools?: readonly string[];
  outputFormat?: AgentFormat;
  inputFormat?: AgentFormat;
  /** What a client may set by `conversation_config_override`; all of it unless told. */
  overrides?: readonly OverrideName[];
  /** Whether a client without a key may talk to it. */
  isPublic?: boolean;
  /** 600,000 unless told, like the vendor's own. */
  maxDurationMs?: number;
}

export const allOverrides: readonly OverrideName[] = ['first_message', 'prompt', 'language', 'voice_id'];

/** Variables that may hold the name of the person, the most telling first. */
const nameVariables = ['name', 'customer_name', 'first_name', 'customerName', 'firstName', 'user_name'];

/** Stands for every agent that was not set up: greets by name when a variable tells it, and knows all variables. */
export function toDefaultAgent(id: string, variables: DynamicVariables): SimulatedAgent {
  const name = nameVariables.find((key) => String(variables[key] ?? '').trim() !== '');
  const facts = Object.keys(variables).map((key) => `${key}: {{${key}}}`);
  return {
    id,
    firstMessage: name ? `Hello {{${name}}}, how can I help you today?` : 'Hello, how can I help you today?',
    prompt: ['You are a friendly assistant on a telephone call. Keep your answers short.', ...facts].join('\n'),
    tools: ['do_not_call_again'],
  };
}

/** What the platform itself knows of a conversation, as far as a socket client's has it. */
export function toSystemVariables(agentId: string, conversationId: string, nowMs: number): DynamicVariables {
  return {
    system__agent_id: agentId,
    system__conversation_id: conversationId,
    system__time_utc: new Date(nowMs).toISOString(),
    system__call_duration_secs: 0,
  };
}

const variable = /\{\{\s*([\w.-]+)\s*\}\}/g;

/** Values are put in as they are, never read as templates again. `missing` names variables without a value. */
export function fillTemplate(template: string, variables: DynamicVariables): { text: string; missing: string[] } {
  const missing = new Set<string>();
  const text = template.replace(variable, (whole, name: string) => {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (value === undefined) missing.add(name);
    return value === undefined ? whole : String(value);
  });
  return { text, missing: [...missing] };
}
