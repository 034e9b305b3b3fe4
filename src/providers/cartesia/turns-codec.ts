/** Cartesia's turns of speech (stt/turns), which knows from what is said when a turn is over, as a codec. */
import type { HearingCodec, HearingStep } from '../../ports/listen-over-socket.ts';
import type { HearingRequest } from '../../ports/speech-to-text.ts';
import { type CartesiaAccess, parseJson, toFailure, toTarget, turnMessageSchema } from './wire.ts';

/** More of them, or longer ones altogether, are refused. */
const mostKeyterms = 100;
const mostKeytermCharacters = 1200;

export function createTurnsCodec(access: CartesiaAccess & { model: string }, request: HearingRequest): HearingCodec {
  const query = new URLSearchParams({ model: access.model, encoding: 'pcm_mulaw', sample_rate: '8000' });
  let characters = 0;
  for (const term of (request.keyterms ?? []).slice(0, mostKeyterms)) {
    characters += term.length;
    if (characters <= mostKeytermCharacters) query.append('keyterm', term);
  }
  const decoder = createTurnsDecoder();
  return {
    target: toTarget(access, '/stt/turns/websocket', query),
    chunkBytes: null,
    farewell: '{"type":"close"}',
    settle: { cut: decoder.cut },
    decode: decoder.decode,
  };
}

export interface TurnsDecoder {
  decode(frame: string): HearingStep[];
  /** Leaves out the words that were told so far of the turn, which goes on at the vendor's. */
  cut(): void;
}

export function createTurnsDecoder(): TurnsDecoder {
  let wordsToLeaveOut = 0;
  let wordsTold = 0;
  const take = (transcript: string) => {
    const words = transcript.split(/\s+/u).filter((word) => word !== '');
    wordsTold = words.length;
    return words.slice(wordsToLeaveOut).join(' ');
  };
  const toHeard = (transcript: string): HearingStep[] => {
    const text = transcript === '' ? '' : take(transcript);
    return text === '' ? [] : [{ type: 'heard', text }];
  };
  return {
    cut() {
      wordsToLeaveOut = wordsTold;
    },
    decode(frame) {
      const message = turnMessageSchema.safeParse(parseJson(frame)).data;
      switch (message?.type) {
        case 'turn.start':
          wordsToLeaveOut = 0;
          wordsTold = 0;
          return [{ type: 'began' }, ...toHeard(message.transcript)];
        case 'turn.update':
          return toHeard(message.transcript);
        case 'turn.eager_end':
          return [{ type: 'may-be-over', text: take(message.transcript) }];
        case 'turn.resume':
          return [{ type: 'resumed' }, ...toHeard(message.transcript)];
        case 'turn.end': {
          const text = take(message.transcript);
          wordsToLeaveOut = 0;
          wordsTold = 0;
          return [{ type: 'over', text }];
        }
        case 'error':
          return [{ type: 'failed', failure: toFailure(message) }];
        default:
          return [];
      }
    },
  };
}
