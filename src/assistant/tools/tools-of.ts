/** The tools that an assistant was given. */
import type { Clock } from '../../base/clock.ts';
import type { Db } from '../../store/schema.ts';
import type { Assistant } from '../assistant.ts';
import { type ToolObject, toToolObject } from '../tool-settings.ts';
import { createDoNotCallAgain } from './do-not-call-again.ts';
import { hangUp } from './hang-up.ts';
import { type BoundValues, createHttpTool, type HttpToolParts } from './http-tool.ts';
import { createLookUp, type LookUp } from './look-up.ts';
import { createPressKeys } from './press-keys.ts';
import { type CallBackHands, createScheduleCallBack } from './schedule-call-back.ts';
import { createTakeMessage, type TakenMessage } from './take-message.ts';
import type { Tool } from './tool.ts';
import { createTransfer, type WantTransfer } from './transfer.ts';

/** What tools act with; each is told by the server which call it is about. */
export interface ToolHands {
  db: Db;
  clock: Clock;
  /** False where no keys can be pressed in this call now. */
  pressKeys(callId: string, digits: string): boolean;
  keepMessage(callId: string, message: TakenMessage): Promise<void>;
  wantTransfer: WantTransfer;
  lookUp: LookUp;
  callBack: CallBackHands;
  /** Those of each MCP server, by its name. */
  mcpTools: ReadonlyMap<string, readonly Tool[]>;
  http: HttpToolParts;
  /** What templates of this call's tools may name. */
  bound: BoundValues;
}

export function toolsOf(assistant: Pick<Assistant, 'tools'>, hands: ToolHands): Tool[] {
  const tools = assistant.tools.flatMap((setting) => {
    const object = toToolObject(setting);
    return [createTools(object, hands)].flat().map((tool) => withConfirm(tool, object.confirm));
  });
  // Names that an MCP server chose may be there already; a model could not tell them apart.
  const names = tools.map(({ definition }) => definition.name);
  return tools.filter(({ definition }, index) => names.indexOf(definition.name) === index);
}

function createTools(setting: ToolObject, hands: ToolHands): Tool | readonly Tool[] {
  switch (setting.type) {
    case 'hang_up':
      return hangUp;
    case 'do_not_call_again':
      return createDoNotCallAgain(hands);
    case 'press_keys':
      return createPressKeys(hands.pressKeys);
    case 'take_message':
      return createTakeMessage(hands.keepMessage);
    case 'look_up':
      return createLookUp(hands.lookUp);
    case 'transfer':
      return createTransfer(setting, hands.wantTransfer);
    case 'schedule_call_back':
      return createScheduleCallBack(setting, hands.callBack);
    case 'mcp':
      return hands.mcpTools.get(setting.name) ?? [];
    case 'http':
      return createHttpTool(hands.http, setting, hands.bound);
  }
}

/** The assistant has to ask before it does it, and the person has to answer. */
function withConfirm(tool: Tool, confirm: boolean | string | undefined): Tool {
  if (!confirm) return tool;
  const asked = confirm === true ? 'you may do this now' : confirm;
  return { ...tool, rules: { ...tool.rules, confirm: asked } };
}
