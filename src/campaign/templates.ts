/** Which variables a campaign's words name, and what is missing to fill them. Pure. */
import type { Assistant } from '../assistant/assistant.ts';
import { renderOpening } from '../assistant/render-opening.ts';
import type { CampaignSettings } from './settings.ts';

type Words = Pick<CampaignSettings, 'welcome_message' | 'agenda' | 'variables'>;
type Speaker = Pick<Assistant, 'welcome_message' | 'agenda'>;

/** All that is known in a call to a contact: its own values come before the campaign's. */
export function variablesFor(
  { variables }: Pick<CampaignSettings, 'variables'>,
  contact: { name: string | null; variables: Record<string, unknown> },
): Record<string, unknown> {
  return { ...variables, ...(contact.name === null ? {} : { name: contact.name }), ...contact.variables };
}

/** @throws TemplateRefused when a template or a value is beyond the limits */
export function openingFor(speaker: Speaker, words: Words, variables: Record<string, unknown>) {
  const { welcome_message: welcomeMessage, agenda } = words;
  return renderOpening(speaker, { welcomeMessage, agenda, variables });
}

/** The names that each contact has to bring, since the campaign itself has no value for them. */
export function neededFromContacts(speaker: Speaker, words: Words): string[] {
  return openingFor(speaker, words, words.variables).missing;
}
