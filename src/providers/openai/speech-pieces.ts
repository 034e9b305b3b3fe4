/** Texts that are spoken one after the other: each by a request, the next asked for while one is being read. */
import { VendorFailed } from '../../ports/vendor-failed.ts';
import { askForSpeech, longestText, readSpeech, type SpeechAccess } from './speech-request.ts';

export type PieceEvent =
  | { type: 'sound'; utterance: number; sound: Uint8Array }
  /** A text has been spoken; it is not among the pieces any more. */
  | { type: 'piece-over' }
  | { type: 'failed'; error: VendorFailed };

export interface SpeechPieces {
  add(utterance: number, text: string): void;
  /** Gives up the texts of an utterance, or all of them; nothing more is told of them. */
  drop(utterance: number | 'all'): void;
  has(utterance: number): boolean;
  readonly isEmpty: boolean;
}

interface Piece {
  utterance: number;
  text: string;
  giveUp: AbortController;
  /** Null until it is asked for. */
  answer: Promise<ReadableStream<Uint8Array>> | null;
}

/** Requests that are open at once: the one that is read, and the next. */
const mostRequests = 2;

export function createSpeechPieces(
  access: SpeechAccess & { voice: string },
  on: (event: PieceEvent) => void,
): SpeechPieces {
  let pieces: Piece[] = [];
  let isReading = false;

  const answerTo = (piece: Piece) => {
    if (piece.answer) return piece.answer;
    const { text, giveUp } = piece;
    piece.answer = askForSpeech(access, { text, voice: access.voice, signal: giveUp.signal });
    // It may fail before it is read; then whoever reads it is told.
    piece.answer.catch(() => {});
    return piece.answer;
  };
  const ask = () => {
    for (const piece of pieces.slice(0, mostRequests)) answerTo(piece);
  };
  const read = async (piece: Piece) => {
    for await (const sound of readSpeech(access, await answerTo(piece), piece.text)) {
      if (piece.giveUp.signal.aborted) return;
      if (sound.length > 0) on({ type: 'sound', utterance: piece.utterance, sound });
    }
  };
  const readAll = async () => {
    if (isReading) return;
    isReading = true;
    for (let piece = pieces[0]; piece; piece = pieces[0]) {
      const failure = await read(piece).then(() => null, toFailure);
      if (piece.giveUp.signal.aborted) continue;
      pieces.shift();
      ask();
      on(failure ? { type: 'failed', error: failure } : { type: 'piece-over' });
    }
    isReading = false;
  };

  return {
    add(utterance, text) {
      for (let from = 0; from < text.length; from += longestText) {
        const part = text.slice(from, from + longestText);
        pieces.push({ utterance, text: part, giveUp: new AbortController(), answer: null });
      }
      ask();
      void readAll();
    },
    drop(utterance) {
      const isDropped = (piece: Piece) => utterance === 'all' || piece.utterance === utterance;
      const dropped = pieces.filter(isDropped);
      pieces = pieces.filter((piece) => !isDropped(piece));
      for (const piece of dropped) piece.giveUp.abort();
      ask();
    },
    has: (utterance) => pieces.some((piece) => piece.utterance === utterance),
    get isEmpty() {
      return pieces.length === 0;
    },
  };
}

function toFailure(error: unknown): VendorFailed {
  if (error instanceof VendorFailed) return error;
  return new VendorFailed('openai', 'vendor/broken-stream', 'openai broke off.');
}
