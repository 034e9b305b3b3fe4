/** OpenAI's voices, which speak text by text over HTTP. */
import type { Clock } from '../../base/clock.ts';
import { createSoundPatience } from '../../ports/sound-patience.ts';
import type { Mouth, SpeakingRequest, TextToSpeech } from '../../ports/text-to-speech.ts';
import { VendorFailed } from '../../ports/vendor-failed.ts';
import { createSpeechPieces } from './speech-pieces.ts';
import type { SpeechAccess } from './speech-request.ts';

export interface OpenAiSpeechOptions extends SpeechAccess {
  /** The voice where a call names none. */
  voice: string;
  clock: Clock;
  /** The longest that sound may be behind the ear that waits for it; default 3000. */
  patienceMs?: number;
}

export function createOpenAiTextToSpeech(options: OpenAiSpeechOptions): TextToSpeech {
  return {
    name: `openai/${options.model}`,
    tellsWordTimes: false,
    speak: (request) => openMouth(options, request),
  };
}

function openMouth(options: OpenAiSpeechOptions, request: SpeakingRequest): Mouth {
  const { clock, patienceMs = 3000 } = options;
  let isOver = false;
  /** The highest number there was, and whether more text of it may come. */
  let newest = { number: Number.NEGATIVE_INFINITY, isOpen: false };
  /** Neither spoken nor cancelled, in their order. */
  const unspoken = new Set<number>();

  const stop = () => {
    isOver = true;
    patience.rest();
    pieces.drop('all');
  };
  const fail = (error: VendorFailed) => {
    stop();
    request.on({ type: 'failed', error });
  };
  const patience = createSoundPatience(clock, patienceMs, () =>
    fail(new VendorFailed('openai', 'vendor/timeout', `openai gave no sound for ${patienceMs} ms.`)),
  );
  const expectTheNext = () => {
    patience.rest();
    if (!pieces.isEmpty) patience.expect();
  };
  const tellSpoken = () => {
    for (const utterance of unspoken) {
      if (pieces.has(utterance) || (utterance === newest.number && newest.isOpen)) return;
      unspoken.delete(utterance);
      request.on({ type: 'spoken', utterance });
    }
  };
  const pieces = createSpeechPieces({ ...options, voice: request.voice ?? options.voice }, (event) => {
    if (isOver) return;
    if (event.type === 'failed') return fail(event.error);
    if (event.type === 'sound') {
      patience.heard(event.sound, true);
      return request.on(event);
    }
    expectTheNext();
    tellSpoken();
  });
  const takes = (utterance: number) =>
    !isOver && (utterance > newest.number || (utterance === newest.number && newest.isOpen));

  return {
    say(utterance, text) {
      if (!takes(utterance) || !/[\p{L}\p{N}]/u.test(text)) return;
      newest = { number: utterance, isOpen: true };
      unspoken.add(utterance);
      patience.expect();
      pieces.add(utterance, text);
    },
    finish(utterance) {
      if (!takes(utterance)) return;
      newest = { number: utterance, isOpen: false };
      unspoken.add(utterance);
      tellSpoken();
    },
    cancel(utterance) {
      if (isOver) return;
      if (utterance >= newest.number) newest = { number: utterance, isOpen: false };
      unspoken.delete(utterance);
      pieces.drop(utterance);
      expectTheNext();
    },
    close() {
      if (!isOver) stop();
    },
  };
}
