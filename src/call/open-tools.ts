/** Gives an assistant its tools, with hands that act in the call that the server names. */
import type { Assistant } from '../assistant/assistant.ts';
import type { Tool } from '../assistant/tools/tool.ts';
import { toolsOf } from '../assistant/tools/tools-of.ts';
import type { SessionParts } from './join-session.ts';
import { keepMessage } from './keep-message.ts';

export function openTools(parts: SessionParts, assistant: Pick<Assistant, 'tools'>): Tool[] {
  const { clock, conversations, store } = parts;
  return toolsOf(assistant, {
    ...{ db: store.db, clock },
    pressKeys: (callId, digits) => conversations.find(callId)?.pressKeys(digits) ?? false,
    keepMessage: (callId, message) => keepMessage(parts, callId, message),
  });
}
