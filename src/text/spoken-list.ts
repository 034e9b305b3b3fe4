/** Several things said in one breath. */

/** `a`, `a and b`, `a, b and c`; empty for none. */
export function toSpokenList(items: readonly string[]): string {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} and ${last}`;
}
