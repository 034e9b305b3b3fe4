/** Vendors that do no work: Deepgram Flux, ElevenLabs speech and an OpenAI chat at the wire, with given delays. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { readLastTag } from './frame-tag.ts';

export interface VendorDelays {
  firstTokenMs: number;
  tokenMs: number;
  firstAudioMs: number;
}

export const atOnce: VendorDelays = { firstTokenMs: 0, tokenMs: 0, firstAudioMs: 0 };
/** Seven more tokens after the first until the first comma: 300 + 7 × 20 + 120 = 560 ms at the very least. */
export const likeLife: VendorDelays = { firstTokenMs: 300, tokenMs: 20, firstAudioMs: 120 };

/** The comma comes with the eighth token. */
const tokens = 'Yes| I| can| do| that| for| you| today,| and| we| will| call| you| back| soon.'.split('|');
/** Quick speech: an answer is over in a second and a half, long before the next question. */
const msPerCharacter = 20;

export interface Recognizer {
  /** Says that the person has begun to speak, or has said this and is done. */
  startOfTurn(text?: string): void;
  eagerEndOfTurn(text: string): void;
  endOfTurn(text: string): void;
}

export interface VendorFace {
  delays: VendorDelays;
  /** The recognizer that hears this call, once its sound has come there. */
  recognizerOf(call: number): Recognizer | undefined;
  /** Hears of the newest tagged frame of each message to a recognizer: those before it waited for it by design. */
  onFrame: (tag: { call: number; frame: number }) => void;
  readonly sockets: { recognizer: number; speech: number };
  handle(request: IncomingMessage, response: ServerResponse): boolean;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
}

export function createVendorFace(): VendorFace {
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const recognizers = new Map<number, Recognizer>();
  const sockets = { recognizer: 0, speech: 0 };
  const face: VendorFace = {
    delays: atOnce,
    recognizerOf: (call) => recognizers.get(call),
    onFrame: () => {},
    sockets,
    handle(request, response) {
      if (request.method !== 'POST' || !request.url?.endsWith('/chat/completions')) return false;
      request.resume();
      request.on('end', () => streamReply(response, face.delays));
      return true;
    },
    upgrade(request, socket, head) {
      const url = new URL(request.url ?? '/', 'http://vendor.invalid');
      const open = (serve: (opened: WebSocket) => void) => server.handleUpgrade(request, socket, head, serve);
      if (url.pathname.endsWith('/listen')) {
        open((opened) => listen(opened, { recognizers, sockets, face }));
      } else if (url.pathname.includes('/text-to-speech/')) {
        sockets.speech += 1;
        open((opened) => speak(opened, face));
      } else return false;
      return true;
    },
  };
  return face;
}

function streamReply(response: ServerResponse, { firstTokenMs, tokenMs }: VendorDelays): void {
  const chunk = (delta: Record<string, unknown>, finish: string | null) =>
    `data: ${JSON.stringify({
      ...{ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'bench' },
      choices: [{ index: 0, delta, finish_reason: finish }],
    })}\n\n`;
  const end = `${chunk({}, 'stop')}data: [DONE]\n\n`;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
  const pieces = tokens.map((content, index) =>
    chunk({ ...(index === 0 ? { role: 'assistant' } : {}), content }, null),
  );
  if (firstTokenMs + tokenMs === 0) return void response.end(pieces.join('') + end);
  const timers = pieces.map((piece, index) => setTimeout(() => response.write(piece), firstTokenMs + index * tokenMs));
  timers.push(setTimeout(() => response.end(end), firstTokenMs + pieces.length * tokenMs));
  response.on('close', () => timers.forEach(clearTimeout));
}

/** While a turn goes on Flux tells about so often how it stands; of sound, in pieces of 80 ms. */
const updateEveryPieces = 3;

interface Ears {
  recognizers: Map<number, Recognizer>;
  sockets: { recognizer: number };
  face: VendorFace;
}

function listen(socket: WebSocket, { recognizers, sockets, face }: Ears): void {
  sockets.recognizer += 1;
  let sequence = 0;
  let turn = 0;
  let known = -1;
  /** What the turn that goes on is told to be so far; null between turns. */
  let goingOn: string | null = null;
  let piecesSinceTold = 0;
  const send = (message: Record<string, unknown>) => {
    socket.send(JSON.stringify({ request_id: 'bench', sequence_id: sequence, ...message }));
    sequence += 1;
  };
  const tell = (event: string, transcript = '') => {
    const words = transcript === '' ? [] : transcript.split(' ').map((word) => ({ word, confidence: 0.99 }));
    const window = { audio_window_start: 0, audio_window_end: 1, end_of_turn_confidence: 0.9 };
    send({ type: 'TurnInfo', event, turn_index: turn, transcript, words, ...window });
    piecesSinceTold = 0;
  };
  const recognizer: Recognizer = {
    startOfTurn(text = 'Yes') {
      goingOn = text;
      tell('StartOfTurn', text);
    },
    eagerEndOfTurn: (text) => tell('EagerEndOfTurn', text),
    endOfTurn(text) {
      tell('EndOfTurn', text);
      goingOn = null;
      turn += 1;
    },
  };
  send({ type: 'Connected' });
  socket.on('message', (data, isBinary) => {
    if (!isBinary) return;
    piecesSinceTold += 1;
    if (goingOn !== null && piecesSinceTold >= updateEveryPieces) tell('Update', goingOn);
    const tag = readLastTag(data as Buffer);
    if (!tag) return;
    if (known !== tag.call) recognizers.set(tag.call, recognizer);
    known = tag.call;
    face.onFrame(tag);
  });
  socket.on('close', () => {
    if (recognizers.get(known) === recognizer) recognizers.delete(known);
  });
}

interface SpeechMessage {
  text?: string;
  context_id?: string;
  close_context?: boolean;
  close_socket?: boolean;
}

/** One utterance after another on a plain socket; by contexts on one that has them. */
function speak(socket: WebSocket, face: VendorFace): void {
  const begun = new Set<string>();
  const send = (context: string | undefined, message: Record<string, unknown>) =>
    socket.readyState === socket.OPEN &&
    socket.send(JSON.stringify({ ...message, ...(context === undefined ? {} : { contextId: context }) }));
  const later = (ms: number, work: () => void) => (ms === 0 ? work() : void setTimeout(work, ms));
  socket.on('message', (data) => {
    const { text, context_id: context, close_context, close_socket } = JSON.parse(String(data)) as SpeechMessage;
    if (close_socket) return socket.close(1000);
    const key = context ?? '';
    const isEnd = close_context === true || (context === undefined && text === '');
    const waitMs = begun.has(key) ? 0 : face.delays.firstAudioMs;
    if (text !== undefined && text.trim() !== '') {
      begun.add(key);
      later(waitMs, () => send(context, soundOf(text)));
    }
    if (!isEnd) return;
    // Behind whatever sound is still on its way.
    later(face.delays.firstAudioMs, () => {
      begun.delete(key);
      send(context, { audio: null, isFinal: true });
      if (context === undefined) socket.close(1000);
    });
  });
}

function soundOf(text: string): Record<string, unknown> {
  const audio = Buffer.alloc(text.length * msPerCharacter * 8, 0x35).toString('base64');
  const chars = [...text];
  const charStartTimesMs = chars.map((_, index) => index * msPerCharacter);
  const alignment = { chars, charStartTimesMs, charDurationsMs: chars.map(() => msPerCharacter) };
  return { audio, isFinal: null, alignment, normalizedAlignment: alignment };
}
