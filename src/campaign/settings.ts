/** What a campaign was told, as it is stored, and what its parts make of it. */
import type { CampaignRow } from '../store/campaigns.ts';
import type { CampaignState, PaceRules } from './pace/pace-state.ts';

export interface CampaignSettings {
  welcome_message: string | null;
  agenda: string | null;
  variables: Record<string, unknown>;
  max_duration_seconds: number | null;
  default_country: string | null;
  caller_id: { numbers: string[]; match: 'none' | 'country' | 'area_code' } | null;
  pacing: {
    calls_per_minute: number;
    concurrent_calls: number;
    adaptive: { start: number; least: number } | null;
  };
  window: CampaignWindow | null;
  starts_at: string | null;
  ends_at: string | null;
  retry: { attempts: number; after_minutes: Partial<Record<string, number>> } | null;
  breaker: { failed_share: number; last_calls: number };
  /** Read by the rule that holds spending within caps. */
  spend_caps?: Record<string, number | undefined> | null;
}

export interface CampaignWindow {
  windows: Partial<
    Record<'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun', [from: string, until: string][] | undefined>
  >;
  closed_on_holidays?: boolean | undefined;
  closed_dates?: string[] | undefined;
  /** `recipient`, or the name of a zone. */
  timezone: string;
}

/** Our own words: nobody else writes into these columns. */
export const settingsOf = (row: Pick<CampaignRow, 'settings'>) => row.settings as CampaignSettings;
export const stateOf = (row: Pick<CampaignRow, 'pace'>) => row.pace as CampaignState;

export function toPaceRules({ pacing, starts_at, ends_at, breaker }: CampaignSettings): PaceRules {
  return {
    callsPerMinute: pacing.calls_per_minute,
    concurrentCalls: pacing.concurrent_calls,
    adaptive: pacing.adaptive,
    startsAtMs: starts_at === null ? null : Date.parse(starts_at),
    endsAtMs: ends_at === null ? null : Date.parse(ends_at),
    breaker: { failedShare: breaker.failed_share, lastCalls: breaker.last_calls },
  };
}
