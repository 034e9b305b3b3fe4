/** Takes a message for the people of the business; they find it with the call and hear of it by event. */
import type { Tool } from './tool.ts';

export interface TakenMessage {
  text: string;
  /** Who it is from and for, and how to reach them, as the person said it. */
  from_name: string | null;
  for_name: string | null;
  call_back_number: string | null;
}

const named = (description: string) => ({ type: 'string', maxLength: 200, description });
const orNull = (value: unknown) => (typeof value === 'string' && value.trim() !== '' ? value.trim() : null);

export function createTakeMessage(keep: (callId: string, message: TakenMessage) => Promise<void>): Tool {
  return {
    definition: {
      name: 'take_message',
      description: 'Keep a message that the person leaves for the people of the business. Read it back to them first.',
      parameters: {
        type: 'object',
        properties: {
          text: {
            type: 'string',
            minLength: 1,
            maxLength: 3000,
            description: 'The message in the words of the person.',
          },
          from_name: named('Who leaves it.'),
          for_name: named('Who it is for.'),
          call_back_number: named('Where they can be reached, if they said so.'),
        },
        required: ['text'],
        additionalProperties: false,
      },
    },
    rules: { mostPerCall: 5, actsOnWorld: true },
    async run({ callId }, values) {
      await keep(callId, {
        text: String(values.text),
        from_name: orNull(values.from_name),
        for_name: orNull(values.for_name),
        call_back_number: orNull(values.call_back_number),
      });
      return { content: 'The message is kept.', endsCall: null };
    },
  };
}
