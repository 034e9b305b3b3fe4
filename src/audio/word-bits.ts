/** Writes the words of a speech into the lowest bit of its telephone sound, and reads back which words were heard. */
import { bytesPerMs, mulawSilence } from './mulaw.ts';
import type { SpokenSound, SpokenWord } from './spoken-sound.ts';
import { headerBits, mostIndexes, mostUtterances, toBodyBits, toHeaderBits, toWordText } from './word-packet.ts';

export { createWordEar, type WordEvent } from './word-ear.ts';

/** A word of the sound as it is written: where its samples begin, and how many there are. */
interface Place {
  from: number;
  length: number;
  text: Uint8Array;
}

/** Numbers the utterances of this process, so that the same text said twice is told from a sound heard twice. */
let lastUtterance = 0;

/**
 * The same speech with its words in it. A word too short for its text is made longer, so times may move; of a text
 * longer than 255 bytes the rest is left out. `utterance` counts from 0 to 2^20 − 1; a new number unless told. A speech
 * made in pieces has one utterance, and `firstIndex` words before this piece.
 */
export function writeWords(
  spoken: SpokenSound,
  utterance: number = nextUtterance(),
  firstIndex: number = 0,
): SpokenSound {
  const pieces: Uint8Array[] = [];
  const words: SpokenWord[] = [];
  let copied = 0;
  let written = 0;
  const add = (piece: Uint8Array) => {
    pieces.push(piece);
    written += piece.length;
  };
  for (const [index, word] of spoken.words.entries()) {
    const place = toPlace(word, copied, spoken.sound.length);
    add(spoken.sound.subarray(copied, place.from));
    const sound = toCarrier(spoken.sound.subarray(place.from, place.from + place.length), leastSamples(place.text));
    writeWord(sound, place.text, { utterance, index: (firstIndex + index) % mostIndexes });
    words.push({ text: word.text, startMs: written / bytesPerMs, endMs: (written + sound.length) / bytesPerMs });
    add(sound);
    copied = place.from + place.length;
  }
  add(spoken.sound.subarray(copied));
  const sound = new Uint8Array(written);
  let at = 0;
  for (const piece of pieces) {
    sound.set(piece, at);
    at += piece.length;
  }
  return { sound, words };
}

/** A number that no other speech of this process has, for the next million of them. */
export function nextUtterance(): number {
  lastUtterance = (lastUtterance + 1) % mostUtterances;
  return lastUtterance;
}

function toPlace(word: SpokenWord, earliest: number, end: number): Place {
  const from = Math.min(end, Math.max(earliest, Math.round(word.startMs * bytesPerMs)));
  const until = Math.min(end, Math.max(from, Math.round(word.endMs * bytesPerMs)));
  return { from, length: until - from, text: toWordText(word.text) };
}

function leastSamples(text: Uint8Array): number {
  return headerBits + toBodyBits({ length: 0, text }).length + headerBits;
}

/** A copy that is long enough. */
function toCarrier(sound: Uint8Array, least: number): Uint8Array {
  const carrier = new Uint8Array(Math.max(sound.length, least)).fill(mulawSilence);
  carrier.set(sound);
  return carrier;
}

/**
 * Start, text, and end at the very end; between them the word's number again and again, so that any 20 ms tell which
 * word they belong to.
 */
function writeWord(sound: Uint8Array, text: Uint8Array, { utterance, index }: { utterance: number; index: number }) {
  const bits = new Uint8Array(sound.length);
  bits.set(toHeaderBits({ kind: 'start', utterance, index }));
  const body = toBodyBits({ length: sound.length, text });
  bits.set(body, headerBits);
  const endAt = sound.length - headerBits;
  const middle = toHeaderBits({ kind: 'middle', utterance, index });
  for (let at = headerBits + body.length; at < endAt; at += headerBits) bits.set(middle.subarray(0, endAt - at), at);
  bits.set(toHeaderBits({ kind: 'end', utterance, index }), endAt);
  for (let at = 0; at < sound.length; at += 1) {
    const byte = ((sound[at] ?? 0) & 0xfe) | (bits[at] ?? 0);
    // Silence carries nothing, so that silence put in anywhere does no harm. One step louder, it carries a 1, and is the
    // same byte again after a way through 16-bit samples.
    sound[at] = (byte & 0x7f) === 0x7f ? byte ^ 2 : byte;
  }
}
