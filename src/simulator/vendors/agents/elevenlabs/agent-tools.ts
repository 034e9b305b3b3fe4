/** Calls of tools that the client has to run: told to it, and waited for. */
import type { CancelTimer, Clock } from '../../../../base/clock.ts';
import type { NewVendorId } from '../vendor-ids.ts';
import type { ServerMessage } from './server-messages.ts';

/** The vendor's usual limit. */
const answerMs = 20_000;

interface WaitingCall {
  name: string;
  isDone(text: string): void;
  cancelTimer: CancelTimer;
}

export interface AgentTools {
  /** Resolves with what the client gave back, or with what to think of its silence. */
  call(tool: { name: string; argumentsJson: string; eventId: number }): Promise<string>;
  /** False when nothing waits for it. */
  answer(toolCallId: string, result: string, isError: boolean): boolean;
  /** Nothing is waited for any more. */
  stop(): void;
}

export function createAgentTools(parts: {
  clock: Clock;
  newId: NewVendorId;
  send(message: ServerMessage): void;
}): AgentTools {
  const waiting = new Map<string, WaitingCall>();
  const settle = (id: string, text: string): boolean => {
    const call = waiting.get(id);
    if (!call) return false;
    waiting.delete(id);
    call.cancelTimer();
    call.isDone(text);
    return true;
  };
  return {
    call: ({ name, argumentsJson, eventId }) =>
      new Promise((isDone) => {
        const id = parts.newId('toolcall');
        const cancelTimer = parts.clock.startTimer(answerMs, () =>
          settle(id, 'Error: the tool did not answer in time'),
        );
        waiting.set(id, { name, isDone, cancelTimer });
        const call = { tool_name: name, tool_call_id: id, parameters: toParameters(argumentsJson), event_id: eventId };
        parts.send({ type: 'client_tool_call', client_tool_call: call });
      }),
    answer: (id, result, isError) => settle(id, isError ? `Error: ${result}` : result),
    stop() {
      for (const id of [...waiting.keys()]) settle(id, 'Error: the conversation is over');
    },
  };
}

/** A brain's arguments are only text; the vendor sends an object. */
function toParameters(argumentsJson: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(argumentsJson);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : {};
  } catch {
    return {};
  }
}
