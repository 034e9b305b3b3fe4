/** Our instructions to a live call in Twilio's markup. */
import { CallwrightError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { unreachable } from '../../base/unreachable.ts';
import type { CarrierInstruction } from '../../ports/carrier.ts';
import { toSocketUrl, toWebhookUrl } from './public-url.ts';
import { toXmlText, writeXml, type XmlElement } from './xml.ts';

export interface TwimlContext {
  /** Without a trailing slash. */
  publicUrl: string;
  log: Logger;
}

/** The longest text of one `<Say>` (Twilio error 13521). */
const longestSay = 4_096;
/** Twilio names 500 characters for the name and value of a stream's parameter; we keep to it for the relay as well. */
const longestParameter = 500;
/** Together, markup counted, they stay below the 64 kB of a document (Twilio error 11750) even when all is escaped. */
const longestParameters = 8_000;
const markupOfParameter = 30;

/** At most `length` UTF-16 units, never half a character. */
function cut(text: string, length: number): string {
  return toXmlText(toXmlText(text).slice(0, Math.max(length, 0)));
}

/**
 * The parameters as far as Twilio takes them. What does not fit is cut or left out with a warning: the assistant
 * reads the stored record of the call, so these are a courtesy to whoever reads the session's `setup`.
 */
function toParameters(parameters: Record<string, string>, log: Logger): XmlElement[] {
  const elements: XmlElement[] = [];
  const shortened: string[] = [];
  let room = longestParameters;
  for (const [name, value] of Object.entries(parameters)) {
    const limit = Math.min(longestParameter, room) - name.length;
    const fitting = cut(value, limit);
    if (limit < 0 || toXmlText(value).length > fitting.length) shortened.push(cut(name, longestParameter));
    if (limit < 0 || name === '') continue;
    room -= name.length + fitting.length + markupOfParameter;
    elements.push({ name: 'Parameter', attributes: { name, value: fitting } });
  }
  if (shortened.length > 0) {
    log.warn(
      { count: shortened.length, pii: { names: shortened } },
      'parameters were too long for Twilio and were cut',
    );
  }
  return elements;
}

function toRelay(instruction: CarrierInstruction & { type: 'converse-by-relay' }, context: TwimlContext): XmlElement {
  const { language, voice } = instruction;
  const relay: XmlElement = {
    name: 'ConversationRelay',
    attributes: {
      url: toSocketUrl(context.publicUrl, instruction.socketPath),
      language,
      ttsProvider: voice?.provider,
      voice: voice?.name,
      interruptible: 'any',
      dtmfDetection: 'true',
      debug: 'speaker-events tokens-played',
    },
    children: toParameters(instruction.parameters, context.log),
  };
  const action = toWebhookUrl(context.publicUrl, instruction.afterPath);
  return { name: 'Connect', attributes: { action }, children: [relay] };
}

/** Both go on beside whatever comes next, so they stand before it. */
function toRecording(instruction: CarrierInstruction & { type: 'record-call' }, context: TwimlContext): XmlElement[] {
  const recording: XmlElement = {
    name: 'Recording',
    attributes: {
      recordingStatusCallback: toWebhookUrl(context.publicUrl, instruction.recordingPath),
      recordingStatusCallbackEvent: 'in-progress completed absent',
      channels: 'dual',
    },
  };
  const transcription: XmlElement = {
    name: 'Transcription',
    attributes: {
      statusCallbackUrl: toWebhookUrl(context.publicUrl, instruction.transcriptPath),
      track: 'both_tracks',
      inboundTrackLabel: 'person',
      outboundTrackLabel: 'assistant',
      languageCode: instruction.language,
    },
  };
  return [recording, transcription].map((child) => ({ name: 'Start', children: [child] }));
}

function toStream(instruction: CarrierInstruction & { type: 'stream-audio' }, context: TwimlContext): XmlElement {
  const { socketPath, afterPath } = instruction;
  // Twilio drops the query of a stream's address, and with it whatever right it carried.
  if (socketPath.includes('?')) throw new CallwrightError('carrier/bad-path', "a media socket's path has no query");
  const stream: XmlElement = {
    name: 'Stream',
    attributes: { url: toSocketUrl(context.publicUrl, socketPath) },
    children: toParameters(instruction.parameters, context.log),
  };
  const action = afterPath === null ? undefined : toWebhookUrl(context.publicUrl, afterPath);
  return { name: 'Connect', attributes: { action }, children: [stream] };
}

/** The person hears it ring; the other line's own events tell whether somebody took it. */
function toDial(instruction: CarrierInstruction & { type: 'connect-to' }, context: TwimlContext): XmlElement {
  const { number, from, ringSeconds, maxSeconds, afterPath, statusPath, briefingPath } = instruction;
  const other: XmlElement = {
    name: 'Number',
    attributes: {
      url: briefingPath === null ? undefined : toWebhookUrl(context.publicUrl, briefingPath),
      statusCallback: toWebhookUrl(context.publicUrl, statusPath),
      statusCallbackEvent: 'answered completed',
    },
    children: [number],
  };
  const action = toWebhookUrl(context.publicUrl, afterPath);
  const limits = { timeout: String(ringSeconds), timeLimit: String(maxSeconds) };
  return { name: 'Dial', attributes: { action, callerId: from, ...limits }, children: [other] };
}

/** Somebody who says nothing may not have put the phone to the ear yet: it is said again. */
function toBriefing(instruction: CarrierInstruction & { type: 'brief' }, context: TwimlContext): XmlElement[] {
  const { text, language, answerPath } = instruction;
  const gather: XmlElement = {
    name: 'Gather',
    attributes: {
      input: 'dtmf speech',
      action: toWebhookUrl(context.publicUrl, answerPath),
      ...{ numDigits: '1', timeout: '5', speechTimeout: 'auto', language },
    },
    children: [{ name: 'Say', attributes: { language }, children: [cut(text, longestSay)] }],
  };
  return [gather, gather, hangUp];
}

const hangUp: XmlElement = { name: 'Hangup' };

function toVerbs(instruction: CarrierInstruction, context: TwimlContext): XmlElement[] {
  switch (instruction.type) {
    case 'converse-by-relay':
      return [toRelay(instruction, context)];
    case 'record-call':
      return toRecording(instruction, context);
    case 'stream-audio':
      return [toStream(instruction, context)];
    case 'say-and-hang-up': {
      const { text, language } = instruction;
      if (text.trim() === '') return [hangUp];
      return [{ name: 'Say', attributes: { language }, children: [cut(text, longestSay)] }, hangUp];
    }
    case 'connect-to':
      return [toDial(instruction, context)];
    case 'brief':
      return toBriefing(instruction, context);
    case 'hang-up':
      return [hangUp];
    case 'acknowledge':
      return [];
    default:
      return unreachable(instruction);
  }
}

/** The whole document. One without a verb, as for an acknowledgement, ends a call that is still alive. */
export function writeTwiml(instructions: readonly CarrierInstruction[], context: TwimlContext): string {
  const children = instructions.flatMap((instruction) => toVerbs(instruction, context));
  return writeXml({ name: 'Response', children });
}
