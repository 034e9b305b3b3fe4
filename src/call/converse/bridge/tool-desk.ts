/** Runs the tools that an agent calls, one after another; those called together are answered together. */
import { type Clock, waitFor } from '../../../base/clock.ts';
import type { ToolCall } from '../../../ports/language-model.ts';
import type { ToolOutcome } from '../ledger/tool-outcome.ts';
import { runTool, type ToolParts } from '../run-tools.ts';

export interface ToolDesk {
  call(call: ToolCall): void;
  /** Nothing is told any more. */
  close(): void;
}

export interface ToolDeskParts {
  tools: ToolParts;
  clock: Clock;
  /** How long one tool may take. */
  toolMs: number;
  on(outcomes: ToolOutcome[]): void;
}

export function createToolDesk(parts: ToolDeskParts): ToolDesk {
  const waiting: ToolCall[] = [];
  const closing = new AbortController();
  let isRunning = false;

  const runInTime = async (call: ToolCall): Promise<ToolOutcome> => {
    const done = new AbortController();
    const signal = AbortSignal.any([closing.signal, done.signal]);
    const tooLate = waitFor(parts.clock, parts.toolMs, signal).then(() => {
      return { id: call.id, content: 'The tool did not answer in time.', endsCall: null, failed: true };
    });
    try {
      return await Promise.race([runTool(parts.tools, call), tooLate]);
    } finally {
      done.abort();
    }
  };
  const run = async () => {
    isRunning = true;
    const outcomes: ToolOutcome[] = [];
    for (let call = waiting.shift(); call && !closing.signal.aborted; call = waiting.shift()) {
      outcomes.push(await runInTime(call));
    }
    isRunning = false;
    if (!closing.signal.aborted) parts.on(outcomes);
  };

  return {
    call(call) {
      waiting.push(call);
      if (!isRunning) void run();
    },
    close: () => closing.abort(),
  };
}
