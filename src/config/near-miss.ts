/** Finds the known name that a misspelt one was meant to be. */

/** How many letters have to be put in, taken out, changed or swapped with their neighbour. */
function editDistance(left: string, right: string): number {
  const rows: number[][] = Array.from({ length: left.length + 1 }, (_, row) => [row]);
  for (let column = 0; column <= right.length; column += 1) (rows[0] as number[])[column] = column;
  const at = (row: number, column: number) => rows[row]?.[column] ?? 0;
  for (let row = 1; row <= left.length; row += 1) {
    for (let column = 1; column <= right.length; column += 1) {
      const isSame = left[row - 1] === right[column - 1];
      const isSwap = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      const least = Math.min(
        at(row - 1, column) + 1,
        at(row, column - 1) + 1,
        at(row - 1, column - 1) + (isSame ? 0 : 1),
      );
      (rows[row] as number[])[column] = isSwap ? Math.min(least, at(row - 2, column - 2) + 1) : least;
    }
  }
  return at(left.length, right.length);
}

/** A known name of more than four letters that differs by at most two letters; null when none is near. */
export function findNearMiss(name: string, known: readonly string[]): string | null {
  for (const candidate of known) {
    if (candidate.length > 4 && name !== candidate && editDistance(name.toUpperCase(), candidate) <= 2)
      return candidate;
  }
  return null;
}
