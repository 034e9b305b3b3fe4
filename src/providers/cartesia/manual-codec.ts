/** Cartesia's plain recognizer (stt), which leaves it to us when a turn is over, as a codec. */
import type { HearingCodec, HearingStep } from '../../ports/listen-over-socket.ts';
import type { HearingRequest } from '../../ports/speech-to-text.ts';
import { type CartesiaAccess, manualMessageSchema, parseJson, toFailure, toLanguage, toTarget } from './wire.ts';

export function createManualCodec(access: CartesiaAccess & { model: string }, request: HearingRequest): HearingCodec {
  const query = new URLSearchParams({
    model: access.model,
    language: toLanguage(request.language),
    encoding: 'pcm_mulaw',
    sample_rate: '8000',
  });
  return {
    target: toTarget(access, '/stt/websocket', query),
    chunkBytes: null,
    farewell: 'close',
    settle: { frame: 'finalize' },
    decode: createManualDecoder(),
  };
}

/** Joins settled segments, and the unsettled one behind them, into the words of a turn. */
export function createManualDecoder(): (frame: string) => HearingStep[] {
  let segments: string[] = [];
  let unsettled = '';
  const joined = () => [...segments, unsettled].filter((text) => text !== '').join(' ');
  return (frame) => {
    const message = manualMessageSchema.safeParse(parseJson(frame)).data;
    if (!message) return [];
    if (message.type === 'error') return [{ type: 'failed', failure: toFailure(message) }];
    if (message.type === 'flush_done') {
      const text = joined();
      segments = [];
      unsettled = '';
      return [{ type: 'over', text }];
    }
    unsettled = message.text.trim();
    if (message.is_final) {
      segments.push(unsettled);
      unsettled = '';
    }
    return [{ type: 'heard', text: joined() }];
  };
}
