/** Puts the person's number on the list of numbers that are not called again, and ends the call. */
import type { Clock } from '../../base/clock.ts';
import { addToDoNotCall } from '../../store/do-not-call.ts';
import type { Db } from '../../store/schema.ts';
import type { Tool } from './tool.ts';

export function createDoNotCallAgain(parts: { db: Db; clock: Clock }): Tool {
  return {
    definition: {
      name: 'do_not_call_again',
      description: 'The person asked not to be called any more: stores that, and ends the call after your sentence.',
      parameters: { type: 'object', properties: {}, additionalProperties: false },
    },
    // Whatever a model adds to it, a person who wants no more calls gets none.
    rules: { ignoresArguments: true, actsOnWorld: false },
    async run(context) {
      await addToDoNotCall(parts.db, {
        client_id: context.clientId ?? '',
        number: context.personNumber,
        reason: 'asked on the phone',
        call_id: context.callId,
        created_at: new Date(parts.clock.now()),
      });
      return { content: 'Stored: this number is not called again.', endsCall: { reason: 'asked_not_to_be_called' } };
    },
  };
}
