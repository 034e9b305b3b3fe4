/** The stored assistant that a call is made with: as it is published now, or in a version that was chosen. */
import { findAssistant, findPublishedVersion, findVersion } from '../store/assistants.ts';
import type { Reach } from '../store/reach.ts';
import type { Db } from '../store/schema.ts';
import { type Assistant, type AssistantDefinition, toAssistant } from './assistant.ts';

/** A stored assistant; `version` is null for a draft. */
export interface AssistantRef {
  id: number;
  version: number | null;
}

export interface ChosenAssistant {
  assistant: Assistant;
  ref: AssistantRef;
  clientId: string | null;
}

export interface PublishedAssistant extends ChosenAssistant {
  ref: { id: number; version: number };
}

/** The largest that the database can hold. */
const highestId = 2_147_483_647;

/** Null when there is none that the asker may use: none with this id, another client's, or an archived one. */
export async function findPublishedAssistant(db: Db, reach: Reach, id: number): Promise<PublishedAssistant | null> {
  if (!Number.isInteger(id) || id < 1 || id > highestId) return null;
  const found = await findPublishedVersion(db, reach, id);
  if (!found) return null;
  return {
    assistant: toAssistant(found.definition as AssistantDefinition),
    ref: { id: found.assistant_id, version: found.version },
    clientId: found.client_id,
  };
}

/** As `findPublishedAssistant`, in an older version or as the draft is now. */
export async function findAssistantVersion(
  db: Db,
  reach: Reach,
  { id, version }: { id: number; version: number | 'draft' },
): Promise<ChosenAssistant | null> {
  const row = await findAssistant(db, reach, id);
  if (!row || row.archived_at !== null) return null;
  const chosen = version === 'draft' ? null : await findVersion(db, reach, { assistantId: id, version });
  const definition = version === 'draft' ? row.draft : chosen?.definition;
  if (!definition) return null;
  return {
    assistant: toAssistant(definition as AssistantDefinition),
    ref: { id, version: chosen?.version ?? null },
    clientId: row.client_id,
  };
}
