/** An operator who hears a live call over its socket, and speaks at the pace at which they hear. */
import { WebSocket } from 'ws';
import { decodeMulaw } from '../../src/audio/mulaw.ts';
import { createWordEar } from '../../src/audio/word-bits.ts';
import type { RunningServer } from './running-server.ts';

const frameBytes = 160;

export interface CallListener {
  /** Words heard from the person, and of what the person is played. */
  words: { person: string[]; played: string[] };
  /** Frames in which somebody was loud. */
  loud: { person: number; played: number };
  /** Everything that was told besides sound. */
  told: { type: string }[];
  send(command: object): void;
  /** Speaks this, a frame for every frame of the person that comes in; settles when all of it was sent. */
  speak(sound: Uint8Array): Promise<void>;
  /** Settles as soon as this holds, which is looked at whenever something comes in; rejects when the socket is closed before. */
  until(holds: () => boolean): Promise<void>;
  closed: Promise<{ code: number; reason: string }>;
  close(): void;
}

export async function orderTicket(server: RunningServer, callId: string, body: object = {}): Promise<string> {
  const answer = await server.post(`/v1/calls/${callId}/audio-ticket`, body);
  const { ticket } = (await answer.json()) as { ticket?: string };
  if (!ticket) throw new Error(`no ticket: ${answer.status}`);
  return ticket;
}

export function listenToCall(server: RunningServer, callId: string, ticket: string): CallListener {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/v1/calls/${callId}/audio`);
  const words = { person: [] as string[], played: [] as string[] };
  const loud = { person: 0, played: 0 };
  const told: CallListener['told'] = [];
  const earOf = (heard: string[]) =>
    createWordEar(({ type, text }) => {
      if (type === 'word-heard') heard.push(text);
    });
  const ears = [earOf(words.person), earOf(words.played)];
  const waiting = new Set<() => void>();
  let isClosed = false;
  const unspoken: Uint8Array[] = [];
  let spoken: () => void = () => {};
  const speakOn = () => {
    const frame = unspoken.shift();
    if (frame) socket.send(frame);
    if (unspoken.length === 0) spoken();
  };

  socket.on('open', () => socket.send(JSON.stringify({ type: 'hello', ticket })));
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) {
      ears[data[0] ?? 2]?.hear(new Uint8Array(data.subarray(1)));
      const isLoud = decodeMulaw(data.subarray(1)).some((sample) => Math.abs(sample) > 3000);
      if (isLoud) loud[data[0] === 0 ? 'person' : 'played'] += 1;
    } else told.push(JSON.parse(data.toString()) as { type: string });
    if (isBinary && data[0] === 0) speakOn();
    for (const look of waiting) look();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => {
      isClosed = true;
      for (const look of waiting) look();
      resolve({ code, reason: reason.toString() });
    });
  });
  return {
    ...{ words, loud, told, closed },
    send: (command) => socket.send(JSON.stringify(command)),
    speak(sound) {
      for (let at = 0; at < sound.length; at += frameBytes) unspoken.push(sound.subarray(at, at + frameBytes));
      return new Promise((resolve) => {
        spoken = resolve;
      });
    },
    until(holds) {
      return new Promise((resolve, reject) => {
        const look = () => {
          if (!holds() && !isClosed) return;
          waiting.delete(look);
          if (holds()) resolve();
          else
            reject(new Error(`the socket was closed; told: ${JSON.stringify(told)}, heard: ${JSON.stringify(words)}`));
        };
        waiting.add(look);
        look();
      });
    },
    close: () => socket.close(),
  };
}
