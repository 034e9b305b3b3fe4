/** Outside text made fit for a voice: no markup, no control characters, no more than a given length. */

/** Angle brackets, braces and the like mean something to some reader down the line and nothing to a listener. */
const markup = /[<>{}[\]\\`*#|~^_]+/gu;
const tags = /<\/?[a-z!?][^<>]*>/giu;
const unspeakable = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]+/gu;

/**
 * The words of `text` on one line, at most `maxLength` characters, cut between words where there are any;
 * empty when nothing speakable is left.
 */
export function toPlainWords(text: string, maxLength: number): string {
  const readable = text
    .slice(0, maxLength * 4)
    .replace(tags, ' ')
    .replace(unspeakable, ' ')
    .replace(markup, ' ')
    .replace(/\s*&\s*/gu, ' and ')
    .replace(/\s+/gu, ' ')
    .trim();
  return cutBetweenWords(readable, maxLength);
}

function cutBetweenWords(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const lastSpace = text.slice(0, maxLength + 1).lastIndexOf(' ');
  const kept = text.slice(0, lastSpace > 0 ? lastSpace : maxLength);
  return kept.replace(/[\ud800-\udbff]$/u, '').trimEnd();
}
