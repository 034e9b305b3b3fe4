/** One campaign: how far it has come, whom it calls, and what is to be done about it. */
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { type CampaignWithProgress, campaignWithProgressSchema } from '../../../src/api/contract/campaigns.ts';
import { read } from '../api/ask.ts';
import { CampaignActions, DownloadResults } from '../campaign/campaign-actions.tsx';
import { CampaignForm } from '../campaign/campaign-form.tsx';
import { CampaignOutcomes, CampaignProgress } from '../campaign/campaign-progress.tsx';
import { ContactList } from '../campaign/contact-list.tsx';
import { UploadContacts } from '../campaign/upload-contacts.tsx';
import { StatusBadge } from '../parts/badge.tsx';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { toMoment } from '../parts/format.ts';
import { Icon } from '../parts/icon.tsx';
import { Empty, ErrorNotice, Notice } from '../parts/notice.tsx';
import { Loading, Page, Panel } from '../parts/page.tsx';
import { useMay } from '../use-me.ts';
import { useAssistants } from './numbers.tsx';

/** A campaign goes on while one looks, also where no event tells of it. */
const lookAgainMs = 4000;

export function CampaignPage() {
  const { id } = useParams({ from: '/campaigns/$id' });
  const campaign = useQuery({
    queryKey: ['campaign', id],
    queryFn: () => read(campaignWithProgressSchema, `/v1/campaigns/${id}`),
    refetchInterval: ({ state }) => (state.data?.status === 'running' ? lookAgainMs : false),
  });
  if (campaign.isSuccess) return <WholeCampaign key={id} campaign={campaign.data} />;
  return (
    <Page title="Campaign">
      {campaign.isPending ? (
        <Loading rows={8} />
      ) : (
        <ErrorNotice error={campaign.error} retry={() => void campaign.refetch()} />
      )}
    </Page>
  );
}

function WholeCampaign({ campaign }: { campaign: CampaignWithProgress }) {
  const mayWrite = useMay()('campaigns:write');
  const assistants = useAssistants();
  const [isOpen, setOpen] = useState<'settings' | 'upload' | null>(null);
  const { id, name, status, halt, progress, started_at } = campaign;
  const isOver = status === 'completed' || status === 'canceled';
  const assistant = assistants.find((each) => each.id === campaign.assistant_id)?.name ?? 'the usual assistant';
  const upload = mayWrite && !isOver && (
    <Button size="small" onClick={() => setOpen('upload')}>
      <Icon name="upload" className="size-4" /> Upload contacts
    </Button>
  );
  return (
    <Page
      title={name}
      lead={
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <StatusBadge status={status} />
          <span>calls by {assistant}</span>
          {started_at !== null && <span>started {toMoment(started_at)}</span>}
        </span>
      }
      actions={mayWrite && <CampaignActions campaign={campaign} edit={() => setOpen('settings')} />}
    >
      {halt && (
        <Notice tone="bad" title="The server has halted it">
          <p>{halt.message}</p>
          <p className="mt-1 text-[0.87rem] text-soft">Mend that, then resume.</p>
        </Notice>
      )}
      {progress.contacts === 0 ? (
        <div className="panel">
          <Empty title="Nobody to call yet">
            <p className="mb-4">Give it a CSV file of the people to call. Nothing is dialled before you start it.</p>
            {upload}
          </Empty>
        </div>
      ) : (
        <>
          <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
            <Panel
              title="Progress"
              actions={
                <div className="flex flex-wrap gap-2">
                  {upload}
                  <DownloadResults id={id} />
                </div>
              }
            >
              <CampaignProgress campaign={campaign} />
            </Panel>
            <Panel title="Outcomes">
              <CampaignOutcomes campaign={campaign} />
            </Panel>
          </div>
          <ContactList campaignId={id} />
        </>
      )}
      <Dialog title="Change the campaign" isOpen={isOpen === 'settings'} close={() => setOpen(null)} isWide>
        <CampaignForm campaign={campaign} assistants={assistants} done={() => setOpen(null)} />
      </Dialog>
      <Dialog title="Upload contacts" isOpen={isOpen === 'upload'} close={() => setOpen(null)} isWide>
        <UploadContacts campaignId={id} done={() => setOpen(null)} />
      </Dialog>
    </Page>
  );
}
