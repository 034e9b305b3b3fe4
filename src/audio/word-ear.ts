/** Reads the words that word-bits.ts has written into a sound, as the sound comes. */
import { bytesPerMs, mulawSilence } from './mulaw.ts';
import { createBodyReader } from './word-body.ts';
import { fromHeaderValue, headerBits, mostIndexes, sync, type WordHeader } from './word-packet.ts';

export interface WordEvent {
  /**
   * `word-began` as soon as its text was read; `word-heard` with its last sample, when nothing of it was missing;
   * `word-cut` when it broke off, lost a part or had one repeated. `word-part`: a piece of a word, without its text,
   * that is not being heard from its beginning: its beginning was lost, or it is stale or repeated sound.
   */
  type: 'word-began' | 'word-heard' | 'word-cut' | 'word-part';
  /** Empty for a part. */
  text: string;
  /** Which speech it belongs to, and its place there. */
  utterance: number;
  index: number;
  /** Sound heard until now. */
  atMs: number;
}

export interface WordEar {
  /** μ-law, 8 kHz, in pieces of any length. */
  hear(sound: Uint8Array): void;
  /** The sound ends here, in the middle of a word or not. */
  breakOff(): void;
  readonly heardMs: number;
}

/** So long a silence in the middle of a word breaks it off. */
const breakBytes = 1000 * bytesPerMs;

interface OpenWord extends WordHeader {
  text: string;
  /** Samples from the first to the last, as the start packet tells. */
  length: number;
}

export function createWordEar(on: (event: WordEvent) => void): WordEar {
  let heard = 0;
  let silent = 0;
  /** The last 80 bits: 24, 32 and 24 of them. */
  let [oldest, value, newest] = [0, 0, 0];
  /** Bits since the first one of the last start packet. */
  let sinceStart = 0;
  /** The start packet whose text is being read. */
  let starting: WordHeader | null = null;
  let open: OpenWord | null = null;
  let lastPart = -1;
  const body = createBodyReader();

  const tell = (type: WordEvent['type'], { utterance, index }: WordHeader, text: string) =>
    on({ type, text, utterance, index, atMs: heard / bytesPerMs });
  const tellPart = (header: WordHeader) => {
    const part = header.utterance * mostIndexes + header.index;
    if (part === lastPart) return;
    lastPart = part;
    tell('word-part', header, '');
  };
  const breakOff = () => {
    const [word, unread] = [open, starting];
    open = null;
    starting = null;
    if (word) tell('word-cut', word, word.text);
    if (unread) tellPart(unread);
  };
  const begin = (header: WordHeader) => {
    breakOff();
    body.begin();
    starting = header;
    sinceStart = headerBits;
  };
  const readText = (header: WordHeader, bit: number) => {
    const read = body.take(bit);
    if (read === null) return;
    starting = null;
    if (read === 'spoiled') return tellPart(header);
    open = { ...header, text: Buffer.from(read.text).toString('utf8'), length: read.length };
    tell('word-began', header, open.text);
  };
  const finish = (word: OpenWord) => {
    if ((sinceStart & 0xffff) !== word.length) return breakOff();
    open = null;
    lastPart = -1;
    tell('word-heard', word, word.text);
  };
  const takeHeader = (header: WordHeader) => {
    if (header.kind === 'start') return begin(header);
    if (open?.utterance !== header.utterance || open.index !== header.index) {
      breakOff();
      return tellPart(header);
    }
    if (header.kind === 'end') finish(open);
  };
  const takeBit = (bit: number) => {
    oldest = ((oldest << 1) | (value >>> 31)) & 0xffffff;
    value = (value << 1) | (newest >>> 23);
    newest = ((newest << 1) | bit) & 0xffffff;
    sinceStart += 1;
    if (starting) readText(starting, bit);
    if (oldest !== sync) return;
    const header = fromHeaderValue(value, newest);
    if (header) takeHeader(header);
  };

  return {
    get heardMs() {
      return heard / bytesPerMs;
    },
    breakOff() {
      breakOff();
      // A header that is all but whole would be completed by the next sound's first bits.
      [oldest, value, newest] = [0, 0, 0];
    },
    hear(sound) {
      for (let at = 0; at < sound.length; at += 1) {
        heard += 1;
        const byte = sound[at] ?? mulawSilence;
        silent = byte === mulawSilence ? silent + 1 : 0;
        if (silent === 0) takeBit(byte & 1);
        else if (silent === breakBytes) breakOff();
      }
    },
  };
}
