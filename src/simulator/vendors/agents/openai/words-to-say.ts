/** Understands instructions that ask for exact words, which any brain would follow. */

const asks = /\b(?:say|speak|read)\b[^:"“]*\b(?:exactly|verbatim|word for word)\b/iu;
const quoted = /["“][\s\S]+["”]/u;

/** Null when no exact words are asked for. */
export function toWordsToSay(instructions: string): string | null {
  const asked = asks.exec(instructions);
  if (!asked) return null;
  const rest = instructions.slice(asked.index + asked[0].length);
  const words = fromQuotes(rest) ?? rest.slice(rest.indexOf(':') + 1);
  return words.trim() === '' ? null : words.trim();
}

/** Quotes may be a typist's, or those of JSON with its escapes. */
function fromQuotes(text: string): string | null {
  const [found] = quoted.exec(text) ?? [];
  if (found === undefined) return null;
  try {
    return String(JSON.parse(found));
  } catch {
    return found.slice(1, -1);
  }
}
