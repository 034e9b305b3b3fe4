/** Deepgram's Flux (v2/listen), which knows from what is said when a turn is over, as a codec. */
import type { HearingCodec, HearingStep } from '../../ports/listen-over-socket.ts';
import type { HearingRequest } from '../../ports/speech-to-text.ts';
import { type DeepgramAccess, toTarget } from './nova-codec.ts';
import { fluxMessageSchema, parseMessage } from './wire.ts';

/** 80 ms, as Deepgram advises. */
const chunkBytes = 640;
/** How sure it is that a turn is over, 0.5 to 0.9, or probably over, 0.3 to 0.9. */
const sureThreshold = '0.7';
const eagerThreshold = '0.5';

export function createFluxCodec(access: DeepgramAccess & { model: string }, request: HearingRequest): HearingCodec {
  const query = new URLSearchParams({
    model: access.model,
    encoding: 'mulaw',
    sample_rate: '8000',
    eot_threshold: sureThreshold,
    eager_eot_threshold: eagerThreshold,
  });
  if (access.model.endsWith('-multi')) query.append('language_hint', request.language.split('-')[0] ?? 'en');
  for (const term of request.keyterms ?? []) query.append('keyterm', term);
  return {
    target: toTarget(access, '/v2/listen', query),
    chunkBytes,
    farewell: '{"type":"CloseStream"}',
    settle: { frame: '{"type":"ForceEndTurn"}' },
    decode: createFluxDecoder(),
  };
}

export function createFluxDecoder(): (frame: string) => HearingStep[] {
  let lastOver = -1;
  return (frame) => {
    const message = parseMessage(fluxMessageSchema, frame);
    if (!message) return [];
    if (message.type === 'Error') {
      const said = `deepgram broke off: ${message.code} ${message.description}`.trim().slice(0, 300);
      return [{ type: 'failed', failure: { kind: 'unavailable', message: said } }];
    }
    const turnIndex = message.turn_index ?? lastOver + 1;
    if (turnIndex <= lastOver) return [];
    if (message.event === 'EndOfTurn') lastOver = turnIndex;
    return toSteps(message.event, message.transcript.trim());
  };
}

function toSteps(event: string, text: string): HearingStep[] {
  switch (event) {
    case 'StartOfTurn':
      return [{ type: 'began' }, ...toHeard(text)];
    case 'Update':
      return toHeard(text);
    case 'EagerEndOfTurn':
      return [{ type: 'may-be-over', text }];
    case 'TurnResumed':
      return [{ type: 'resumed' }, ...toHeard(text)];
    case 'EndOfTurn':
      return [{ type: 'over', text }];
    default:
      return [];
  }
}

/** Between turns it goes on telling that nothing is said. */
function toHeard(text: string): HearingStep[] {
  return text === '' ? [] : [{ type: 'heard', text }];
}
