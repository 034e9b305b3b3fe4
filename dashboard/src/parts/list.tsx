/** A list that the server gives page by page. */
import { type UseInfiniteQueryResult, useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { z } from 'zod';
import { pageOf } from '../../../src/api/contract/text.ts';
import { read } from '../api/ask.ts';
import { Button } from './button.tsx';
import { ErrorNotice } from './notice.tsx';
import { Loading } from './page.tsx';

interface Source<Row> {
  /** The first word is what changes of the list touch. */
  name: string;
  item: z.ZodType<Row>;
  path: string;
  query?: Record<string, string | number | undefined>;
  /** While such a row is shown, the list is read again and again: no event tells when it changes. */
  isOnItsWay?(row: Row): boolean;
}

const lookAgainMs = 1500;

export type List<Row> = Omit<UseInfiniteQueryResult, 'data'> & { rows: Row[] };

export function useList<Row>({ name, item, path, query = {}, isOnItsWay = () => false }: Source<Row>): List<Row> {
  const pages = useInfiniteQuery({
    queryKey: [name, path, query],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam: cursor }) => read(pageOf(item), path, { ...query, limit: 50, cursor }),
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: ({ state }) => (state.data?.pages.some(({ data }) => data.some(isOnItsWay)) ? lookAgainMs : false),
  });
  return { ...pages, rows: pages.data?.pages.flatMap(({ data }) => data) ?? [] } as List<Row>;
}

export interface Column<Row> {
  title: string;
  show(row: Row): ReactNode;
  /** Hidden where there is little room. */
  isLess?: boolean;
  isRight?: boolean;
}

export function ListPanel<Row>({
  list,
  columns,
  keyOf,
  empty,
}: {
  list: List<Row>;
  columns: readonly Column<Row>[];
  keyOf(row: Row): string | number;
  empty: ReactNode;
}) {
  return (
    <>
      <div className="panel overflow-x-auto">
        {list.isPending && <Loading rows={6} />}
        {list.isError && (
          <div className="p-4">
            <ErrorNotice error={list.error} retry={() => void list.refetch()} />
          </div>
        )}
        {list.isSuccess && list.rows.length === 0 && empty}
        {list.rows.length > 0 && <Table rows={list.rows} columns={columns} keyOf={keyOf} />}
      </div>
      {list.hasNextPage && (
        <Button className="self-center" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          Show more
        </Button>
      )}
    </>
  );
}

export function Table<Row>({
  rows,
  columns,
  keyOf,
}: {
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  keyOf(row: Row): string | number;
}) {
  const place = ({ isLess, isRight }: Column<Row>) =>
    `px-4 py-2.5 wrap-anywhere ${isLess ? 'hidden md:table-cell' : ''} ${isRight ? 'text-right' : ''}`;
  return (
    <table className="w-full text-left text-[0.93rem]">
      <thead className="border-b border-line text-[0.82rem] text-soft">
        <tr>
          {columns.map((column) => (
            <th key={column.title} className={`${place(column)} !py-2 font-medium`}>
              {column.title === 'Actions' ? <span className="sr-only">Actions</span> : column.title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)} className="border-b border-line last:border-0 hover:bg-raised">
            {columns.map((column) => (
              <td key={column.title} className={place(column)}>
                {column.show(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
