/** Schedules a call back to the person on the line; the model says when and why, the server knows whom. */
import type { CallBackToolSetting } from '../tool-settings.ts';
import type { Tool } from './tool.ts';

export interface WantedCallBack {
  /** As the model wrote it. */
  time: string;
  reason: string | null;
  /** Said first in that call; null: the usual words. */
  greeting: string | null;
}

export interface CallBackHands {
  /** What the clock shows where the person is; null where nobody knows. */
  now: string | null;
  schedule(callId: string, wanted: WantedCallBack): Promise<{ when: string } | { refused: string }>;
}

export function createScheduleCallBack({ greeting }: CallBackToolSetting, { now, schedule }: CallBackHands): Tool {
  const clock =
    now === null
      ? 'The time zone of the person is not known: ask where they are.'
      : `It was ${now} where the person is when this part of the call began.`;
  return {
    definition: {
      name: 'schedule_call_back',
      description: `Have the person called back by you at a time that they asked for. Ask for the time first, and tell them what came of it. ${clock}`,
      parameters: {
        type: 'object',
        properties: {
          time: {
            type: 'string',
            minLength: 1,
            maxLength: 40,
            description:
              'By the clock where the person is: 2026-06-01T17:00, or 17:00, today 17:00, tomorrow 17:00. With an offset, 2026-06-01T17:00:00-05:00, for another place.',
          },
          reason: { type: 'string', maxLength: 500, description: 'What the call back is about, in a sentence.' },
        },
        required: ['time'],
        additionalProperties: false,
      },
    },
    // A time that is refused may be followed by another; what is scheduled is scheduled once.
    rules: { mostPerCall: 6, actsOnWorld: true },
    async run({ callId }, { time, reason }) {
      const about = typeof reason === 'string' && reason.trim() !== '' ? reason.trim() : null;
      const answer = await schedule(callId, { time: String(time), reason: about, greeting });
      if ('refused' in answer) return { content: `Not done: ${answer.refused}`, endsCall: null, failed: true };
      return { content: `Scheduled: the person is called back on ${answer.when}.`, endsCall: null };
    },
  };
}
