/** Which part of a thing a `Range` header asks for. */

export interface ByteRange {
  /** Both counted in. */
  start: number;
  end: number;
}

/**
 * The range; `whole` where the header asks for none that is served by itself (several, another unit, a form that is
 * none), as RFC 9110 allows; `unsatisfiable` where there is no such byte.
 */
export function parseByteRange(header: string | undefined, length: number): ByteRange | 'whole' | 'unsatisfiable' {
  const [, from, to] = /^bytes=(\d{0,15})-(\d{0,15})$/i.exec(header?.trim() ?? '') ?? [];
  if (from === undefined || to === undefined || (from === '' && to === '')) return 'whole';
  if (from === '') return toRange(length - Math.min(Number(to), length), length - 1, length);
  if (to !== '' && Number(to) < Number(from)) return 'whole';
  return toRange(Number(from), to === '' ? length - 1 : Math.min(Number(to), length - 1), length);
}

function toRange(start: number, end: number, length: number): ByteRange | 'unsatisfiable' {
  return start >= length ? 'unsatisfiable' : { start, end };
}
