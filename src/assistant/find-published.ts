/** The stored assistant that a call is made with, as it is published now. */
import { findPublishedVersion } from '../store/assistants.ts';
import type { Reach } from '../store/reach.ts';
import type { Db } from '../store/schema.ts';
import { type Assistant, type AssistantDefinition, toAssistant } from './assistant.ts';

export interface PublishedAssistant {
  assistant: Assistant;
  ref: { id: number; version: number };
  clientId: string | null;
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
