/** What the language model is told before anything is said: who it is, and about this call. */
import type { Assistant } from '../../assistant/assistant.ts';

export interface KnownOfCall {
  customerPhone: string;
  customParameters: Readonly<Record<string, unknown>>;
  /** What the call is for, with its values already in it. */
  agenda: string | null;
}

export function toInstructions(assistant: Pick<Assistant, 'prompt'>, { agenda, ...known }: KnownOfCall) {
  const context = JSON.stringify(
    { customerPhone: known.customerPhone, customParameters: known.customParameters },
    null,
    2,
  );
  const contents = [assistant.prompt, `Call Context: ${context}`, ...(agenda === null ? [] : [`Agenda: ${agenda}`])];
  return contents.map((content) => ({ role: 'system' as const, content }));
}
