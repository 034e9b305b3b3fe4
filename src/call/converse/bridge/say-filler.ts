/** Says a few words in another voice than the agent's, so that nobody thinks the line is dead while the agent is late. */
import type { Mouth, TextToSpeech } from '../../../ports/text-to-speech.ts';
import type { OwnWords } from './bridge-voice.ts';

/** Who says it. */
export interface FillerVoice {
  maker: TextToSpeech;
  /** BCP 47. */
  language: string;
  /** As the maker names it; null: its usual one. */
  voice: string | null;
}

/** One filler at a time; its voice is opened only when there is something to fill. */
export class FillerSpeaker {
  readonly #voice: FillerVoice | null;
  #mouth: Mouth | null = null;

  constructor(voice: FillerVoice | null) {
    this.#voice = voice;
  }

  /** Whether there is a voice for it. */
  get canSpeak(): boolean {
    return this.#voice !== null;
  }

  say(text: string, told: OwnWords): void {
    if (!this.#voice) return;
    this.close();
    const { maker, language, voice } = this.#voice;
    const mouth = maker.speak({
      ...{ language, voice },
      on(event) {
        if (event.type === 'sound') told.sound(event.sound);
        else if (event.type === 'words') told.words(event.words);
        else told.over();
      },
    });
    this.#mouth = mouth;
    mouth.say(1, text);
    mouth.finish(1);
  }

  close(): void {
    this.#mouth?.close();
    this.#mouth = null;
  }
}
