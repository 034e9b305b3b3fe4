/** What an assistant can do besides speaking; call, client and number are bound by the server, never by the model. */
import type { ToolDefinition } from '../../ports/language-model.ts';

/** The call that a tool acts on. */
export interface ToolContext {
  callId: string;
  clientId: string | null;
  personNumber: string;
  /** Aborted when nobody waits for the tool any more. */
  signal?: AbortSignal;
}

export interface ToolResult {
  /** What the model is told. */
  content: string;
  /** Why the call ends once the assistant has finished its sentence; null when it goes on. */
  endsCall: { reason: 'assistant_hung_up' | 'asked_not_to_be_called' | 'transferring' } | null;
  /** Whether it did not do what was asked. */
  failed?: boolean;
}

/** What is usual where nothing is said: at most 30 times in a call, 8 seconds, without asking the person. */
export interface ToolRules {
  mostPerCall?: number;
  timeoutMs?: number;
  /** What the person must say yes to before it is run: "it may book the table". */
  confirm?: string;
  /** Whether that it was begun must be stored before it is run, because it changes something outside of the call. */
  actsOnWorld?: boolean;
  /** Whether it does the same whatever is written as its arguments, even where that is nonsense. */
  ignoresArguments?: boolean;
  /** Said while it runs, where the assistant has said nothing itself. */
  waitingPhrase?: string;
}

export interface Tool {
  definition: ToolDefinition;
  rules?: ToolRules;
  /** The arguments fit the schema of the definition; what they say is the model's word, which is nobody's. */
  run(context: ToolContext, values: Record<string, unknown>): Promise<ToolResult>;
}
