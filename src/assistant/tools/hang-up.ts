/** Ends the call after the words that are being said. */
import type { Tool } from './tool.ts';

export const hangUp: Tool = {
  definition: {
    name: 'hang_up',
    description: 'End the call after the sentence you are saying now. Say goodbye in that sentence.',
    parameters: { type: 'object', properties: { reason: { type: 'string' } }, additionalProperties: false },
  },
  rules: { ignoresArguments: true },
  run: async () => ({ content: 'The call ends after this sentence.', endsCall: { reason: 'assistant_hung_up' } }),
};
