/** Who else is told of what happens: addresses that events are sent to. */
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { webhookSchema } from '../../../src/api/contract/webhooks.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { toMoment } from '../parts/format.ts';
import { Icon } from '../parts/icon.tsx';
import { ListPanel, useList } from '../parts/list.tsx';
import { Empty } from '../parts/notice.tsx';
import { Page } from '../parts/page.tsx';
import { useMay } from '../use-me.ts';
import { NewWebhook } from '../webhook/webhook-form.tsx';
import { WebhookState } from '../webhook/webhook-state.tsx';

export function WebhooksPage() {
  const mayWrite = useMay()('webhooks:write');
  const [isAdding, setAdding] = useState(false);
  const list = useList({ name: 'webhooks', item: webhookSchema, path: '/v1/webhooks' });
  return (
    <Page
      title="Webhooks"
      lead="Your own programs are told of events by signed messages, tried again until they are taken."
      actions={
        mayWrite && (
          <Button look="main" onClick={() => setAdding(true)}>
            <Icon name="place" /> Add a webhook
          </Button>
        )
      }
    >
      <ListPanel
        list={list}
        keyOf={({ id }) => id}
        empty={<Empty title="No webhooks yet">Add the address of a program that is to hear of calls.</Empty>}
        columns={[
          {
            title: 'URL',
            show: ({ id, url, description }) => (
              <>
                <Link to="/webhooks/$id" params={{ id }} className="font-medium break-all hover:underline">
                  {url}
                </Link>
                {description !== null && <span className="block text-[0.87rem] text-soft">{description}</span>}
              </>
            ),
          },
          { title: 'Events', isLess: true, show: ({ event_types: types }) => types?.join(', ') ?? 'all' },
          { title: 'State', show: (webhook) => <WebhookState webhook={webhook} /> },
          { title: 'Since', isLess: true, show: ({ created_at }) => toMoment(created_at) },
        ]}
      />
      <Dialog title="Add a webhook" isOpen={isAdding} close={() => setAdding(false)}>
        <NewWebhook done={() => setAdding(false)} />
      </Dialog>
    </Page>
  );
}
