/** Everything that was announced about a call, in order. */
import { useQuery } from '@tanstack/react-query';
import { type CallWithTurns, eventSchema } from '../../../src/api/contract/calls.ts';
import { pageOf } from '../../../src/api/contract/text.ts';
import { read } from '../api/ask.ts';
import { toTimeOfDay } from '../parts/format.ts';
import { ErrorNotice } from '../parts/notice.tsx';
import { Loading } from '../parts/page.tsx';

const pageSchema = pageOf(eventSchema);

export function EventList({ call }: { call: CallWithTurns }) {
  const events = useQuery({
    queryKey: ['call', call.id, 'events'],
    queryFn: () => read(pageSchema, `/v1/calls/${call.id}/events`, { limit: 100 }),
  });
  if (events.isPending) return <Loading />;
  if (events.isError) return <ErrorNotice error={events.error} />;
  const { data, has_more } = events.data;
  return (
    <ol className="flex flex-col divide-y divide-line">
      {data.map((event) => (
        <li key={event.id}>
          <details className="group">
            <summary className="flex list-none items-baseline gap-3 px-4 py-2 hover:bg-raised">
              <span className="text-[0.82rem] text-soft tabular-nums">{toTimeOfDay(event.at)}</span>
              <span className="font-mono text-[0.87rem] font-medium">{event.type}</span>
              <span className="min-w-0 flex-1 truncate text-[0.85rem] text-soft group-open:invisible">
                {JSON.stringify(event.data)}
              </span>
            </summary>
            <pre className="overflow-x-auto bg-raised px-4 py-3 font-mono text-[0.82rem]">
              {JSON.stringify(event.data, null, 2)}
            </pre>
          </details>
        </li>
      ))}
      {has_more && <li className="px-4 py-2 text-soft">The first 100 are shown; the API has all of them.</li>}
    </ol>
  );
}
