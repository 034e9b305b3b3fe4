/** Who answers when somebody calls our number: an assistant over the relay, for as long as a person of a seed talks. */
import { usualDefinition } from '../../../src/assistant/assistant.ts';
import type { Store } from '../../../src/store/open-store.ts';
import { insertPhoneNumber } from '../../../src/store/phone-numbers.ts';

export async function prepareDesk({ db }: Store, { ownNumber, at }: { ownNumber: string; at: Date }): Promise<void> {
  const definition = JSON.stringify({ ...usualDefinition, name: 'Desk', prompt: 'Help.', engine: 'relay' });
  const moments = { created_at: at, updated_at: at };
  const id = 1;
  await db
    .insertInto('assistants')
    .values({ ...{ id, client_id: null, name: 'Desk', draft: definition, published_version: 1 }, ...moments })
    .execute();
  await db
    .insertInto('assistant_versions')
    .values({ assistant_id: id, version: 1, definition, published_at: at, published_by: null })
    .execute();
  await insertPhoneNumber(db, {
    ...{ id: 'number_1', number: ownNumber, client_id: null, assistant_id: id },
    ...{ calls_per_minute: null, concurrent_calls: null, ...moments },
  });
}
