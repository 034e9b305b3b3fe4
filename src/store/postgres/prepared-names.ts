/** Names under which a Postgres server keeps statements that it has parsed and planned: half of its work otherwise. */
import { isStalePlan } from '../sql-errors.ts';

export interface PreparedNames {
  /** The name of a statement, the same on every connection; undefined where keeping it is not worth it. */
  nameOf(sql: string, parameters: readonly unknown[]): string | undefined;
  /**
   * Whether an error says that a table has changed since statements were prepared; from then on all have other names, so
   * that every connection prepares them anew.
   */
  outlived(error: unknown): boolean;
}

/** The product has some three hundred statements; texts that are made of lists of values come in any number. */
const mostNames = 500;
/** Longer ones are lists of rows, which hardly come twice. */
const longestText = 5_000;

export function createPreparedNames(): PreparedNames {
  const names = new Map<string, string>();
  let last = 0;
  return {
    nameOf(sql, parameters) {
      // Without parameters they may be several, or change the tables themselves.
      if (parameters.length === 0 || sql.length > longestText) return undefined;
      let name = names.get(sql);
      if (name === undefined) {
        last += 1;
        name = `s${last}`;
      }
      // The one that was longest not used goes first.
      names.delete(sql);
      names.set(sql, name);
      const [oldest] = names.size > mostNames ? names.keys() : [];
      if (oldest !== undefined) names.delete(oldest);
      return name;
    },
    outlived(error) {
      if (!isStalePlan(error)) return false;
      names.clear();
      return true;
    },
  };
}
