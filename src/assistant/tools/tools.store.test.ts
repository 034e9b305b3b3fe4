import { expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../../tests/setup/describe-on-both.ts';
import { createFakeClock } from '../../base/clock.ts';
import { findDoNotCall } from '../../store/do-not-call.ts';
import type { Store } from '../../store/open-store.ts';
import { toolNames } from '../assistant.ts';
import { toolsOf } from './tools-of.ts';

const context = { callId: 'call_1', clientId: 'client_a', personNumber: '+15550101' };
const toolOf = (store: Store, name: (typeof toolNames)[number]) =>
  toolsOf({ tools: [name] }, { db: store.db, clock: createFakeClock() })[0]!;

describeOnBothDatabases('the tools of an assistant', (openFresh) => {
  it('are those that it was given, in its order', async () => {
    const parts = { db: (await openFresh()).db, clock: createFakeClock() };
    const namesOf = (tools: typeof toolNames | []) => toolsOf({ tools }, parts).map((tool) => tool.definition.name);
    expect(namesOf(toolNames)).toEqual(['hang_up', 'do_not_call_again']);
    expect(namesOf([])).toEqual([]);
  });

  it('hang up whatever the model wrote as arguments', async () => {
    const result = await toolOf(await openFresh(), 'hang_up').run(context, 'not JSON');
    expect(result.endsCall).toEqual({ reason: 'assistant_hung_up' });
  });

  it('store the number of this call for its client, never one that the model names', async () => {
    const store = await openFresh();
    const result = await toolOf(store, 'do_not_call_again').run(context, '{"number":"+15559999","client_id":""}');
    expect(result.endsCall).toEqual({ reason: 'asked_not_to_be_called' });
    expect(await findDoNotCall(store.db, '+15550101', 'client_a')).toMatchObject({
      ...{ client_id: 'client_a', number: '+15550101', call_id: 'call_1', reason: 'asked on the phone' },
    });
    expect(await findDoNotCall(store.db, '+15550101', null)).toBeUndefined();
    expect(await findDoNotCall(store.db, '+15559999', null)).toBeUndefined();
  });

  it('do not promise what could not be stored', async () => {
    const store = await openFresh();
    const tool = toolOf(store, 'do_not_call_again');
    await store.db.schema.dropTable('do_not_call').execute();
    await expect(tool.run(context, '{}')).rejects.toThrow(/do_not_call/);
  });
});
