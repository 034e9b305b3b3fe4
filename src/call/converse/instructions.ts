/** What the language model is told before anything is said: who it is, and about this call. */
import type { Assistant } from '../../assistant/assistant.ts';

export function toInstructions(assistant: Assistant, customerPhone: string, customParameters: Record<string, unknown>) {
  const context = JSON.stringify({ customerPhone, customParameters }, null, 2);
  return [
    { role: 'system' as const, content: assistant.prompt },
    { role: 'system' as const, content: `Call Context: ${context}` },
  ];
}
