import { beforeAll, expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../tests/setup/describe-on-both.ts';
import { searchLanguageOf, toSearch } from '../text/search-language.ts';
import {
  deleteDocument,
  findDocument,
  insertDocument,
  listDocuments,
  measureDocuments,
  searchPassages,
} from './documents.ts';
import type { Store } from './open-store.ts';
import { everyone, onlyOf } from './reach.ts';

const at = new Date('2026-01-05T15:00:00Z');

describeOnBothDatabases('documents', (openFresh) => {
  let store: Store;
  const add = (
    id: string,
    of: { assistant: number; client: string | null; language?: string },
    texts: [string, string][],
  ) =>
    store.transaction((db) =>
      insertDocument(
        db,
        {
          ...{ id, title: `Title of ${id}`, text: texts.map(([, text]) => text).join('\n'), created_at: at },
          ...{ client_id: of.client, assistant_id: of.assistant, language: searchLanguageOf(of.language ?? 'en') },
        },
        texts.map(([heading, text]) => ({ headings: [heading, 'a "quoted", {one}'], text })),
      ),
    );
  const search = async (question: string, assistantId = 1, reach = everyone) => {
    const found = await searchPassages(store.db, { reach, assistantId }, { search: toSearch(question), limit: 2 });
    return found.map(({ text }) => text);
  };

  beforeAll(async () => {
    store = await openFresh();
    const made = { name: 'a', draft: '{}', created_at: at, updated_at: at };
    const client = { name: 'a', status: 'Active', profile: '{}', limits: '{}', created_at: at, updated_at: at };
    await store.db
      .insertInto('clients')
      .values([
        { id: 'client_a', ...client },
        { id: 'client_b', ...client },
      ])
      .execute();
    await store.db
      .insertInto('assistants')
      .values([1, 2, 3].map((id) => ({ id, client_id: id === 3 ? 'client_b' : 'client_a', ...made })))
      .execute();
    await add('document_1', { assistant: 1, client: 'client_a' }, [
      ['Sundays', 'We open at noon.'],
      ['Weekdays', 'We are opening at eight, and at noon we close for an hour.'],
      ['Prices', 'A red bicycle costs 300 dollars.'],
    ]);
    await add('document_2', { assistant: 1, client: 'client_a', language: 'de' }, [
      ['Häuser', 'Die Preise der Häuser stehen hier.'],
    ]);
    await add('document_3', { assistant: 2, client: 'client_a' }, [
      ['Bicycles', 'Another assistant knows of a red bicycle.'],
    ]);
    await add('document_4', { assistant: 3, client: 'client_b' }, [
      ['Bicycles', 'Another client knows of a red bicycle.'],
    ]);
  });

  it('are found by the stems of their words, the heading before the text', async () => {
    expect(await search('When do you open on Sunday?')).toEqual([
      'We open at noon.',
      'We are opening at eight, and at noon we close for an hour.',
    ]);
    expect(await search('red bicycles')).toEqual(['A red bicycle costs 300 dollars.']);
    expect(await search('Was kostet ein Haus?')).toEqual(['Die Preise der Häuser stehen hier.']);
  });

  it('give nothing for what they do not hold, or for words that tell nothing', async () => {
    expect(await search('elephants')).toEqual([]);
    expect(await search('the of and', 2)).toEqual([]);
  });

  it('keep their headings as they were written', async () => {
    const [found] = await searchPassages(store.db, { reach: everyone, assistantId: 1 }, { search: 'noon', limit: 1 });
    expect(found).toEqual({
      title: 'Title of document_1',
      headings: ['Sundays', 'a "quoted", {one}'],
      text: 'We open at noon.',
    });
  });

  it('are those of the assistant, and of nobody else’s', async () => {
    expect(await search('red bicycle', 2)).toEqual(['Another assistant knows of a red bicycle.']);
    expect(await search('red bicycle', 3, onlyOf('client_a'))).toEqual([]);
    const foreign = { reach: onlyOf('client_a'), assistantId: 3 };
    expect(await listDocuments(store.db, foreign, { limit: 10, afterId: null })).toEqual([]);
    expect(await findDocument(store.db, foreign, 'document_4')).toBeUndefined();
    expect(await findDocument(store.db, { reach: everyone, assistantId: 1 }, 'document_4')).toBeUndefined();
    expect(await deleteDocument(store.db, foreign, 'document_4')).toBe(false);
    expect(await deleteDocument(store.db, { reach: everyone, assistantId: 1 }, 'document_4')).toBe(false);
  });

  it('are listed with what they measure, and gone with their passages once deleted', async () => {
    const of = { reach: onlyOf('client_a'), assistantId: 1 };
    const listed = await listDocuments(store.db, of, { limit: 10, afterId: 'document_1' });
    expect(listed).toEqual([
      {
        ...{ id: 'document_2', client_id: 'client_a', assistant_id: 1, title: 'Title of document_2' },
        ...{ language: 'german', characters: 34, passages: 1, created_at: at },
      },
    ]);
    expect(await measureDocuments(store.db, { ...of, assistantId: 2 })).toEqual({ documents: 1, characters: 41 });
    expect(await deleteDocument(store.db, of, 'document_2')).toBe(true);
    expect(await search('Haus')).toEqual([]);
    expect(await store.db.selectFrom('passages').selectAll().where('document_id', '=', 'document_2').execute()).toEqual(
      [],
    );
  });
});
