/** The tools that an assistant was given. */
import type { Clock } from '../../base/clock.ts';
import type { Db } from '../../store/schema.ts';
import type { Assistant, ToolName } from '../assistant.ts';
import { createDoNotCallAgain } from './do-not-call-again.ts';
import { hangUp } from './hang-up.ts';
import type { Tool } from './tool.ts';

export function toolsOf(assistant: Pick<Assistant, 'tools'>, parts: { db: Db; clock: Clock }): Tool[] {
  const all: Record<ToolName, Tool> = { hang_up: hangUp, do_not_call_again: createDoNotCallAgain(parts) };
  return assistant.tools.map((name) => all[name]);
}
