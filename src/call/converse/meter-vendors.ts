/** Counts what vendors are asked for in a conversation, on the way to them: seconds, characters, tokens. */
import { bytesPerMs } from '../../audio/mulaw.ts';
import type { Clock } from '../../base/clock.ts';
import type { LanguageModel, ReplyPart, ReplyRequest } from '../../ports/language-model.ts';
import type { SpeechToText } from '../../ports/speech-to-text.ts';
import type { TextToSpeech } from '../../ports/text-to-speech.ts';
import type { AgentEvent, AgentTokens, VoiceAgent } from '../../ports/voice-agent.ts';
import type { PriceItem } from '../../spend/price.ts';
import { toVendorAndModel } from '../../spend/worst-case.ts';
import type { CallRecord } from './call-record.ts';

/** Where it is written down: so much more of an item of a vendor. */
export type Count = (used: { vendor: string; model: string | null; item: PriceItem; quantity: number }) => void;

/** Writes it down with the record of the call's conversation. */
export const countFor =
  (record: CallRecord, callId: string): Count =>
  ({ model, ...used }) =>
    record.used({ call_id: callId, model: model ?? '', ...used });

/** Sound is written down in pieces of so many seconds; what a killed server had not is lost. */
const pieceSeconds = 10;
/** Of replies that were broken off, and so tell no tokens: no tokenizer makes more of usual text. */
const charactersPerToken = 3;

export function meterEars(ears: SpeechToText, count: Count): SpeechToText {
  const named = toVendorAndModel(ears.name);
  return {
    ...ears,
    listen(request) {
      let uncountedMs = 0;
      const write = () => {
        const quantity = Math.ceil(uncountedMs / 1000);
        uncountedMs = 0;
        if (quantity > 0) count({ ...named, item: 'speech_to_text_minute', quantity });
      };
      const opened = ears.listen({
        ...request,
        on(event) {
          if (event.type === 'failed') write();
          request.on(event);
        },
      });
      return {
        hear(sound) {
          uncountedMs += sound.length / bytesPerMs;
          if (uncountedMs >= pieceSeconds * 1000) write();
          opened.hear(sound);
        },
        settle: () => opened.settle(),
        close() {
          write();
          opened.close();
        },
      };
    },
  };
}

export function meterMouth(mouth: TextToSpeech, count: Count): TextToSpeech {
  const named = toVendorAndModel(mouth.name);
  return {
    ...mouth,
    speak(request) {
      const opened = mouth.speak(request);
      return {
        say(utterance, text) {
          if (text.length > 0) count({ ...named, item: 'text_to_speech_character', quantity: text.length });
          opened.say(utterance, text);
        },
        finish: (utterance) => opened.finish(utterance),
        cancel: (utterance) => opened.cancel(utterance),
        close: () => opened.close(),
      };
    },
  };
}

export function meterModel(model: LanguageModel, count: Count): LanguageModel {
  const named = toVendorAndModel(model.name);
  const write = (input: number, output: number) => {
    if (input > 0) count({ ...named, item: 'model_input_token', quantity: input });
    if (output > 0) count({ ...named, item: 'model_output_token', quantity: output });
  };
  // It runs here, and costs nothing.
  if (model.name === 'scripted') return model;
  return { name: model.name, reply: (request) => countReply(model, request, write) };
}

/** The model's own count, or, where it tells none, what the length of the words comes to. */
async function* countReply(
  model: LanguageModel,
  request: ReplyRequest,
  write: (input: number, output: number) => void,
): AsyncGenerator<ReplyPart> {
  let isTold = false;
  let characters = 0;
  try {
    for await (const part of model.reply(request)) {
      if (part.type === 'usage') {
        isTold = true;
        write(part.inputTokens, part.outputTokens);
      }
      characters += part.type === 'text' ? part.text.length : 0;
      yield part;
    }
  } finally {
    if (!isTold) {
      const asked = JSON.stringify([request.messages, request.tools]).length;
      write(Math.ceil(asked / charactersPerToken), Math.ceil(characters / charactersPerToken));
    }
  }
}

export function meterAgent(agent: VoiceAgent, clock: Clock, count: Count): VoiceAgent {
  const named = toVendorAndModel(agent.name);
  return {
    name: agent.name,
    join(request) {
      let readyAtMs: number | null = null;
      const write = () => {
        if (readyAtMs === null || named.vendor === 'openai') return;
        const quantity = Math.ceil((clock.monotonicMs() - readyAtMs) / 1000);
        readyAtMs = null;
        count({ ...named, item: 'agent_minute', quantity });
      };
      const session = agent.join({
        ...request,
        on(event: AgentEvent) {
          if (event.type === 'ready') readyAtMs ??= clock.monotonicMs();
          if (event.type === 'failed' || event.type === 'ended') write();
          request.on(event);
        },
        onTokens: (tokens) => countTokens(named, tokens, count),
      });
      return {
        ...session,
        close() {
          write();
          session.close();
        },
      };
    },
  };
}

function countTokens(named: { vendor: string; model: string | null }, tokens: AgentTokens, count: Count): void {
  const items: Readonly<Record<keyof AgentTokens, PriceItem>> = {
    textInput: 'agent_text_input_token',
    textOutput: 'agent_text_output_token',
    audioInput: 'agent_audio_input_token',
    audioOutput: 'agent_audio_output_token',
    cachedInput: 'agent_cached_input_token',
  };
  for (const [kind, item] of Object.entries(items)) {
    const quantity = tokens[kind as keyof AgentTokens];
    if (quantity > 0) count({ ...named, item, quantity });
  }
}
