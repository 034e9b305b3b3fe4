/** What the conductor of a bridged conversation is given. */
import type { Clock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/log.ts';
import type { Telemetry } from '../../../ports/telemetry.ts';
import type { VendorFailed } from '../../../ports/vendor-failed.ts';
import type { AgentRequest, VoiceAgent } from '../../../ports/voice-agent.ts';
import type { CallRecord } from '../call-record.ts';
import type { History } from '../history.ts';
import type { AudioLine } from '../media/audio-line.ts';
import type { ToolParts } from '../run-tools.ts';
import type { TurnEnding } from '../turn/turn-state.ts';
import type { BridgePolicy } from './bridge-state.ts';
import type { FillerVoice } from './say-filler.ts';

export interface BridgeParts {
  callId: string;
  line: AudioLine;
  agent: VoiceAgent;
  /** How the agent is asked in; what it is told of the call, and what it may do, comes from the parts below. */
  request: Omit<AgentRequest, 'messages' | 'tools' | 'on'>;
  /** Whether the agent, once it is there, hears what the person said before that. */
  hearsAgain: boolean;
  /** Whether the person speaks already. */
  personSpeaks: boolean;
  /** Messages that come before everything said. */
  instructions: readonly { role: 'system'; content: string }[];
  tools: ToolParts;
  clock: Clock;
  log: Logger;
  telemetry: Telemetry;
  policy: BridgePolicy;
  history: History;
  record: CallRecord;
  /** Speaks while the agent is late; null where there is no other voice. */
  fillerVoice: FillerVoice | null;
  /** The number of the newest entry in the log of this machine. */
  logSeq: number;
  /** The number of its first utterance on the line. */
  firstUtterance: number;
  /** The conversation ends by itself after this long. */
  maxDurationMs: number;
  /** Played when the agent has failed and nobody takes over: words of regret. */
  spareApology: Uint8Array | null;
  /** Hears why the session is being ended; the line is closed once this is done, or takes too long. */
  onEnding(ending: TurnEnding): Promise<unknown>;
  /**
   * The agent is of no more use. True when another engine takes the line over now, which is silent and open;
   * `personWaits` for words then, and `over` is left to that engine.
   */
  onFailed(error: VendorFailed, personWaits: boolean): boolean;
}
