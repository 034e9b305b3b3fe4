/** Many calls at once: the campaigns, and how one is made. */
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { campaignSchema } from '../../../src/api/contract/campaigns.ts';
import { CampaignForm } from '../campaign/campaign-form.tsx';
import { StatusBadge } from '../parts/badge.tsx';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { toMoment } from '../parts/format.ts';
import { Icon } from '../parts/icon.tsx';
import { ListPanel, useList } from '../parts/list.tsx';
import { Empty } from '../parts/notice.tsx';
import { Page } from '../parts/page.tsx';
import { useMay } from '../use-me.ts';
import { useAssistants } from './numbers.tsx';

export function CampaignsPage() {
  const mayWrite = useMay()('campaigns:write');
  const navigate = useNavigate();
  const [isMaking, setMaking] = useState(false);
  const assistants = useAssistants();
  const list = useList({ name: 'campaigns', item: campaignSchema, path: '/v1/campaigns' });
  const nameOf = (id: number | null) =>
    id === null ? 'the usual assistant' : (assistants.find((each) => each.id === id)?.name ?? `assistant ${id}`);
  const makeOne = mayWrite && (
    <Button look="main" onClick={() => setMaking(true)}>
      <Icon name="place" /> Make a campaign
    </Button>
  );
  return (
    <Page
      title="Campaigns"
      lead="One assistant calls everybody on a list, at a pace and within hours that you set."
      actions={makeOne}
    >
      <ListPanel
        list={list}
        keyOf={({ id }) => id}
        empty={
          <Empty title="No campaigns yet">
            Make one, give it a CSV file of the people to call, look at what is wrong in it, and start it.
          </Empty>
        }
        columns={[
          {
            title: 'Name',
            show: ({ id, name }) => (
              <Link to="/campaigns/$id" params={{ id }} className="font-medium break-words hover:underline">
                {name}
              </Link>
            ),
          },
          { title: 'Status', show: ({ status }) => <StatusBadge status={status} /> },
          { title: 'Assistant', isLess: true, show: ({ assistant_id }) => nameOf(assistant_id) },
          {
            title: 'Pace',
            isLess: true,
            show: ({ pacing }) => `${pacing.calls_per_minute} a minute, ${pacing.concurrent_calls} at once`,
          },
          { title: 'Made', isLess: true, show: ({ created_at }) => toMoment(created_at) },
        ]}
      />
      <Dialog title="Make a campaign" isOpen={isMaking} close={() => setMaking(false)} isWide>
        <CampaignForm
          campaign={null}
          assistants={assistants}
          done={({ id }) => void navigate({ to: '/campaigns/$id', params: { id } })}
        />
      </Dialog>
    </Page>
  );
}
