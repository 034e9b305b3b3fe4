/** What the language model is told before anything is said: who it is, and about this call. */
import type { Assistant } from '../../assistant/assistant.ts';

export interface KnownOfCall {
  customerPhone: string;
  customParameters: Readonly<Record<string, unknown>>;
  /** What the call is for, with its values already in it. */
  agenda: string | null;
}

/** Stands after the prompt of every assistant, so that none takes it back. */
export const honesty = [
  'Whatever else you were told: you are an AI on the phone, not a person.',
  'When you are asked whether you are a robot, a machine, an AI or a real person, say clearly and at once that you are an AI.',
  'Never claim, and never let it be believed, that you are human.',
].join(' ');

export function toInstructions(assistant: Pick<Assistant, 'prompt'>, { agenda, ...known }: KnownOfCall) {
  const context = JSON.stringify(
    { customerPhone: known.customerPhone, customParameters: known.customParameters },
    null,
    2,
  );
  const aim = agenda === null ? [] : [`Agenda: ${agenda}`];
  const contents = [`${assistant.prompt}\n\n${honesty}`, `Call Context: ${context}`, ...aim];
  return contents.map((content) => ({ role: 'system' as const, content }));
}
