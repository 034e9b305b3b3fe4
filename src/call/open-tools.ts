/** Gives an assistant its tools, with hands that act in the call that the server names. */
import type { Assistant } from '../assistant/assistant.ts';
import type { BoundValues } from '../assistant/tools/http-tool.ts';
import type { Tool } from '../assistant/tools/tool.ts';
import { toolsOf } from '../assistant/tools/tools-of.ts';
import type { CallRow } from '../store/calls.ts';
import { ownNumberOf, personNumberOf } from './ends-of-call.ts';
import type { SessionParts } from './join-session.ts';
import { keepMessage } from './keep-message.ts';
import { lookUp } from './look-up.ts';
import { openMcpServers } from './open-mcp-servers.ts';
import { momentOfPerson, scheduleCallBack } from './schedule-call-back.ts';
import { wantTransfer } from './want-transfer.ts';

export interface OpenedTools {
  tools: Tool[];
  /** When the conversation is over; never rejects. */
  close(): Promise<void>;
}

export async function openTools(parts: SessionParts, call: CallRow): Promise<OpenedTools> {
  const { clock, conversations, newId, store } = parts;
  const bound = toBoundValues(call);
  const mcp = await openMcpServers(parts, call, bound);
  const tools = toolsOf(call.assistant as Assistant, {
    ...{ db: store.db, clock },
    pressKeys: (callId, digits) => conversations.find(callId)?.pressKeys(digits) ?? false,
    keepMessage: (callId, message) => keepMessage(parts, callId, message),
    lookUp: (question) => lookUp(store.db, call, question),
    callBack: {
      now: momentOfPerson(call, clock.now()),
      schedule: (callId, wanted) => scheduleCallBack(parts, callId, wanted),
    },
    wantTransfer: (callId, wanted) => wantTransfer(parts, callId, { ...wanted, by: 'assistant' }),
    http: { ...parts.toolRequests, clock, newId },
    ...{ bound, mcpTools: mcp.tools },
  });
  return { tools, close: mcp.close };
}

function toBoundValues(call: CallRow): BoundValues {
  return {
    call: { id: call.id, direction: call.direction, campaign_id: call.campaign_id, contact_id: call.contact_id },
    client: { id: call.client_id },
    assistant: { id: call.assistant_id },
    person: { number: personNumberOf(call) },
    own: { number: ownNumberOf(call) },
    variables: call.parameters,
    metadata: call.metadata,
  };
}
