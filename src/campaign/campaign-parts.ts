/** What everything that works on campaigns is given. */
import type { Assistant } from '../assistant/assistant.ts';
import type { CallParts, CallRunner } from '../call/run-call.ts';
import type { SpeechVendors } from '../call/speech-vendors.ts';

export interface CampaignParts extends CallParts {
  runner: CallRunner;
  speech: SpeechVendors;
  /** The operator's own number. */
  from: string;
  /** Who speaks where no stored assistant was named. */
  assistant: Assistant;
  /** Path that the carrier asks for instructions. */
  voicePath: string;
}
