/** A page of a list, made of rows of which one more was asked for than the page shows. */
import { toCursor } from './cursor.ts';

export interface Page<Item> {
  data: Item[];
  has_more: boolean;
  next_cursor: string | null;
}

export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  to: { show(row: Row): Item; cursor(row: Row): (string | number)[] },
): Page<Item> {
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return {
    data: page.map((row) => to.show(row)),
    has_more: last !== undefined,
    next_cursor: last ? toCursor(to.cursor(last)) : null,
  };
}
