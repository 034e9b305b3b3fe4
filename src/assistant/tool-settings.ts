/** What an assistant's author says about each thing it can do; see the same in the contract of `/v1`. */

export const simpleToolTypes = ['hang_up', 'do_not_call_again', 'press_keys', 'take_message', 'look_up'] as const;
/** Tools that need no settings: their name is enough. */
export type SimpleToolType = (typeof simpleToolTypes)[number];

interface Common {
  /** What the person must say yes to before it is run; true: whatever the tool does. */
  confirm?: boolean | string | undefined;
}

export type SimpleToolSetting = Common & { type: SimpleToolType };

/** A request to a service of the author's own. */
export type HttpToolSetting = Common & {
  type: 'http';
  /** Under which the model asks for it. */
  name: string;
  description: string;
  /** JSON Schema of what the model may choose. */
  parameters: Record<string, unknown>;
  /** `{{call.id}}` and the like become values of the call. */
  url: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Sent beside what the model chose, from the server's own knowledge: names to templates. */
  bound: Readonly<Record<string, string>>;
  timeout_ms: number;
  /** Said while it runs. */
  waiting_phrase: string | null;
  most_per_call: number;
};

/** A colleague whom a person may be handed over to. */
export interface TransferTarget {
  name: string;
  /** E.164. */
  number: string;
  description: string | null;
  /** `warm`: the colleague hears a briefing and takes the call, or does not. */
  mode: 'cold' | 'warm';
  ring_seconds: number;
}

export type TransferToolSetting = Common & {
  type: 'transfer';
  targets: readonly TransferTarget[];
  /** Said to the person when nobody takes it; null: the usual words. */
  nobody_phrase: string | null;
};

export type CallBackToolSetting = Common & {
  type: 'schedule_call_back';
  /** Said first in the call back; null: the usual words. */
  greeting: string | null;
};

/** Tools of a server that speaks the Model Context Protocol. */
export type McpToolSetting = Common & {
  type: 'mcp';
  /** Stands before the names of its tools. */
  name: string;
  url: string;
  /** Those of its tools that are offered; no others are. */
  tools: readonly string[];
  /** Sent as arguments from the server's own knowledge: names to templates; the model does not see them. */
  bound: Readonly<Record<string, string>>;
  timeout_ms: number;
  waiting_phrase: string | null;
  /** Of each of its tools. */
  most_per_call: number;
};

export type ToolObject =
  | SimpleToolSetting
  | HttpToolSetting
  | TransferToolSetting
  | CallBackToolSetting
  | McpToolSetting;

/** A name, or an object with settings. */
export type ToolSetting = SimpleToolType | 'schedule_call_back' | ToolObject;

/** What an assistant can do where its author said nothing. */
export const usualTools: readonly ToolSetting[] = ['hang_up', 'do_not_call_again'];

export function toToolObject(setting: ToolSetting): ToolObject {
  if (setting === 'schedule_call_back') return { type: setting, greeting: null };
  return typeof setting === 'string' ? { type: setting } : setting;
}
