/** One page of a list, in Twilio's envelope. */

const usualPageSize = 50;
const mostPageSize = 1000;

export interface ListPage<T> {
  /** Newest first, filtered. */
  items: readonly T[];
  sidOf(item: T): string;
  path: string;
  query: URLSearchParams;
}

/** The page that the query asks for; its token is the SID of the last item before the page. */
export function toListPage<T>({ items, sidOf, path, query }: ListPage<T>): {
  page: T[];
  envelope: Record<string, unknown>;
} {
  const asked = Number(query.get('PageSize') ?? usualPageSize);
  const pageSize = Number.isInteger(asked) ? Math.min(Math.max(asked, 1), mostPageSize) : usualPageSize;
  const number = Math.max(Number.parseInt(query.get('Page') ?? '0', 10) || 0, 0);
  const after = query.get('PageToken')?.slice('PA'.length);
  const found = after === undefined ? -1 : items.findIndex((item) => sidOf(item) === after);
  const start = found < 0 ? number * pageSize : found + 1;
  const page = items.slice(start, start + pageSize);
  const last = page.at(-1);
  const uriOf = (changes: Record<string, string>) => {
    const params = new URLSearchParams(query);
    params.delete('PageToken');
    for (const [name, value] of Object.entries({ PageSize: String(pageSize), ...changes })) params.set(name, value);
    return `${path}?${params}`;
  };
  const hasMore = last !== undefined && start + pageSize < items.length;
  return {
    page,
    envelope: {
      page: number,
      page_size: pageSize,
      start,
      end: start + Math.max(page.length - 1, 0),
      uri: uriOf({ Page: String(number) }),
      first_page_uri: uriOf({ Page: '0' }),
      next_page_uri: hasMore ? uriOf({ Page: String(number + 1), PageToken: `PA${sidOf(last)}` }) : null,
      previous_page_uri: number > 0 ? uriOf({ Page: String(number - 1) }) : null,
    },
  };
}
