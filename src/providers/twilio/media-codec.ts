/**
 * Twilio's Media Streams protocol: JSON frames to events, commands to JSON frames.
 * @see https://www.twilio.com/docs/voice/media-streams/websocket-messages (read November 2026)
 */
import { z } from 'zod';
import { unreachable } from '../../base/unreachable.ts';
import type { MediaCodec, MediaCommand, MediaEvent } from '../../ports/carrier.ts';
import { keyDigit, optionalWord, parameters, parseFrame, readFrame, word } from './socket-frame.ts';
import { cutSoundFrame } from './sound-frame.ts';

const frameSchema = z.looseObject({ event: z.string() });

/** Sound in any other form would reach the assistant as noise; left unsaid it is this one. */
const mediaFormat = z.object({
  encoding: z.literal('audio/x-mulaw').nullish(),
  sampleRate: z.union([z.literal(8000), z.literal('8000')]).nullish(),
  channels: z.union([z.literal(1), z.literal('1')]).nullish(),
});
const startSchema = z.object({
  start: z.object({
    streamSid: z.string().regex(/^MZ[0-9A-Za-z]{1,62}$/),
    callSid: z.string().regex(/^CA[0-9A-Za-z]{1,62}$/),
    mediaFormat: mediaFormat.nullish(),
    customParameters: parameters,
  }),
});
const mediaSchema = z.object({
  media: z.object({
    track: optionalWord,
    timestamp: z.coerce.number().int().nonnegative().catch(0),
    payload: z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/),
  }),
});
const keySchema = z.object({ dtmf: z.object({ digit: keyDigit }) });
const markSchema = z.object({ mark: z.object({ name: word }) });

function decodeMedia(frame: unknown): MediaEvent | null {
  const { track, timestamp, payload } = readFrame(mediaSchema, frame).media;
  // Our own sound is no news.
  if (track.startsWith('outbound')) return null;
  return { type: 'audio', sound: Buffer.from(payload, 'base64'), timestampMs: timestamp };
}

function decodeFrame(frame: { event: string }): MediaEvent | null {
  switch (frame.event) {
    case 'start': {
      const { callSid, streamSid, customParameters } = readFrame(startSchema, frame).start;
      return { type: 'start', carrierSid: callSid, streamSid, parameters: customParameters };
    }
    case 'media':
      return decodeMedia(frame);
    case 'dtmf':
      return { type: 'key', digit: readFrame(keySchema, frame).dtmf.digit };
    case 'mark':
      return { type: 'mark', name: readFrame(markSchema, frame).mark.name };
    case 'stop':
      return { type: 'stop' };
    default:
      return null;
  }
}

/** @throws CallwrightError `carrier/bad-frame` */
export function decodeJson(text: string): MediaEvent | null {
  return decodeFrame(readFrame(frameSchema, parseFrame(text)));
}

function encoderOf(streamSid: string): (command: MediaCommand) => string {
  const stream = `"streamSid":${JSON.stringify(streamSid)}`;
  const beforeSound = `{"event":"media",${stream},"media":{"payload":"`;
  const clear = `{"event":"clear",${stream}}`;
  return (command) => {
    switch (command.type) {
      case 'audio':
        return `${beforeSound}${toBase64(command.sound)}"}}`;
      case 'mark':
        return `{"event":"mark",${stream},"mark":{"name":${JSON.stringify(command.name)}}}`;
      case 'clear':
        return clear;
      default:
        return unreachable(command);
    }
  };
}

/** Of the same memory: a frame is not copied on its way out. */
const toBase64 = ({ buffer, byteOffset, byteLength }: Uint8Array) =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64');

/** Fifty frames of sound come each second of a call: they are cut out of the text, everything else is read as JSON. */
export const mediaCodec: MediaCodec = {
  decode: (text) => cutSoundFrame(text) ?? decodeJson(text),
  encoderOf,
};
