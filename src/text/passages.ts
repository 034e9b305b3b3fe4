/** Cuts a document into passages that can be found and answered from: by its headings and paragraphs. Pure. */

export interface Passage {
  /** The headings above it, from the outermost to the innermost; empty for none. */
  headings: string[];
  text: string;
}

const heading = /^(#{1,6})\s+(\S.*)$/;
const fence = /^\s*(?:```|~~~)/;

/** @param most characters of a passage's text */
export function toPassages(text: string, most: number): Passage[] {
  return toSections(text).flatMap(({ headings, paragraphs }) => {
    const pieces = paragraphs.flatMap((paragraph) => cut(paragraph, most));
    return gather(pieces, most).map((passage) => ({ headings, text: passage }));
  });
}

interface Section {
  headings: string[];
  paragraphs: string[];
}

function toSections(text: string): Section[] {
  const sections: Section[] = [];
  let path: { level: number; title: string }[] = [];
  let lines: string[] = [];
  let isFenced = false;
  const close = (nextLevel: number) => {
    const paragraphs = toParagraphs(lines.join('\n'));
    const last = path.at(-1);
    const headings = path.map(({ title }) => title);
    if (paragraphs.length > 0) sections.push({ headings, paragraphs });
    // A heading that nothing stands below is a text of its own.
    else if (last && nextLevel <= last.level)
      sections.push({ headings: headings.slice(0, -1), paragraphs: [last.title] });
    lines = [];
  };
  for (const line of text.split(/\r\n?|\n/)) {
    if (fence.test(line)) isFenced = !isFenced;
    const [, marks, title] = (isFenced ? null : heading.exec(line)) ?? [];
    if (marks === undefined || title === undefined) {
      lines.push(line);
      continue;
    }
    close(marks.length);
    path = [...path.filter(({ level }) => level < marks.length), { level: marks.length, title: title.trim() }];
  }
  close(0);
  return sections;
}

const toParagraphs = (text: string): string[] =>
  text
    .split(/\n[^\S\n]*\n/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== '');

/** At the end of a sentence, else at a space, else in the middle of a word. */
function cut(text: string, most: number): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > most) {
    const room = rest.slice(0, most + 1);
    const sentence = room.search(/[.!?]\s(?!.*[.!?]\s)/s);
    const space = room.search(/\s\S*$/);
    const end = sentence > most / 2 ? sentence + 1 : space > 0 ? space : most;
    // A character of two halves stays whole.
    const isHalf = end === most && rest.slice(0, end).isWellFormed() !== true;
    const at = isHalf ? end - 1 : end;
    pieces.push(rest.slice(0, at).trim());
    rest = rest.slice(at).trim();
  }
  return [...pieces, rest].filter((piece) => piece !== '');
}

/** Neighbours that fit together become one. */
function gather(pieces: readonly string[], most: number): string[] {
  const passages: string[] = [];
  for (const piece of pieces) {
    const last = passages.at(-1);
    if (last !== undefined && last.length + 2 + piece.length <= most)
      passages[passages.length - 1] = `${last}\n\n${piece}`;
    else passages.push(piece);
  }
  return passages;
}
