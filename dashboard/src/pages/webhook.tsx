/** One webhook: whether messages get through, each of them, and what can be done about it. */
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import {
  deliverySchema,
  replayAnswerSchema,
  type WebhookResource,
  webhookSchema,
} from '../../../src/api/contract/webhooks.ts';
import { change, read } from '../api/ask.ts';
import { readClock } from '../base/now.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { CheckField, TextField } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { toMoment, toMs } from '../parts/format.ts';
import { ErrorNotice, Notice } from '../parts/notice.tsx';
import { Loading, Page } from '../parts/page.tsx';
import { useChange } from '../parts/use-change.ts';
import { useMay } from '../use-me.ts';
import { DeliveryList } from '../webhook/delivery-list.tsx';
import { NewSecret, WebhookForm } from '../webhook/webhook-form.tsx';
import { WebhookState } from '../webhook/webhook-state.tsx';

const hourMs = 3_600_000;

export function WebhookPage() {
  const { id } = useParams({ from: '/webhooks/$id' });
  const webhook = useQuery({ queryKey: ['webhooks', id], queryFn: () => read(webhookSchema, `/v1/webhooks/${id}`) });
  if (webhook.isSuccess) return <WholeWebhook key={id} webhook={webhook.data} />;
  return (
    <Page title="Webhook">
      {webhook.isPending ? <Loading /> : <ErrorNotice error={webhook.error} retry={() => void webhook.refetch()} />}
    </Page>
  );
}

type Asked = 'change' | 'secret' | 'replay' | 'delete';
const titles: Record<Asked, string> = {
  change: 'Change the webhook',
  secret: 'A new secret',
  replay: 'Send again what was missed',
  delete: 'Delete the webhook',
};

function WholeWebhook({ webhook }: { webhook: WebhookResource }) {
  const mayWrite = useMay()('webhooks:write');
  const [asks, setAsks] = useState<Asked | null>(null);
  const done = () => setAsks(null);
  const test = useChange({
    send: async () => deliverySchema.parse(await change('POST', `/v1/webhooks/${webhook.id}/test`, {})),
    touches: ['webhooks'],
  });
  return (
    <Page
      title={webhook.description ?? 'Webhook'}
      lead={
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <WebhookState webhook={webhook} />
          <span className="break-all">{webhook.url}</span>
          <span>{webhook.event_types?.join(', ') ?? 'all events'}</span>
        </span>
      }
      actions={
        mayWrite && (
          <>
            <Button onClick={() => setAsks('change')}>Change</Button>
            <Button onClick={() => setAsks('secret')}>New secret</Button>
            <Button onClick={() => setAsks('replay')}>Replay</Button>
            <Button onClick={() => setAsks('delete')}>Delete</Button>
            <Button look="main" disabled={test.isRunning} onClick={() => test.run(undefined)}>
              Test
            </Button>
          </>
        )
      }
    >
      {webhook.failing_since !== null && (
        <Notice tone="warn">Nothing has got through since {toMoment(webhook.failing_since)}.</Notice>
      )}
      {test.refusal && <Notice tone="bad">{test.refusal}</Notice>}
      {test.answer && <TestAnswer delivery={test.answer} />}
      <DeliveryList webhookId={webhook.id} mayWrite={mayWrite} />
      <Dialog title={asks ? titles[asks] : ''} isOpen={asks !== null} close={done}>
        {asks === 'change' && <WebhookForm webhook={webhook} done={done} />}
        {asks === 'secret' && <NewSecret webhook={webhook} done={done} />}
        {asks === 'replay' && <Replay id={webhook.id} />}
        {asks === 'delete' && <Delete webhook={webhook} />}
      </Dialog>
    </Page>
  );
}

function TestAnswer({ delivery: { status, log } }: { delivery: { status: string; log: TestTry[] } }) {
  const last = log.at(-1);
  if (status === 'delivered') {
    return <Notice tone="good">The test was taken: {`${last?.status} after ${toMs(last?.duration_ms)}`}.</Notice>;
  }
  return <Notice tone="bad">The test was not taken: {last?.error ?? `it answered ${last?.status}`}.</Notice>;
}

interface TestTry {
  status: number | null;
  error: string | null;
  duration_ms: number;
}

function Replay({ id }: { id: string }) {
  const replay = useChange({
    send: async ({ hours, all }: Record<string, string>) => {
      const after = new Date(readClock() - Number(hours) * hourMs).toISOString();
      const body = { after, include_delivered: all === 'on' };
      return replayAnswerSchema.parse(await change('POST', `/v1/webhooks/${id}/replay`, body));
    },
    touches: ['webhooks'],
  });
  return (
    <Form word="Send again" send={replay.run} isRunning={replay.isRunning} refusal={replay.refusal}>
      <TextField label="Of the last hours" name="hours" type="number" min={1} max={720} defaultValue={24} required />
      <CheckField label="Also what was delivered already" name="all" />
      {replay.answer && <Notice tone="good">{replay.answer.deliveries} messages are on their way.</Notice>}
    </Form>
  );
}

function Delete({ webhook }: { webhook: WebhookResource }) {
  const navigate = useNavigate();
  const remove = useChange({
    send: () => change('DELETE', `/v1/webhooks/${webhook.id}`),
    touches: ['webhooks'],
    done: () => void navigate({ to: '/webhooks' }),
  });
  return (
    <Form word="Delete it" send={() => remove.run(undefined)} isRunning={remove.isRunning} refusal={remove.refusal}>
      <p className="break-all">{webhook.url} hears of nothing any more.</p>
    </Form>
  );
}
