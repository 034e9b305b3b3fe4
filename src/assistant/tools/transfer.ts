/** Hands the person over to a colleague on the assistant's list; the server knows their numbers, the model only names. */
import type { TransferToolSetting } from '../tool-settings.ts';
import type { Tool } from './tool.ts';

export type WantTransfer = (
  callId: string,
  wanted: { target: string; briefing: string | null },
) => Promise<{ target: string } | { refused: string }>;

export function createTransfer({ targets }: TransferToolSetting, want: WantTransfer): Tool {
  const list = targets.map(({ name, description }) => (description === null ? name : `${name} (${description})`));
  return {
    definition: {
      name: 'transfer',
      description: `Connect the person with a colleague after the sentence you are saying now: ${list.join('; ')}. Say in that sentence that you connect them.`,
      parameters: {
        type: 'object',
        properties: {
          target: { type: 'string', enum: targets.map(({ name }) => name) },
          briefing: {
            type: 'string',
            maxLength: 600,
            description: 'What the colleague should know before they take the call, in one or two sentences.',
          },
        },
        required: ['target'],
        additionalProperties: false,
      },
    },
    rules: { mostPerCall: 3, actsOnWorld: true },
    async run({ callId }, { target, briefing }) {
      const wanted = { target: String(target), briefing: typeof briefing === 'string' ? briefing : null };
      const answer = await want(callId, wanted);
      if ('refused' in answer) return { content: `Not done: ${answer.refused}`, endsCall: null, failed: true };
      return { content: `${answer.target} is called after this sentence.`, endsCall: { reason: 'transferring' } };
    },
  };
}
