/**
 * Twilio's ConversationRelay protocol: JSON frames to events, commands to JSON frames.
 * @see https://www.twilio.com/docs/voice/conversationrelay/websocket-messages (read November 2026)
 */
import { z } from 'zod';
import { unreachable } from '../../base/unreachable.ts';
import type { RelayCodec, RelayCommand, RelayEvent } from '../../ports/carrier.ts';
import { keyDigit, optionalWord, parameters, parseFrame, readFrame } from './socket-frame.ts';

const frameSchema = z.looseObject({ type: z.string() });

const setupSchema = z.object({
  callSid: z.string().min(1),
  from: optionalWord,
  to: optionalWord,
  customParameters: parameters,
});
const promptSchema = z.object({ voicePrompt: optionalWord, last: z.unknown().optional() });
const interruptSchema = z.object({
  utteranceUntilInterrupt: optionalWord,
  durationUntilInterruptMs: z.coerce.number().nonnegative().catch(0),
});
const keySchema = z.object({ digit: keyDigit });
const infoSchema = z.object({ name: z.string().catch(''), value: optionalWord });
const errorSchema = z.object({ description: optionalWord });

function decodeSetup(frame: unknown): RelayEvent {
  const { callSid, from, to, customParameters } = readFrame(setupSchema, frame);
  return { type: 'setup', carrierSid: callSid, from, to, parameters: customParameters };
}

function decodeInfo(frame: unknown): RelayEvent | null {
  const { name, value } = readFrame(infoSchema, frame);
  if (name === 'tokensPlayed') return { type: 'text-played', text: value };
  if (value !== 'on' && value !== 'off') return null;
  if (name === 'agentSpeaking') return { type: 'assistant-speaking', speaking: value === 'on' };
  if (name === 'clientSpeaking') return { type: 'person-speaking', speaking: value === 'on' };
  return null;
}

function decodeFrame(frame: { type: string }): RelayEvent | null {
  switch (frame.type) {
    case 'setup':
      return decodeSetup(frame);
    case 'prompt': {
      const { voicePrompt, last } = readFrame(promptSchema, frame);
      return { type: 'prompt', text: voicePrompt, last: last !== false && last !== 'false' };
    }
    case 'interrupt': {
      const { utteranceUntilInterrupt, durationUntilInterruptMs } = readFrame(interruptSchema, frame);
      return { type: 'interrupt', heardText: utteranceUntilInterrupt, afterMs: durationUntilInterruptMs };
    }
    case 'dtmf':
      return { type: 'key', digit: readFrame(keySchema, frame).digit };
    case 'info':
      return decodeInfo(frame);
    case 'error':
      return { type: 'error', description: readFrame(errorSchema, frame).description };
    default:
      return null;
  }
}

function toFrame(command: RelayCommand): Record<string, unknown> {
  switch (command.type) {
    case 'text':
      // A newer utterance replaces an older one that is still being spoken instead of waiting behind it.
      return {
        ...{ type: 'text', token: command.text, last: command.last, preemptible: true },
        ...(command.interruptible === false ? { interruptible: false } : {}),
      };
    case 'keys':
      return { type: 'sendDigits', digits: command.digits.replace(/[^0-9w#*]/g, '') };
    case 'end':
      return { type: 'end', handoffData: JSON.stringify({ reason: command.reason }) };
    default:
      return unreachable(command);
  }
}

export const relayCodec: RelayCodec = {
  decode: (text) => decodeFrame(readFrame(frameSchema, parseFrame(text))),
  encode: (command) => JSON.stringify(toFrame(command)),
};
