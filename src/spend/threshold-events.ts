/** Tells that half, four fifths or all of a cap is reserved or spent: once for each cap, period and line. */
import type { NewId } from '../base/ids.ts';
import type { NewEvent } from '../store/events.ts';
import type { SpendPlace } from '../store/spend.ts';
import type { CrossedThreshold } from './spend-caps.ts';

export function toThresholdEvents(
  crossed: readonly CrossedThreshold[],
  { newId, atMs, ...place }: SpendPlace & { newId: NewId; atMs: number },
): NewEvent[] {
  return crossed.map(({ whose, period, periodName, scope, percent, capMicros, usedMicros }) => ({
    id: newId('event'),
    // Not of the call that happened to cross it: its client must not read of the operator's caps.
    call_id: null,
    client_id: whose === 'operator' ? null : place.clientId,
    type: 'spend.threshold',
    // Another cap, another line; and the same cap, once it was changed.
    key: `spend.threshold ${scope} ${periodName} ${capMicros} ${percent}`,
    at: new Date(atMs),
    data: JSON.stringify({
      of: whose,
      client_id: whose === 'client' ? place.clientId : null,
      campaign_id: whose === 'campaign' ? place.campaignId : null,
      period,
      period_name: periodName,
      percent,
      cap_micros: capMicros,
      used_micros: usedMicros,
      currency: place.currency,
    }),
  }));
}
