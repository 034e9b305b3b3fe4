/** Says a few words in another voice than the agent's, so that nobody thinks the line is dead while the agent is late. */
import type { Mouth, TextToSpeech } from '../../../ports/text-to-speech.ts';
import type { BridgeTranscript } from './bridge-transcript.ts';
import type { BridgeVoice } from './bridge-voice.ts';

/** Who says it. */
export interface FillerVoice {
  maker: TextToSpeech;
  /** BCP 47. */
  language: string;
  /** As the maker names it; null: its usual one. */
  voice: string | null;
}

export interface Filler {
  /** Nothing where there is no voice for it. */
  say(text: string): void;
  /** Whether these are words of ours, not of the agent. */
  isOwn(utterance: number): boolean;
  close(): void;
}

/** One filler at a time; its voice is opened only when there is something to fill. */
export function createFiller(parts: {
  by: FillerVoice | null;
  voice: BridgeVoice;
  transcript: BridgeTranscript;
}): Filler {
  const own = new Set<number>();
  let mouth: Mouth | null = null;
  const close = () => {
    mouth?.close();
    mouth = null;
  };
  return {
    say(text) {
      if (!parts.by) return;
      close();
      const { maker, language, voice } = parts.by;
      const told = parts.voice.ownWords(text);
      own.add(told.utterance);
      parts.transcript.assistant(told.utterance, text, null);
      mouth = maker.speak({
        ...{ language, voice },
        on(event) {
          if (event.type === 'sound') told.sound(event.sound);
          else if (event.type === 'words') told.words(event.words);
          else told.over();
        },
      });
      mouth.say(1, text);
      mouth.finish(1);
    },
    isOwn: (utterance) => own.has(utterance),
    close,
  };
}
