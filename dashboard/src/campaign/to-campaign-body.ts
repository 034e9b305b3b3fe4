/** What is asked of the server with the fields of a campaign's form. */
import type { CampaignResource } from '../../../src/api/contract/campaigns.ts';
import { orNothing } from '../parts/form.tsx';

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const orNumber = (text: string | undefined) => (orNothing(text) === undefined ? null : Number(text));

function toWindow(values: Record<string, string>): object | null {
  if (values.has_window !== 'on') return null;
  const span = [values.from ?? '', values.until ?? ''];
  const days = weekdays.filter((day) => values[`on_${day}`] === 'on');
  const timezone = orNothing(values.timezone);
  return { windows: Object.fromEntries(days.map((day) => [day, [span]])), ...(timezone ? { timezone } : {}) };
}

function toRetry(values: Record<string, string>): object | null {
  const attempts = orNumber(values.attempts) ?? 1;
  if (attempts < 2) return null;
  const minutes = orNumber(values.retry_minutes) ?? 60;
  return { attempts, after_minutes: { busy: minutes, no_answer: minutes, failed: minutes } };
}

/** What the form does not show of a campaign stays as it is. */
export function toCampaignBody(campaign: CampaignResource | null, values: Record<string, string>): object {
  return {
    name: values.name,
    assistant_id: orNumber(values.assistant_id),
    welcome_message: orNothing(values.welcome_message) ?? null,
    agenda: orNothing(values.agenda) ?? null,
    default_country: orNothing(values.default_country)?.toUpperCase() ?? null,
    pacing: {
      ...campaign?.pacing,
      calls_per_minute: orNumber(values.calls_per_minute) ?? 60,
      concurrent_calls: orNumber(values.concurrent_calls) ?? 10,
    },
    window: toWindow(values),
    retry: toRetry(values),
  };
}

/** Only what differs is sent: some of it may not be changed while a campaign runs. */
export function toCampaignChanges(campaign: CampaignResource, values: Record<string, string>): object {
  const before = campaign as unknown as Record<string, unknown>;
  const changed = Object.entries(toCampaignBody(campaign, values)).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name]),
  );
  return Object.fromEntries(changed);
}
