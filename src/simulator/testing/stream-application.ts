/** For tests: an application that takes a media stream, keeps what it hears, and can speak. */
import { decodeMulaw, encodeMulaw, telephoneHz } from '../../audio/mulaw.ts';
import { toToneSamples } from '../../audio/tone.ts';
import { writeWords } from '../../audio/word-bits.ts';
import type { Application, ApplicationSocket } from '../in-process-outside.ts';
import type { SocketRequest, WebhookRequest, WebhookResponse } from '../outside.ts';
import { sketchSpeech } from '../voices/sketch-voice.ts';
import { noContent, twiml } from './virtual-network.ts';

export interface StreamFrame {
  event: string;
  sequenceNumber?: string;
  streamSid?: string;
  start?: Record<string, unknown> & { callSid: string };
  media?: { track: string; chunk: string; timestamp: string; payload: string };
  mark?: { name: string };
  dtmf?: { track: string; digit: string };
  stop?: Record<string, string>;
}

export interface StreamTalk {
  streamSid: string;
  send(event: 'media' | 'mark' | 'clear', body?: Record<string, string>): void;
  /** A tone of this length, in messages of 20 ms. */
  speak(ms: number): void;
  /** Speech with its words in it, in messages of 20 ms; gives back its sound. */
  say(text: string): Uint8Array;
  /** Any sound, in messages of 20 ms. */
  play(sound: Uint8Array): void;
  socket: ApplicationSocket;
}

export const streamTwiml = (after = '') =>
  `<Connect><Stream url="wss://app.test/media" statusCallback="/stream"><Parameter name="job" value="42"/></Stream></Connect>${after}`;

export function toneBytes(ms: number): Buffer {
  return Buffer.from(encodeMulaw(toToneSamples({ frequenciesHz: [440], ms, sampleRateHz: telephoneHz })));
}

/** Loud enough to be somebody: whether a 20 ms frame is more than silence. */
export function isLoud(frame: StreamFrame): boolean {
  return decodeMulaw(Buffer.from(frame.media?.payload ?? '', 'base64')).some((sample) => Math.abs(sample) > 500);
}

/** `hear` gets every frame and the means to answer. */
export function streamApplication(
  hear: (frame: StreamFrame, talk: StreamTalk) => void = () => {},
  document = streamTwiml(),
): Application & {
  webhooks: WebhookRequest[];
  sockets: SocketRequest[];
  frames: StreamFrame[];
  closes: { code: number; reason: string }[];
  talk: StreamTalk | null;
} {
  const application = {
    webhooks: [] as WebhookRequest[],
    sockets: [] as SocketRequest[],
    frames: [] as StreamFrame[],
    closes: [] as { code: number; reason: string }[],
    talk: null as StreamTalk | null,
    webhook(request: WebhookRequest): WebhookResponse {
      application.webhooks.push(request);
      return request.url.includes('/voice') ? twiml(document) : noContent;
    },
    socket(request: SocketRequest, socket: ApplicationSocket) {
      application.sockets.push(request);
      return {
        message(text: string) {
          const frame = JSON.parse(text) as StreamFrame;
          application.frames.push(frame);
          if (frame.event === 'start') application.talk = toTalk(socket, frame.streamSid ?? '');
          if (application.talk) hear(frame, application.talk);
        },
        closed: (code: number, reason: string) => application.closes.push({ code, reason }),
      };
    },
  };
  return application;
}

function toTalk(socket: ApplicationSocket, streamSid: string): StreamTalk {
  const send: StreamTalk['send'] = (event, body) =>
    socket.send(JSON.stringify({ event, streamSid, ...(body ? { [event]: body } : {}) }));
  const play = (sound: Uint8Array) => {
    for (let at = 0; at < sound.length; at += 160) {
      send('media', { payload: Buffer.from(sound.subarray(at, at + 160)).toString('base64') });
    }
  };
  return {
    ...{ streamSid, send, socket, play },
    speak: (ms) => play(toneBytes(ms)),
    say(text) {
      const { sound } = writeWords(sketchSpeech(text, 'application'));
      play(sound);
      return sound;
    },
  };
}
