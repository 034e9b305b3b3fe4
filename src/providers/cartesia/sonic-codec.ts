/** Cartesia's Sonic (tts/websocket): each utterance is a context of its own, with the times of its words, as a codec. */
import { bytesPerMs } from '../../audio/mulaw.ts';
import type { SpeakingCodec, SpeakingStep } from '../../ports/speak-over-socket.ts';
import type { WordTime } from '../../ports/text-to-speech.ts';
import { type CartesiaAccess, parseJson, speechMessageSchema, toFailure, toLanguage, toTarget } from './wire.ts';

export interface SonicOptions extends CartesiaAccess {
  model: string;
  voice: string;
  language: string;
}

/**
 * A context is over a second after its last sound, whether or not more text was to come; the rest of the utterance
 * then goes into another one.
 */
interface Utterance {
  number: number;
  contextId: string | null;
  contexts: number;
  isFinished: boolean;
  soundBytes: number;
  /** Where the context's own time begins, in the utterance's. */
  contextFromMs: number;
}

export function createSonicCodec(options: SonicOptions): SpeakingCodec {
  const utterances = new Map<number, Utterance>();
  const byContext = new Map<string, Utterance>();

  const toRequest = (contextId: string, transcript: string, goesOn: boolean): SpeakingStep => {
    const request = {
      context_id: contextId,
      model_id: options.model,
      transcript,
      continue: goesOn,
      voice: { mode: 'id', id: options.voice },
      language: toLanguage(options.language),
      output_format: { container: 'raw', encoding: 'pcm_mulaw', sample_rate: 8000 },
      add_timestamps: true,
      // What comes is a whole clause already.
      max_buffer_delay_ms: 0,
    };
    return { type: 'send', frame: JSON.stringify(request) };
  };
  const openContext = (utterance: Utterance): string => {
    utterance.contexts += 1;
    const contextId = `utterance-${utterance.number}-${utterance.contexts}`;
    utterance.contextId = contextId;
    utterance.contextFromMs = utterance.soundBytes / bytesPerMs;
    byContext.set(contextId, utterance);
    return contextId;
  };
  const closeContext = (utterance: Utterance) => {
    if (utterance.contextId !== null) byContext.delete(utterance.contextId);
    utterance.contextId = null;
  };
  const endUtterance = (utterance: Utterance): SpeakingStep[] => {
    closeContext(utterance);
    utterances.delete(utterance.number);
    return [{ type: 'spoken', utterance: utterance.number }];
  };
  const readSound = (contextId: string, data: string): SpeakingStep[] => {
    const utterance = byContext.get(contextId);
    if (!utterance) return [];
    const sound = Buffer.from(data, 'base64');
    utterance.soundBytes += sound.length;
    return [{ type: 'sound', utterance: utterance.number, sound }];
  };
  const readRest = (frame: unknown): SpeakingStep[] => {
    const message = speechMessageSchema.safeParse(frame).data;
    const utterance = message?.context_id ? byContext.get(message.context_id) : undefined;
    if (message?.type === 'error') {
      // One that is about an utterance nobody waits for any more is nobody's trouble.
      return message.context_id && !utterance ? [] : [{ type: 'failed', failure: toFailure(message) }];
    }
    if (!message || !utterance) return [];
    if (message.type === 'timestamps') {
      return [{ type: 'words', utterance: utterance.number, words: toWords(message.word_timestamps, utterance) }];
    }
    if (utterance.isFinished) return endUtterance(utterance);
    closeContext(utterance);
    return [];
  };

  return {
    target: toTarget(options, '/tts/websocket'),
    farewell: null,
    isWorn: () => false,
    say(number, text) {
      const utterance = utterances.get(number) ?? createUtterance(number);
      utterances.set(number, utterance);
      return [toRequest(utterance.contextId ?? openContext(utterance), text, true)];
    },
    finish(number) {
      const utterance = utterances.get(number);
      if (!utterance) return [];
      utterance.isFinished = true;
      return utterance.contextId === null ? endUtterance(utterance) : [toRequest(utterance.contextId, '', false)];
    },
    cancel(number) {
      const utterance = utterances.get(number);
      const contextId = utterance?.contextId;
      if (utterance) closeContext(utterance);
      utterances.delete(number);
      return contextId ? [{ type: 'send', frame: JSON.stringify({ context_id: contextId, cancel: true }) }] : [];
    },
    decode(data) {
      if (typeof data !== 'string') return [];
      const frame = parseJson(data);
      return isChunk(frame) ? readSound(frame.context_id, frame.data) : readRest(frame);
    },
  };
}

function createUtterance(number: number): Utterance {
  return { number, contextId: null, contexts: 0, isFinished: false, soundBytes: 0, contextFromMs: 0 };
}

/** Sound comes often: no schema for it. */
function isChunk(frame: unknown): frame is { context_id: string; data: string } {
  if (typeof frame !== 'object' || frame === null || !('type' in frame) || frame.type !== 'chunk') return false;
  return (
    'context_id' in frame && typeof frame.context_id === 'string' && 'data' in frame && typeof frame.data === 'string'
  );
}

/** Seconds in three lists, as words with their own times. */
function toWords(times: { words: string[]; start: number[]; end: number[] }, { contextFromMs }: Utterance): WordTime[] {
  return times.words.flatMap((word, at) => {
    const start = times.start[at];
    const end = times.end[at];
    if (start === undefined || end === undefined) return [];
    return [{ word, startMs: contextFromMs + Math.round(start * 1000), endMs: contextFromMs + Math.round(end * 1000) }];
  });
}
