/**
 * Twilio's Media Streams protocol: JSON frames to events, commands to JSON frames.
 * @see https://www.twilio.com/docs/voice/media-streams/websocket-messages (read November 2026)
 */
import { z } from 'zod';
import { unreachable } from '../../base/unreachable.ts';
import type { MediaCodec, MediaCommand, MediaEvent } from '../../ports/carrier.ts';
import { keyDigit, optionalWord, parameters, parseFrame, readFrame, word } from './socket-frame.ts';

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
  return { type: 'audio', payload, timestampMs: timestamp };
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

function toFrame(command: MediaCommand, streamSid: string): Record<string, unknown> {
  switch (command.type) {
    case 'audio':
      return { event: 'media', streamSid, media: { payload: command.payload } };
    case 'mark':
      return { event: 'mark', streamSid, mark: { name: command.name } };
    case 'clear':
      return { event: 'clear', streamSid };
    default:
      return unreachable(command);
  }
}

export const mediaCodec: MediaCodec = {
  decode: (text) => decodeFrame(readFrame(frameSchema, parseFrame(text))),
  encode: (command, streamSid) => JSON.stringify(toFrame(command, streamSid)),
};
