/** The list of calls, newest first, and what narrows it. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type CallResource, callSchema } from '../../../src/api/contract/calls.ts';
import { pageOf } from '../../../src/api/contract/text.ts';
import { read } from '../api/ask.ts';
import { readClock, useNow } from '../base/now.ts';
import { StatusBadge, toWords } from '../parts/badge.tsx';
import { Button } from '../parts/button.tsx';
import { toDuration, toLately, toMoment, toNumber } from '../parts/format.ts';
import { Icon } from '../parts/icon.tsx';
import { Empty, ErrorNotice } from '../parts/notice.tsx';
import { Loading, Page } from '../parts/page.tsx';
import { type CallFilter, toCallFilter, toCallQuery } from './call-filter.ts';
import { CallFilterBar } from './call-filter-bar.tsx';

const pageSchema = pageOf(callSchema);
const perPage = 50;

function useCalls(filter: CallFilter) {
  return useInfiniteQuery({
    queryKey: ['calls', filter],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam: cursor }) =>
      read(pageSchema, '/v1/calls', { ...toCallQuery(filter, readClock()), limit: perPage, cursor }),
    getNextPageParam: (page) => page.next_cursor,
  });
}

export function CallsPage() {
  const filter = toCallFilter(useSearch({ strict: false }));
  const navigate = useNavigate();
  const calls = useCalls(filter);
  const rows = calls.data?.pages.flatMap(({ data }) => data) ?? [];
  const setFilter = (next: CallFilter) => void navigate({ to: '/calls', search: next, replace: true });
  return (
    <Page title="Calls">
      <CallFilterBar filter={filter} setFilter={setFilter} />
      <div className="panel overflow-hidden">
        {calls.isPending && <Loading rows={8} />}
        {calls.isError && (
          <div className="p-4">
            <ErrorNotice error={calls.error} retry={() => void calls.refetch()} />
          </div>
        )}
        {calls.isSuccess && rows.length === 0 && (
          <NoCalls isFiltered={Object.keys(filter).length > 0} clear={() => setFilter({})} />
        )}
        {rows.length > 0 && <CallTable calls={rows} />}
      </div>
      {calls.hasNextPage && (
        <Button className="self-center" disabled={calls.isFetchingNextPage} onClick={() => void calls.fetchNextPage()}>
          {calls.isFetchingNextPage ? 'Loading …' : 'Show older calls'}
        </Button>
      )}
    </Page>
  );
}

function NoCalls({ isFiltered, clear }: { isFiltered: boolean; clear(): void }) {
  if (isFiltered) {
    return (
      <Empty title="No call is like that">
        <Button onClick={clear}>Show all calls</Button>
      </Empty>
    );
  }
  return (
    <Empty title="No calls yet">
      Place one with <code className="font-mono">POST /v1/calls</code>; it appears here while it rings.
    </Empty>
  );
}

export function CallTable({ calls }: { calls: readonly CallResource[] }) {
  const nowMs = useNow(10_000);
  return (
    <table className="w-full text-left text-[0.93rem]">
      <thead className="hidden border-b border-line text-[0.82rem] text-soft sm:table-header-group">
        <tr>
          <th className="px-4 py-2 font-medium">Number</th>
          <th className="px-2 py-2 font-medium">Status</th>
          <th className="hidden px-2 py-2 font-medium lg:table-cell">Outcome</th>
          <th className="hidden px-2 py-2 font-medium md:table-cell">Assistant</th>
          <th className="px-2 py-2 text-right font-medium">Length</th>
          <th className="px-4 py-2 text-right font-medium">Asked for</th>
        </tr>
      </thead>
      <tbody>
        {calls.map((call) => (
          <CallRow key={call.id} call={call} nowMs={nowMs} />
        ))}
      </tbody>
    </table>
  );
}

function CallRow({ call, nowMs }: { call: CallResource; nowMs: number }) {
  const isInbound = call.direction === 'inbound';
  return (
    <tr className="relative border-b border-line last:border-0 hover:bg-raised has-focus-visible:bg-raised">
      <td className="py-2.5 pr-2 pl-4">
        <Link
          to="/calls/$id"
          params={{ id: call.id }}
          className="flex items-center gap-2 font-medium after:absolute after:inset-0 after:content-['']"
        >
          <Icon name={isInbound ? 'in' : 'out'} className="size-4 text-soft" />
          <span className="sr-only">{isInbound ? 'From' : 'To'} </span>
          <span className="whitespace-nowrap tabular-nums">{toNumber(isInbound ? call.from : call.to)}</span>
        </Link>
        <span className="block pl-6 text-[0.85rem] wrap-anywhere text-soft md:hidden">{call.assistant.name}</span>
      </td>
      <td className="px-2 py-2.5">
        <StatusBadge status={call.status} />
      </td>
      <td className="hidden px-2 py-2.5 text-soft lg:table-cell">
        {call.outcome === null ? '' : toWords(call.outcome)}
      </td>
      <td className="hidden max-w-56 truncate px-2 py-2.5 md:table-cell">{call.assistant.name}</td>
      <td className="hidden px-2 py-2.5 text-right tabular-nums sm:table-cell">{toDuration(lengthOf(call, nowMs))}</td>
      <td className="py-2.5 pr-4 pl-2 text-right text-soft sm:whitespace-nowrap" title={toMoment(call.created_at)}>
        {toLately(call.created_at, nowMs)}
      </td>
    </tr>
  );
}

export function lengthOf({ duration_seconds, answered_at, ended_at }: CallResource, nowMs: number): number | null {
  if (duration_seconds !== null) return duration_seconds;
  if (answered_at === null) return null;
  const endMs = ended_at === null ? nowMs : Date.parse(ended_at);
  return (endMs - Date.parse(answered_at)) / 1000;
}
