/** Which lines were taken out and put in between two texts. */

export interface DiffLine {
  kind: 'same' | 'out' | 'in';
  text: string;
}

/** More lines than this on a side are told as replaced as a whole. */
const mostLines = 1000;

/** Keeps the longest run of lines that both have in the same order. */
export function diffLines(before: string, after: string): DiffLine[] {
  const [olds, news] = [before.split('\n'), after.split('\n')];
  const all = (kind: 'out' | 'in', lines: readonly string[]) => lines.map((text): DiffLine => ({ kind, text }));
  if (olds.length > mostLines || news.length > mostLines) return [...all('out', olds), ...all('in', news)];
  const lengths = commonLengths(olds, news);
  const lines: DiffLine[] = [];
  let [at, to] = [0, 0];
  while (at < olds.length && to < news.length) {
    if (olds[at] === news[to]) {
      lines.push({ kind: 'same', text: olds[at] ?? '' });
      at += 1;
      to += 1;
    } else if ((lengths[at + 1]?.[to] ?? 0) >= (lengths[at]?.[to + 1] ?? 0)) {
      lines.push({ kind: 'out', text: olds[at] ?? '' });
      at += 1;
    } else {
      lines.push({ kind: 'in', text: news[to] ?? '' });
      to += 1;
    }
  }
  return [...lines, ...all('out', olds.slice(at)), ...all('in', news.slice(to))];
}

/** For every pair of places: how many lines the rests have in common, in order. */
function commonLengths(olds: readonly string[], news: readonly string[]): Uint16Array[] {
  const lengths = Array.from({ length: olds.length + 1 }, () => new Uint16Array(news.length + 1));
  for (let at = olds.length - 1; at >= 0; at -= 1) {
    const [row, below] = [lengths[at], lengths[at + 1]];
    if (!row || !below) continue;
    for (let to = news.length - 1; to >= 0; to -= 1) {
      row[to] = olds[at] === news[to] ? (below[to + 1] ?? 0) + 1 : Math.max(below[to] ?? 0, row[to + 1] ?? 0);
    }
  }
  return lengths;
}
