/** The campaigns that run or were halted, on the first page; nothing where there are none. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import {
  type CampaignResource,
  campaignSchema,
  campaignWithProgressSchema,
} from '../../../src/api/contract/campaigns.ts';
import { pageOf } from '../../../src/api/contract/text.ts';
import { read } from '../api/ask.ts';
import { StatusBadge } from '../parts/badge.tsx';
import { Panel } from '../parts/page.tsx';

const mostShown = 5;

function useThose(status: 'running' | 'halted'): CampaignResource[] {
  const found = useQuery({
    queryKey: ['campaigns', 'that are', status],
    queryFn: () => read(pageOf(campaignSchema), '/v1/campaigns', { status, limit: mostShown }),
  });
  return found.data?.data ?? [];
}

export function CampaignsUnderWay() {
  const shown = [...useThose('halted'), ...useThose('running')].slice(0, mostShown);
  if (shown.length === 0) return null;
  return (
    <Panel title="Campaigns under way">
      <ul className="flex flex-col divide-y divide-line">
        {shown.map((campaign) => (
          <UnderWay key={campaign.id} campaign={campaign} />
        ))}
      </ul>
    </Panel>
  );
}

function UnderWay({ campaign: { id, name, status } }: { campaign: CampaignResource }) {
  const campaign = useQuery({
    queryKey: ['campaign', id],
    queryFn: () => read(campaignWithProgressSchema, `/v1/campaigns/${id}`),
  });
  const { contacts = 0, by_state } = campaign.data?.progress ?? {};
  const over = by_state ? contacts - by_state.waiting - by_state.calling : 0;
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 px-4 py-2.5 sm:grid-cols-[minmax(0,1fr)_7rem_12rem_6rem]">
      <Link to="/campaigns/$id" params={{ id }} className="truncate font-medium hover:underline">
        {name}
      </Link>
      <StatusBadge status={status} />
      <span className="hidden h-1.5 overflow-hidden rounded-full bg-raised sm:block">
        <span
          className="block h-full rounded-full bg-accent"
          style={{ width: `${(over / Math.max(1, contacts)) * 100}%` }}
        />
      </span>
      <span className="hidden text-right text-[0.87rem] text-soft tabular-nums sm:block">
        {over} of {contacts}
      </span>
    </li>
  );
}
