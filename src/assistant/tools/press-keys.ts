/** Presses keys on the line, as a person would on the phone's keypad. */
import type { Tool } from './tool.ts';

/** `w` waits half a second. */
const longest = 40;

export function createPressKeys(press: (callId: string, digits: string) => boolean): Tool {
  return {
    definition: {
      name: 'press_keys',
      description:
        'Press keys of the phone in this call, to answer a phone menu or to type a number. 0-9, * and #; w waits half a second.',
      parameters: {
        type: 'object',
        properties: {
          keys: { type: 'string', minLength: 1, maxLength: longest, description: 'For example 1 or 4711#.' },
        },
        required: ['keys'],
        additionalProperties: false,
      },
    },
    async run({ callId }, { keys }) {
      const digits = String(keys).replaceAll(/[\s-]/g, '');
      if (!/^[0-9*#w]+$/.test(digits)) {
        return { content: 'Not done: keys may only hold 0-9, *, # and w.', endsCall: null, failed: true };
      }
      if (press(callId, digits)) return { content: `Pressed ${digits}.`, endsCall: null };
      return { content: 'Not done: no keys can be pressed in this call now.', endsCall: null, failed: true };
    },
  };
}
