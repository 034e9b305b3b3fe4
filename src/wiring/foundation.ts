/** What everything is built on: the configuration, what stands in for the real thing, and the paths of the carrier. */
import type { defaultAssistant } from '../assistant/assistant.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { PickupPolicy } from '../call/answer/pickup/pickup-policy.ts';
import type { AttentionPolicy } from '../call/converse/turn/attention-state.ts';
import type { TurnPolicy } from '../call/converse/turn/turn-policy.ts';
import type { LineRulesTable } from '../call/line-rules/line-rules.ts';
import type { ErasingTimes } from '../call/wrap-up/erase-people.ts';
import type { Config } from '../config/read-config.ts';
import type { LanguageModel } from '../ports/language-model.ts';
import type { SimulatorOptions } from '../simulator/create-simulator.ts';
import type { VendorDelays } from '../simulator/vendors/vendor.ts';
import type { SocketLimits } from '../socket-limits.ts';
import type { ReachCrashPoint } from './crash-points.ts';

/** What a test or the demo puts in the place of the real thing. */
export interface Overrides {
  clock?: Clock;
  random?: Random;
  fetch?: typeof globalThis.fetch;
  log?: Logger;
  languageModel?: LanguageModel;
  policy?: Partial<TurnPolicy>;
  assistant?: Partial<typeof defaultAssistant>;
  /** The simulated network's own clock and pace. */
  simulator?: Partial<Pick<SimulatorOptions, 'clock' | 'callsPerSecond' | 'firstRingMs' | 'faults'>>;
  /** Whether simulated people and vendors speak with voices that can be listened to, instead of murmurs. */
  audibleVoices?: boolean;
  /** How quickly the simulated vendors of speech answer. */
  vendorDelays?: Partial<VendorDelays>;
  attention?: Partial<AttentionPolicy>;
  /** How long after a call its costs are counted. */
  costsCountedAfterMs?: number;
  /** How soon a person is forgotten. */
  erasing?: Partial<ErasingTimes>;
  /** Who analyzes calls that are over, where no language model is configured. */
  analyst?: LanguageModel;
  /** What a person on the line must be told, instead of the table of the settings. */
  lineRules?: LineRulesTable;
  /** How long one waits to find out who has picked up. */
  pickup?: Partial<PickupPolicy>;
  /** How many sockets there may be and how fast they may speak: a simulated network in quick time speaks faster. */
  socketLimits?: Partial<SocketLimits>;
  /** Where the built browser app lies; where `npm ci` builds it unless told. */
  dashboardFolder?: string;
  /** File of a ready-made embedded database to start from. */
  storeTemplate?: string;
  /** Called at every point at which a test may end the process. */
  crashPoint?: ReachCrashPoint;
}

export interface Foundation {
  config: Config;
  overrides: Overrides;
  clock: Clock;
  random: Random;
  log: Logger;
}

export const relayPath = '/relay';
export const streamPath = '/streams';
export const paths = {
  instructions: '/api/outbound-call-twiml',
  status: '/api/call-status',
  after: '/api/call-after',
  voice: '/twiml',
  recording: '/api/call-recording',
  transcript: '/api/call-transcript',
  detection: '/api/call-answered-by',
  transferOver: '/api/transfer-over',
  transferLeg: '/api/transfer-leg',
  briefing: '/api/transfer-briefing',
  briefingAnswer: '/api/transfer-answer',
};
