/** The tools that an assistant was given. */
import type { Clock } from '../../base/clock.ts';
import type { Db } from '../../store/schema.ts';
import type { Assistant } from '../assistant.ts';
import { type ToolObject, toToolObject } from '../tool-settings.ts';
import { createDoNotCallAgain } from './do-not-call-again.ts';
import { hangUp } from './hang-up.ts';
import { type BoundValues, createHttpTool, type HttpToolParts } from './http-tool.ts';
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
  callBack: CallBackHands;
  http: HttpToolParts;
  /** What templates of this call's tools may name. */
  bound: BoundValues;
}

export function toolsOf(assistant: Pick<Assistant, 'tools'>, hands: ToolHands): Tool[] {
  return assistant.tools.map((setting) => {
    const object = toToolObject(setting);
    return withConfirm(createTool(object, hands), object.confirm);
  });
}

function createTool(setting: ToolObject, hands: ToolHands): Tool {
  switch (setting.type) {
    case 'hang_up':
      return hangUp;
    case 'do_not_call_again':
      return createDoNotCallAgain(hands);
    case 'press_keys':
      return createPressKeys(hands.pressKeys);
    case 'take_message':
      return createTakeMessage(hands.keepMessage);
    case 'transfer':
      return createTransfer(setting, hands.wantTransfer);
    case 'schedule_call_back':
      return createScheduleCallBack(setting, hands.callBack);
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
