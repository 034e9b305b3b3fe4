/** The messages of a webhook: each with its tries and what was answered, to be sent again. */
import { useState } from 'react';
import { type DeliveryResource, deliverySchema, deliveryStatuses } from '../../../src/api/contract/webhooks.ts';
import { change } from '../api/ask.ts';
import { StatusBadge } from '../parts/badge.tsx';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { toMoment, toMs, toTimeOfDay } from '../parts/format.ts';
import { ListPanel, useList } from '../parts/list.tsx';
import { Empty, Notice } from '../parts/notice.tsx';
import { Facts } from '../parts/page.tsx';
import { useChange } from '../parts/use-change.ts';

export function DeliveryList({ webhookId, mayWrite }: { webhookId: string; mayWrite: boolean }) {
  const [status, setStatus] = useState('');
  const [shownId, setShownId] = useState<string | null>(null);
  const list = useList({
    name: 'webhooks',
    item: deliverySchema,
    path: `/v1/webhooks/${webhookId}/deliveries`,
    query: { status },
    isOnItsWay: (row) => row.status === 'waiting',
  });
  const shown = list.rows.find(({ event_id }) => event_id === shownId) ?? null;
  return (
    <>
      <div className="flex items-center justify-between gap-3">
        <h2 className="font-semibold">Deliveries</h2>
        <select
          className="control !w-auto"
          aria-label="Show deliveries that are"
          value={status}
          onChange={(event) => setStatus(event.target.value)}
        >
          <option value="">all</option>
          {deliveryStatuses.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </div>
      <ListPanel
        list={list}
        keyOf={({ event_id }) => event_id}
        empty={<Empty title="Nothing was sent yet">Press Test to send a message now.</Empty>}
        columns={[
          { title: 'Event', show: (row) => <code className="font-mono text-[0.87rem]">{row.event_type}</code> },
          { title: 'Status', show: (row) => <StatusBadge status={row.status} /> },
          { title: 'Answer', show: (row) => lastAnswer(row) },
          { title: 'Tries', isLess: true, isRight: true, show: ({ tries }) => tries },
          { title: 'When', isLess: true, show: ({ created_at }) => toMoment(created_at) },
          {
            title: 'Actions',
            isRight: true,
            show: ({ event_id, event_type }) => (
              <Button
                size="small"
                look="quiet"
                onClick={() => setShownId(event_id)}
                aria-label={`Look at ${event_type}, ${event_id}`}
              >
                Look
              </Button>
            ),
          },
        ]}
      />
      <Dialog title={shown?.event_type ?? ''} isOpen={shown !== null} close={() => setShownId(null)} isWide>
        {shown && <Delivery webhookId={webhookId} delivery={shown} mayWrite={mayWrite} />}
      </Dialog>
    </>
  );
}

function lastAnswer({ log }: DeliveryResource): string {
  const last = log.at(-1);
  if (!last) return '–';
  return last.status === null ? (last.error ?? 'no answer') : `${last.status} after ${toMs(last.duration_ms)}`;
}

function Delivery({
  webhookId,
  delivery,
  mayWrite,
}: {
  webhookId: string;
  delivery: DeliveryResource;
  mayWrite: boolean;
}) {
  const { event_id, status, log, next_try_at } = delivery;
  const replay = useChange({
    send: () => change('POST', `/v1/webhooks/${webhookId}/deliveries/${event_id}/replay`, {}),
    touches: ['webhooks'],
  });
  return (
    <div className="flex flex-col gap-4">
      <div className="-m-4">
        <Facts
          facts={[
            ['Status', <StatusBadge key="status" status={status} />],
            [
              'Id',
              <code key="id" className="font-mono text-[0.85rem]">
                {event_id}
              </code>,
            ],
            ...(next_try_at === null ? [] : [['Next try', toMoment(next_try_at)] as const]),
          ]}
        />
      </div>
      <ol className="flex flex-col gap-2">
        {log.map(({ at, status: answered, duration_ms, error, answer }) => (
          <li key={at} className="rounded-lg bg-raised p-3">
            <p className="flex flex-wrap gap-x-3 text-[0.9rem]">
              <span className="tabular-nums">{toTimeOfDay(at)}</span>
              <strong>{answered ?? error ?? 'no answer'}</strong>
              <span className="text-soft">after {toMs(duration_ms)}</span>
            </p>
            {answer !== '' && (
              <pre className="mt-1 font-mono text-[0.82rem] break-words whitespace-pre-wrap">{answer}</pre>
            )}
          </li>
        ))}
      </ol>
      {replay.refusal && <Notice tone="bad">{replay.refusal}</Notice>}
      {mayWrite && (
        <Button className="self-start" disabled={replay.isRunning} onClick={() => replay.run(undefined)}>
          Send it again
        </Button>
      )}
    </div>
  );
}
