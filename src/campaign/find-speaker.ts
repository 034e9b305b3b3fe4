/** Who speaks in a campaign's calls: the version that it was started with, or would be started with now. */
import { type Assistant, type AssistantDefinition, toAssistant } from '../assistant/assistant.ts';
import { findPublishedAssistant } from '../assistant/find-assistant.ts';
import { findVersion } from '../store/assistants.ts';
import type { CampaignRow } from '../store/campaigns.ts';
import { everyone, onlyOf } from '../store/reach.ts';
import type { Db } from '../store/schema.ts';

export interface Speaker {
  assistant: Assistant;
  ref: { id: number; version: number } | null;
}

type OfCampaign = Pick<CampaignRow, 'client_id' | 'assistant_id' | 'assistant_version'>;
const reachOf = ({ client_id }: OfCampaign) => (client_id === null ? everyone : onlyOf(client_id));

/** As it is published now; null when there is none. */
export async function findSpeakerNow(db: Db, campaign: OfCampaign, usual: Assistant): Promise<Speaker | null> {
  if (campaign.assistant_id === null) return { assistant: usual, ref: null };
  const found = await findPublishedAssistant(db, reachOf(campaign), campaign.assistant_id);
  return found && { assistant: found.assistant, ref: found.ref };
}

/** The version that the campaign was started or resumed with; null when it is not there any more. */
export async function findPinnedSpeaker(db: Db, campaign: OfCampaign, usual: Assistant): Promise<Speaker | null> {
  const { assistant_id: assistantId, assistant_version: version } = campaign;
  if (assistantId === null) return { assistant: usual, ref: null };
  if (version === null) return findSpeakerNow(db, campaign, usual);
  const found = await findVersion(db, reachOf(campaign), { assistantId, version });
  if (!found) return null;
  return { assistant: toAssistant(found.definition as AssistantDefinition), ref: { id: assistantId, version } };
}
