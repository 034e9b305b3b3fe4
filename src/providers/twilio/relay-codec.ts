/**
 * Twilio's ConversationRelay protocol: JSON frames to events, commands to JSON frames.
 * @see https://www.twilio.com/docs/voice/conversationrelay/websocket-messages (read November 2026)
 */
import { z } from 'zod';
import { CallwrightError } from '../../base/errors.ts';
import { unreachable } from '../../base/unreachable.ts';
import type { RelayCodec, RelayCommand, RelayEvent } from '../../ports/carrier.ts';

/** In UTF-16 units; Twilio's own frames stay far below. */
const longestFrame = 65_536;

/** No database holds U+0000 or half a character, and nobody can say them. */
const toStorable = (text: string) => text.replaceAll('\0', '').toWellFormed();

/** Twilio has changed strings to numbers and back over time, and sends some fields only at times. */
const word = z.union([z.string().transform(toStorable), z.number().transform(String), z.boolean().transform(String)]);
const optionalWord = word.catch('');

const frameSchema = z.looseObject({ type: z.string() });

const setupSchema = z.object({
  callSid: z.string().min(1),
  from: optionalWord,
  to: optionalWord,
  customParameters: z.record(z.string(), z.unknown()).catch({}),
});
const promptSchema = z.object({ voicePrompt: optionalWord, last: z.unknown().optional() });
const interruptSchema = z.object({
  utteranceUntilInterrupt: optionalWord,
  durationUntilInterruptMs: z.coerce.number().nonnegative().catch(0),
});
const keySchema = z.object({ digit: word.pipe(z.string().regex(/^[0-9*#]$/)) });
const infoSchema = z.object({ name: z.string().catch(''), value: optionalWord });
const errorSchema = z.object({ description: optionalWord });

function badFrame(why: string): CallwrightError {
  return new CallwrightError('carrier/bad-frame', why);
}

function read<T>(schema: z.ZodType<T>, frame: unknown): T {
  const parsed = schema.safeParse(frame);
  if (!parsed.success) throw badFrame(`a relay frame lacks what its type needs: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

function toParameters(raw: Record<string, unknown>): Record<string, string> {
  const entries = Object.entries(raw).map(([name, value]) => {
    return [name, typeof value === 'string' ? value : (JSON.stringify(value) ?? '')] as const;
  });
  return Object.fromEntries(entries);
}

function decodeSetup(frame: unknown): RelayEvent {
  const { callSid, from, to, customParameters } = read(setupSchema, frame);
  return { type: 'setup', carrierSid: callSid, from, to, parameters: toParameters(customParameters) };
}

function decodeInfo(frame: unknown): RelayEvent | null {
  const { name, value } = read(infoSchema, frame);
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
      const { voicePrompt, last } = read(promptSchema, frame);
      return { type: 'prompt', text: voicePrompt, last: last !== false && last !== 'false' };
    }
    case 'interrupt': {
      const { utteranceUntilInterrupt, durationUntilInterruptMs } = read(interruptSchema, frame);
      return { type: 'interrupt', heardText: utteranceUntilInterrupt, afterMs: durationUntilInterruptMs };
    }
    case 'dtmf':
      return { type: 'key', digit: read(keySchema, frame).digit };
    case 'info':
      return decodeInfo(frame);
    case 'error':
      return { type: 'error', description: read(errorSchema, frame).description };
    default:
      return null;
  }
}

function parseFrame(text: string): { type: string } {
  if (text.length > longestFrame) throw badFrame('a relay frame is too long');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw badFrame('a relay frame is not JSON');
  }
  return read(frameSchema, json);
}

function toFrame(command: RelayCommand): Record<string, unknown> {
  switch (command.type) {
    case 'text':
      // A newer utterance replaces an older one that is still being spoken instead of waiting behind it.
      return { type: 'text', token: command.text, last: command.last, preemptible: true };
    case 'keys':
      return { type: 'sendDigits', digits: command.digits.replace(/[^0-9w#*]/g, '') };
    case 'end':
      return { type: 'end', handoffData: JSON.stringify({ reason: command.reason }) };
    default:
      return unreachable(command);
  }
}

export const relayCodec: RelayCodec = {
  decode: (text) => decodeFrame(parseFrame(text)),
  encode: (command) => JSON.stringify(toFrame(command)),
};
