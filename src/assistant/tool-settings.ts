/** What an assistant's author says about each thing it can do; see the same in the contract of `/v1`. */

export const simpleToolTypes = ['hang_up', 'do_not_call_again', 'press_keys', 'take_message'] as const;
/** Tools that need no settings: their name is enough. */
export type SimpleToolType = (typeof simpleToolTypes)[number];

interface Common {
  /** What the person must say yes to before it is run; true: whatever the tool does. */
  confirm?: boolean | string | undefined;
}

export type SimpleToolSetting = Common & { type: SimpleToolType };

/** A name, or an object with settings. */
export type ToolSetting = SimpleToolType | SimpleToolSetting;

/** What an assistant can do where its author said nothing. */
export const usualTools: readonly ToolSetting[] = ['hang_up', 'do_not_call_again'];

export function toToolObject(setting: ToolSetting): SimpleToolSetting {
  return typeof setting === 'string' ? { type: setting } : setting;
}
