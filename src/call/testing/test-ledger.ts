/** A ledger of tools that keeps its book in memory, for a conversation of a test. */
import type { Clock } from '../../base/clock.ts';
import { createIds } from '../../base/ids.ts';
import { createSeededRandom } from '../../base/random.ts';
import { createHistory, type History } from '../converse/history.ts';
import { createToolLedger, type ToolLedger } from '../converse/ledger/tool-ledger.ts';
import { createMemoryRecord } from './memory-record.ts';

const about = { callId: 'call_1', clientId: null };

export function createTestLedger(
  clock: Clock,
  given: { record?: ReturnType<typeof createMemoryRecord>; history?: History } = {},
): ToolLedger {
  const record = given.record ?? createMemoryRecord();
  const newId = createIds(clock, createSeededRandom(2));
  const history =
    given.history ?? createHistory({ ...about, record, clock, newId, earlier: [], charactersPerSecond: 15 });
  return createToolLedger({ ...about, clock, newId, record, history, language: 'en-US', earlier: [] });
}
