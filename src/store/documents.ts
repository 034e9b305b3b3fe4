/** Queries on the documents that assistants look up, and on their passages. */
import { type Insertable, type Selectable, sql } from 'kysely';
import type { DocumentsTable } from './assistant-tables.ts';
import type { Reach } from './reach.ts';
import type { Db } from './schema.ts';

export type DocumentRow = Selectable<DocumentsTable>;

export interface DocumentInList extends Omit<DocumentRow, 'text'> {
  characters: number;
  passages: number;
}

/** A document with its passages; call in a transaction. */
export async function insertDocument(
  db: Db,
  row: Insertable<DocumentsTable>,
  passages: readonly { headings: string[]; text: string }[],
): Promise<void> {
  await db.insertInto('documents').values(row).execute();
  if (passages.length === 0) return;
  const stems = (text: string) => sql<string>`to_tsvector(${row.language}::regconfig, ${text})`;
  const values = passages.map(({ headings, text }, index) => ({
    ...{ document_id: row.id, number: index + 1, headings, text },
    words: sql<string>`setweight(${stems([row.title, ...headings].join(' '))}, 'A') || ${stems(text)}`,
  }));
  await db.insertInto('passages').values(values).execute();
}

interface OfAssistant {
  reach: Reach;
  assistantId: number;
}

function selectDocuments(db: Db, { reach, assistantId }: OfAssistant) {
  const query = db.selectFrom('documents').where('documents.assistant_id', '=', assistantId);
  return reach.everyone ? query : query.where('documents.client_id', '=', reach.clientId);
}

/** In the order of their ids, beginning after one. */
export function listDocuments(
  db: Db,
  of: OfAssistant,
  page: { limit: number; afterId: string | null },
): Promise<DocumentInList[]> {
  let query = selectDocuments(db, of)
    .select(['id', 'client_id', 'assistant_id', 'title', 'language', 'created_at'])
    .select(sql<number>`length(text)`.as('characters'))
    .select(sql<number>`(select count(*)::int from passages where document_id = documents.id)`.as('passages'));
  if (page.afterId !== null) query = query.where('id', '>', page.afterId);
  return query.orderBy('id').limit(page.limit).execute();
}

export function findDocument(db: Db, of: OfAssistant, id: string): Promise<DocumentRow | undefined> {
  return selectDocuments(db, of).selectAll().where('id', '=', id).executeTakeFirst();
}

/** How many there are, and how long they are together. */
export function measureDocuments(db: Db, of: OfAssistant): Promise<{ documents: number; characters: number }> {
  return selectDocuments(db, of)
    .select((count) => count.fn.countAll<number>().as('documents'))
    .select(sql<number>`coalesce(sum(length(text)), 0)::int`.as('characters'))
    .executeTakeFirstOrThrow();
}

/** False where there is none that one may delete. */
export async function deleteDocument(db: Db, { reach, assistantId }: OfAssistant, id: string): Promise<boolean> {
  let query = db.deleteFrom('documents').where('id', '=', id).where('assistant_id', '=', assistantId);
  if (!reach.everyone) query = query.where('client_id', '=', reach.clientId);
  return (await query.executeTakeFirst()).numDeletedRows > 0n;
}

export interface FoundPassage {
  title: string;
  headings: string[];
  text: string;
}

/**
 * The passages that fit best, those with more and rarer words of the search first.
 * @param search words with OR between them, as `toSearch` makes them
 */
export async function searchPassages(
  db: Db,
  of: OfAssistant,
  wanted: { search: string; limit: number },
): Promise<FoundPassage[]> {
  // Each document is asked in the language that it was taken apart in.
  const languages = await selectDocuments(db, of).select('language').distinct().execute();
  const found = await Promise.all(languages.map(({ language }) => searchIn(db, of, { ...wanted, language })));
  return found
    .flat()
    .toSorted((one, other) => other.rank - one.rank)
    .slice(0, wanted.limit)
    .map(({ title, headings, text }) => ({ title, headings, text }));
}

function searchIn(
  db: Db,
  of: OfAssistant,
  { search, limit, language }: { search: string; limit: number; language: string },
) {
  const query = sql`websearch_to_tsquery(${language}::regconfig, ${search})`;
  const rank = sql<number>`ts_rank(passages.words, ${query}, 1)::float8`;
  return selectDocuments(db, of)
    .innerJoin('passages', 'passages.document_id', 'documents.id')
    .select(['documents.title', 'passages.headings', 'passages.text'])
    .select(rank.as('rank'))
    .where('documents.language', '=', language)
    .where(sql<boolean>`passages.words @@ ${query}`)
    .orderBy('rank', 'desc')
    .orderBy('passages.document_id')
    .orderBy('passages.number')
    .limit(limit)
    .execute();
}
