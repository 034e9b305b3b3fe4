/** Looks up what the documents of a call's assistant say: those that are there now, and of its own client alone. */
import type { FoundPassage } from '../assistant/tools/look-up.ts';
import type { CallRow } from '../store/calls.ts';
import { searchPassages } from '../store/documents.ts';
import { everyone, onlyOf } from '../store/reach.ts';
import type { Db } from '../store/schema.ts';
import { toSearch } from '../text/search-language.ts';

/** So many fit into what a model is told by one tool. */
const mostPassages = 4;

export async function lookUp(db: Db, call: CallRow, question: string): Promise<FoundPassage[]> {
  const search = toSearch(question);
  if (call.assistant_id === null || search === '') return [];
  const reach = call.client_id === null ? everyone : onlyOf(call.client_id);
  return searchPassages(db, { reach, assistantId: call.assistant_id }, { search, limit: mostPassages });
}
