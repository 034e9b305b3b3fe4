import { expect, it } from 'vitest';
import { createFakeClock } from '../../base/clock.ts';
import type { Db } from '../../store/schema.ts';
import { createDoNotCallAgain } from './do-not-call-again.ts';
import { hangUp } from './hang-up.ts';

const context = { callId: 'call_1', clientId: 'client_a', personNumber: '+15550101' };

/** A table of numbers in memory; refuses everything while `isDown`. */
function createList(isDown = false) {
  const rows: Record<string, unknown>[] = [];
  const db = {
    insertInto: (table: string) => ({
      values: (row: Record<string, unknown>) => ({
        onConflict: () => ({
          async execute() {
            if (isDown) throw new Error('no connection');
            rows.push({ table, ...row });
          },
        }),
      }),
    }),
  } as unknown as Db;
  return { rows, tool: createDoNotCallAgain({ db, clock: createFakeClock() }) };
}

it('hangs up whatever the model wrote as arguments', async () => {
  const result = await hangUp.run(context, 'not JSON');
  expect(result.endsCall).toEqual({ reason: 'assistant_hung_up' });
});

it('stores the number of this call for its client, never one that the model names', async () => {
  const { rows, tool } = createList();
  const result = await tool.run(context, '{"number":"+15559999","client_id":""}');
  expect(result.endsCall).toEqual({ reason: 'asked_not_to_be_called' });
  expect(rows).toMatchObject([
    {
      table: 'do_not_call',
      client_id: 'client_a',
      number: '+15550101',
      call_id: 'call_1',
      reason: 'asked on the phone',
    },
  ]);
});

it('does not promise what could not be stored', async () => {
  const { tool } = createList(true);
  await expect(tool.run(context, '{}')).rejects.toThrow('no connection');
});
