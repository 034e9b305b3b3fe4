/** A text spoken for an HTTP answer: its sound in pieces, as fast as the vendor makes them. */
import { createSpeakingLine } from './speaking-line.ts';
import type { VendorParts } from './vendor.ts';
import { createChunkEncoder, type SoundEncoding } from './wire-sound.ts';

export async function* speakOnce(
  parts: VendorParts,
  { text, voice, encoding }: { text: string; voice: string; encoding: SoundEncoding },
): AsyncGenerator<Uint8Array> {
  const encode = createChunkEncoder(encoding);
  const ready: Uint8Array[] = [];
  let isSpoken = false;
  let wake = () => {};
  const line = createSpeakingLine(parts, {
    voice,
    send(chunk) {
      ready.push(encode(chunk));
      wake();
    },
  });
  line.say(text);
  line.after(() => {
    isSpoken = true;
    wake();
  });
  try {
    while (!isSpoken || ready.length > 0) {
      const piece = ready.shift();
      if (piece) yield piece;
      else if (!isSpoken) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    line.clear();
  }
}
