/** Campaigns and their contacts as `/v1` shows them. */
import type { Progress } from '../campaign/read-progress.ts';
import type { CampaignRow } from '../store/campaigns.ts';
import type { ContactCount, ContactRow } from '../store/contacts.ts';
import type { CampaignResource, CampaignWithProgress, CreateCampaign } from './contract/campaigns.ts';
import { type ContactResource, contactStates } from './contract/contacts.ts';

type Settings = Omit<CreateCampaign, 'name' | 'assistant_id'>;

export function toCampaignResource(row: CampaignRow): CampaignResource {
  return {
    id: row.id,
    client_id: row.client_id,
    name: row.name,
    status: row.status as CampaignResource['status'],
    halt: row.halt,
    assistant_id: row.assistant_id,
    assistant_version: row.assistant_version,
    ...(row.settings as Settings),
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    started_at: row.started_at?.toISOString() ?? null,
    ended_at: row.ended_at?.toISOString() ?? null,
  };
}

export function toProgress({ counts, ...pace }: Progress): CampaignWithProgress['progress'] {
  const sum = (some: readonly ContactCount[]) => some.reduce((total, { contacts }) => total + contacts, 0);
  const ofState = (state: string) => sum(counts.filter((count) => count.state === state));
  const outcomes = [...new Set(counts.flatMap(({ outcome }) => (outcome === null ? [] : [outcome])))].sort();
  return {
    contacts: sum(counts),
    by_state: Object.fromEntries(
      contactStates.map((state) => [state, ofState(state)]),
    ) as CampaignWithProgress['progress']['by_state'],
    by_outcome: Object.fromEntries(
      outcomes.map((outcome) => [outcome, sum(counts.filter((count) => count.outcome === outcome))]),
    ),
    dialed_per_minute: Math.round(pace.dialedPerMinute * 10) / 10,
    expected_end_at: pace.expectedEndMs === null ? null : new Date(pace.expectedEndMs).toISOString(),
  };
}

export function toContactResource(row: ContactRow): ContactResource {
  return {
    id: row.id,
    number: row.number,
    name: row.name,
    timezone: row.timezone,
    variables: row.variables,
    line: row.line,
    state: row.state as ContactResource['state'],
    attempts: row.attempts,
    outcome: row.outcome,
    code: row.code,
    last_call_id: row.last_call_id,
    due_at: row.state === 'waiting' ? row.due_at.toISOString() : null,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}
