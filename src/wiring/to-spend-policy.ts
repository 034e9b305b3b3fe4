/** Prices and caps as the settings have them, and who speaks in which call. */
import type { SpendPolicy } from '../call/dial/spend-policy.ts';
import { vendorsOfCall } from '../call/vendors-of-call.ts';
import type { Config } from '../config/read-config.ts';
import type { Network } from './open-network.ts';

export function toSpendPolicy(config: Config, { carrier, speech, model }: Network): SpendPolicy {
  return {
    currency: config.spend.currency,
    caps: {
      perCall: config.spend.capPerCall,
      perDay: config.spend.capPerDay,
      perMonth: config.spend.capPerMonth,
      inAll: null,
    },
    unknownPrices: config.spend.unknownPrices,
    carrier: carrier.name,
    vendorsOf: (call) => vendorsOfCall(speech, model.name, call),
  };
}
