/** Whether words were said: a text wherever it stands, or a regular expression between slashes. */

const regular = /^\/(.+)\/([dgimsuvy]*)$/s;

const plain = (text: string) => text.replaceAll(/[‘’]/g, "'").replaceAll(/[“”]/g, '"').replaceAll(/\s+/g, ' ').trim();

/** @throws SyntaxError when what stands between slashes is no regular expression */
export function toMatcher(pattern: string): (text: string) => boolean {
  const [, source, flags = ''] = regular.exec(pattern) ?? [];
  if (source !== undefined) {
    const expression = new RegExp(source, flags.replaceAll(/[gy]/g, ''));
    return (text) => expression.test(plain(text));
  }
  const wanted = plain(pattern).toLowerCase();
  return (text) => plain(text).toLowerCase().includes(wanted);
}

/** Whether it is in one of these turns, or goes on from one into the next. */
export function isSaid(pattern: string, texts: readonly string[]): boolean {
  const matches = toMatcher(pattern);
  return texts.some(matches) || matches(texts.join(' '));
}
