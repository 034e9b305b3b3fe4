/** What an assistant can do besides speaking; call, client and number are bound by the server, never by the model. */
import type { ToolDefinition } from '../../ports/language-model.ts';

/** The call that a tool acts on. */
export interface ToolContext {
  callId: string;
  clientId: string | null;
  personNumber: string;
}

export interface ToolResult {
  /** What the model is told. */
  content: string;
  /** Why the call ends once the assistant has finished its sentence; null when it goes on. */
  endsCall: { reason: 'assistant_hung_up' | 'asked_not_to_be_called' } | null;
}

export interface Tool {
  definition: ToolDefinition;
  /** The arguments are the model's JSON text: not trusted, perhaps not even JSON. */
  run(context: ToolContext, argumentsJson: string): Promise<ToolResult>;
}
