/** Deepgram's live recognizer (v1/listen), which joins words into segments and hears pauses, as a codec. */
import type { SocketTarget } from '../../base/raw-socket.ts';
import type { HearingCodec, HearingStep } from '../../ports/listen-over-socket.ts';
import type { HearingRequest } from '../../ports/speech-to-text.ts';
import { type NovaMessage, novaMessageSchema, parseMessage } from './wire.ts';

export interface DeepgramAccess {
  apiKey: string;
  /** `http:` or `https:`, without a slash at its end. */
  baseUrl: string;
}

/** Where a path of Deepgram is, as a socket. */
export function toTarget(access: DeepgramAccess, path: string, query: URLSearchParams): SocketTarget {
  const url = `${access.baseUrl.replace(/^http/u, 'ws')}${path}?${query}`;
  return { url, headers: { Authorization: `Token ${access.apiKey}` } };
}

/** Deepgram leaves after ten seconds without sound; silence is sound too, but a held stream has none. */
const keepAliveMs = 4000;

/** The wait before a pause counts as one, in ms; shorter ones cut sentences in two. */
const endpointingMs = 300;

export function createNovaCodec(access: DeepgramAccess & { model: string }, request: HearingRequest): HearingCodec {
  const query = new URLSearchParams({
    model: access.model,
    language: request.language,
    encoding: 'mulaw',
    sample_rate: '8000',
    channels: '1',
    interim_results: 'true',
    punctuate: 'true',
    endpointing: String(endpointingMs),
    utterance_end_ms: '1000',
  });
  // Older models know keywords with a boost instead.
  const keyName = access.model.startsWith('nova-3') ? 'keyterm' : 'keywords';
  for (const term of request.keyterms ?? []) query.append(keyName, term);
  return {
    target: toTarget(access, '/v1/listen', query),
    chunkBytes: null,
    keepAlive: { everyMs: keepAliveMs, frame: () => '{"type":"KeepAlive"}' },
    farewell: '{"type":"CloseStream"}',
    settle: { frame: '{"type":"Finalize"}' },
    decode: createNovaDecoder(),
  };
}

/** Joins settled segments, and the unsettled one behind them, into the words of a turn. */
export function createNovaDecoder(): (frame: string) => HearingStep[] {
  let segments: string[] = [];
  let unsettled = '';
  /** Where the sound of the turn's first words begins, in seconds of the stream. */
  let turnStart: number | null = null;
  /** A pause was heard after words whose segment is not settled yet. */
  let endsWithSegment = false;

  const joined = () => [...segments, unsettled].filter((text) => text !== '').join(' ');
  const endTurn = (): HearingStep[] => {
    const text = joined();
    segments = [];
    unsettled = '';
    turnStart = null;
    endsWithSegment = false;
    return [{ type: 'over', text }];
  };
  const readResults = (results: Extract<NovaMessage, { type: 'Results' }>): HearingStep[] => {
    const said = (results.channel.alternatives[0]?.transcript ?? '').trim();
    if (said !== '') turnStart ??= results.start;
    unsettled = said;
    if (!results.is_final) return [{ type: 'heard', text: joined() }];
    if (said !== '') segments.push(said);
    unsettled = '';
    const isOver = results.speech_final || results.from_finalize || (endsWithSegment && segments.length > 0);
    return isOver ? endTurn() : [{ type: 'heard', text: joined() }];
  };
  const readPause = (lastWordEnd: number): HearingStep[] => {
    // It is late: the words that came since belong to another turn.
    if (turnStart === null || (lastWordEnd >= 0 && lastWordEnd <= turnStart)) return [];
    if (unsettled === '') return endTurn();
    endsWithSegment = true;
    return [];
  };
  return (frame) => {
    const message = parseMessage(novaMessageSchema, frame);
    if (!message) return [];
    if (message.type === 'Results') return readResults(message);
    if (message.type === 'UtteranceEnd') return readPause(message.last_word_end);
    if (message.type === 'SpeechStarted') return [{ type: 'began' }];
    const said = `deepgram broke off: ${message.description} ${message.message}`.trim().slice(0, 300);
    return [{ type: 'failed', failure: { kind: 'unavailable', message: said } }];
  };
}
