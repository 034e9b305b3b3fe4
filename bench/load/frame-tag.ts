/** Writes the number of a call and of a frame into 20 ms of sound so softly that it is silence to every ear but ours. */

export const frameBytes = 160;
const tagNibbles = 20;
const magic = [0xa, 0x5, 0xc, 0x3, 0x9, 0x6, 0xa, 0x5];

/** μ-law bytes from 0xf0 to 0xff are the softest sixteen steps: less than half a percent of full scale. */
const quiet = 0xf0;

export interface FrameTag {
  call: number;
  frame: number;
}

export function writeTag(sound: Uint8Array, { call, frame }: FrameTag): void {
  for (const [index, nibble] of magic.entries()) sound[index] = quiet | nibble;
  for (let index = 0; index < 4; index += 1) sound[8 + index] = quiet | ((call >> (4 * index)) & 15);
  for (let index = 0; index < 8; index += 1) sound[12 + index] = quiet | ((frame >> (4 * index)) & 15);
}

/** The last tag in sound of any length; frames may come several at a time, and not from their beginning. */
export function readLastTag(sound: Uint8Array): FrameTag | null {
  const first = quiet | (magic[0] ?? 0);
  let from = sound.length - tagNibbles;
  for (let at = sound.lastIndexOf(first, from); at !== -1; at = from < 0 ? -1 : sound.lastIndexOf(first, from)) {
    from = at - 1;
    if (!magic.every((nibble, index) => sound[at + index] === (quiet | nibble))) continue;
    return { call: readNumber(sound, at + 8, 4), frame: readNumber(sound, at + 12, 8) };
  }
  return null;
}

function readNumber(sound: Uint8Array, from: number, nibbles: number): number {
  let value = 0;
  for (let index = 0; index < nibbles; index += 1) value |= ((sound[from + index] ?? 0) & 15) << (4 * index);
  return value;
}
