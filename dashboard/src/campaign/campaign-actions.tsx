/** What can be done with a campaign as it stands. */
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { CampaignWithProgress } from '../../../src/api/contract/campaigns.ts';
import { change, download } from '../api/ask.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { CheckField } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { Icon } from '../parts/icon.tsx';
import { useChange } from '../parts/use-change.ts';

type Action = 'start' | 'pause' | 'resume';

const moves: Partial<Record<CampaignWithProgress['status'], { action: Action; word: string; icon: 'play' | 'pause' }>> =
  {
    draft: { action: 'start', word: 'Start', icon: 'play' },
    running: { action: 'pause', word: 'Pause', icon: 'pause' },
    paused: { action: 'resume', word: 'Resume', icon: 'play' },
    halted: { action: 'resume', word: 'Resume', icon: 'play' },
  };

export function CampaignActions({ campaign, edit }: { campaign: CampaignWithProgress; edit(): void }) {
  const { id, status } = campaign;
  const [asks, setAsks] = useState<'cancel' | 'delete' | null>(null);
  const act = useChange({
    send: (action: Action) => change('POST', `/v1/campaigns/${id}/${action}`, {}),
    touches: ['campaign', 'campaigns', 'calls'],
  });
  const move = moves[status];
  const isOver = status === 'completed' || status === 'canceled';
  return (
    <div className="flex flex-col items-end gap-2">
      <div className="flex flex-wrap justify-end gap-2">
        {!isOver && <Button onClick={edit}>Change</Button>}
        {(isOver || status === 'draft') && <Button onClick={() => setAsks('delete')}>Delete</Button>}
        {!isOver && status !== 'draft' && (
          <Button look="danger" onClick={() => setAsks('cancel')}>
            Cancel it
          </Button>
        )}
        {move && (
          <Button look="main" disabled={act.isRunning} onClick={() => act.run(move.action)}>
            <Icon name={move.icon} /> {move.word}
          </Button>
        )}
      </div>
      {act.refusal && (
        <p role="alert" className="max-w-md text-right text-[0.87rem] text-bad">
          {act.refusal}
        </p>
      )}
      <Dialog title="Cancel the campaign" isOpen={asks === 'cancel'} close={() => setAsks(null)}>
        <CancelForm id={id} done={() => setAsks(null)} />
      </Dialog>
      <Dialog title="Delete the campaign" isOpen={asks === 'delete'} close={() => setAsks(null)}>
        <DeleteForm campaign={campaign} />
      </Dialog>
    </div>
  );
}

function CancelForm({ id, done }: { id: string; done(): void }) {
  const cancel = useChange({
    send: ({ hang_up }: Record<string, string>) =>
      change('POST', `/v1/campaigns/${id}/cancel`, { talking: hang_up === 'on' ? 'hang_up' : 'finish' }),
    touches: ['campaign', 'campaigns', 'calls'],
    done,
  });
  return (
    <Form word="Cancel it" send={cancel.run} isRunning={cancel.isRunning} refusal={cancel.refusal}>
      <p>Nobody else is called, and phones that ring stop ringing. A canceled campaign cannot be started again.</p>
      <CheckField label="Hang up on those who are talking, too" name="hang_up" />
    </Form>
  );
}

function DeleteForm({ campaign: { id, name, progress } }: { campaign: CampaignWithProgress }) {
  const navigate = useNavigate();
  const remove = useChange({
    send: () => change('DELETE', `/v1/campaigns/${id}`),
    touches: ['campaigns'],
    done: () => void navigate({ to: '/campaigns' }),
  });
  return (
    <Form word="Delete it" send={() => remove.run(undefined)} isRunning={remove.isRunning} refusal={remove.refusal}>
      <p className="break-words">
        <strong>{name}</strong> goes with its {progress.contacts} contacts; the calls that were made stay.
      </p>
    </Form>
  );
}

export function DownloadResults({ id }: { id: string }) {
  const fetchFile = useChange({ send: () => download(`/v1/campaigns/${id}/results`, 'results.csv'), touches: [] });
  return (
    <>
      <Button size="small" disabled={fetchFile.isRunning} onClick={() => fetchFile.run(undefined)}>
        <Icon name="download" className="size-4" /> Results
      </Button>
      {fetchFile.refusal && <span className="text-[0.87rem] text-bad">{fetchFile.refusal}</span>}
    </>
  );
}
