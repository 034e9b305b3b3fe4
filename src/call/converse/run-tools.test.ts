import { expect, it } from 'vitest';
import type { Tool } from '../../assistant/tools/tool.ts';
import { createFakeClock } from '../../base/clock.ts';
import { urgencyNow } from '../../store/urgency.ts';
import { createTestLedger } from '../testing/test-ledger.ts';
import { runTools } from './run-tools.ts';

it('is hurried while the person on the line waits for it', async () => {
  const seen: string[] = [];
  const tool: Tool = {
    definition: { name: 'look_up', description: 'Looks something up.', parameters: { type: 'object' } },
    async run() {
      seen.push(urgencyNow());
      return { content: 'found', endsCall: null };
    },
  };
  const clock = createFakeClock();
  const context = { callId: 'call_1', clientId: null, personNumber: '+15550111', signal: new AbortController().signal };
  const ledger = createTestLedger(clock);
  await runTools({ tools: [tool], context, ledger }, [{ id: 'tool_1', name: 'look_up', argumentsJson: '{}' }]);
  expect([...seen, urgencyNow()]).toEqual(['carrier', 'background']);
});
