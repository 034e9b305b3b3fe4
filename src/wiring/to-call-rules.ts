/** By which rules calls are dialled, and what follows from the end of each. */

import type { NewId } from '../base/ids.ts';
import type { PlaceRules } from '../call/dial/rules/place-rules.ts';
import { mintRetry } from '../call/mint-retry.ts';
import type { CallParts } from '../call/run-call.ts';
import { settleSpend } from '../call/settle-spend.ts';
import { askWhenOver } from '../call/wrap-up/analyze-calls.ts';
import { followCampaignCall } from '../campaign/follow-call.ts';
import type { Foundation } from './foundation.ts';
import type { Network } from './open-network.ts';
import { readLineRules } from './read-line-rules.ts';
import { toDialPolicy } from './to-dial-policy.ts';
import { toSpendPolicy } from './to-spend-policy.ts';

export function toCallRules(
  base: Foundation,
  network: Network,
  { newId, places }: { newId: NewId; places: PlaceRules },
): Pick<CallParts, 'dialPolicy' | 'followUps' | 'lastFollowUp' | 'lineRules' | 'maxCallsOnLines' | 'pace'> {
  const { config } = base;
  const spend = toSpendPolicy(config, network);
  return {
    pace: {
      account: config.twilio?.accountSid ?? 'simulated',
      callsPerSecond: config.callsPerSecond,
      perNumberPerMinute: config.callsPerMinutePerNumber,
    },
    maxCallsOnLines: config.maxConcurrentCalls,
    dialPolicy: { ...toDialPolicy(config, places), spend },
    lineRules: { table: base.overrides.lineRules ?? readLineRules(config), recordsLines: config.recordCalls },
    followUps: [
      mintRetry({ newId, random: base.random, places, adviceFor: network.carrier.adviceFor }),
      askWhenOver,
      followCampaignCall({ ...base, carrier: network.carrier, newId }),
    ],
    lastFollowUp: settleSpend({ policy: spend, newId, countedAfterMs: base.overrides.costsCountedAfterMs ?? 10_000 }),
  };
}
