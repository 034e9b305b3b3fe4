/** Speaks a text with silence wherever an ellipsis stands in it. */
import { bytesPerMs, mulawSilence } from '../../audio/mulaw.ts';
import type { SpokenSound, SpokenWord, Synthesize } from '../../audio/spoken-sound.ts';

export interface PausedSpeech {
  synthesize: Synthesize;
  voice: string;
  text: string;
  /** 0: an ellipsis is spoken like any other mark. */
  pauseMs: number;
}

/** `text` is what was said, without the marks of the pauses. */
export async function speakWithPauses(speech: PausedSpeech): Promise<SpokenSound & { text: string }> {
  const { synthesize, voice, text, pauseMs } = speech;
  if (pauseMs === 0) return { text, ...(await synthesize(text, voice)) };
  const parts = text.split('…').map((part) => part.trim());
  const silence = new Uint8Array(Math.round(pauseMs * bytesPerMs)).fill(mulawSilence);
  const sounds: Uint8Array[] = [];
  const words: SpokenWord[] = [];
  let atMs = 0;
  for (const [index, part] of parts.entries()) {
    const spoken = await synthesize(part, voice);
    const piece = index === 0 ? [spoken.sound] : [silence, spoken.sound];
    const partAtMs = atMs + (index === 0 ? 0 : silence.length / bytesPerMs);
    for (const { startMs, endMs, ...word } of spoken.words) {
      words.push({ ...word, startMs: startMs + partAtMs, endMs: endMs + partAtMs });
    }
    sounds.push(...piece);
    atMs = partAtMs + spoken.sound.length / bytesPerMs;
  }
  return { text: parts.filter((part) => part !== '').join(' '), sound: Buffer.concat(sounds), words };
}
