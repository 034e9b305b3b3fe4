/** A relay conversation with everything around it faked, as tests want it. */

import { hangUp } from '../../assistant/tools/hang-up.ts';
import type { Tool } from '../../assistant/tools/tool.ts';
import { createFakeClock } from '../../base/clock.ts';
import { createIds } from '../../base/ids.ts';
import { silentLogger } from '../../base/log.ts';
import { createSeededRandom } from '../../base/random.ts';
import type { TurnRow } from '../../store/turns.ts';
import type { FarEndEvent } from '../converse/far-end.ts';
import { createHistory } from '../converse/history.ts';
import { conductRelay } from '../converse/relay.ts';
import { defaultTurnPolicy } from '../converse/turn/turn-policy.ts';
import type { TurnEnding } from '../converse/turn/turn-state.ts';
import { createFakeLine, plainCodec } from './fake-line.ts';
import { createFakeModel } from './fake-model.ts';
import { createMemoryRecord } from './memory-record.ts';
import { createTestLedger } from './test-ledger.ts';

export const carrierSid = 'CA0123456789abcdef0123456789abcdef';

export interface TalkOptions {
  tools?: readonly Tool[];
  model?: ReturnType<typeof createFakeModel>;
  record?: ReturnType<typeof createMemoryRecord>;
  earlier?: readonly TurnRow[];
  resumed?: boolean;
  greeting?: string;
  logSeq?: number;
  maxDurationMs?: number;
  socketIsClosed?: boolean;
}

export const setup = { type: 'setup', carrierSid, from: '+15550100', to: '+15550101', parameters: {} } as const;

export function startTalk(options: TalkOptions = {}) {
  const clock = createFakeClock();
  const line = createFakeLine({ isClosed: options.socketIsClosed ?? false });
  const model = options.model ?? createFakeModel();
  const record = options.record ?? createMemoryRecord();
  const policy = defaultTurnPolicy;
  const newId = createIds(clock, createSeededRandom(1));
  const earlier = options.earlier ?? [];
  const { charactersPerSecond } = policy;
  const history = createHistory({
    callId: 'call_1',
    clientId: null,
    record,
    clock,
    newId,
    earlier,
    charactersPerSecond,
  });
  const endings: TurnEnding[] = [];
  const farEnd: FarEndEvent[] = [];
  const conversation = conductRelay({
    callId: 'call_1',
    carrierSid,
    socket: line.socket,
    codec: plainCodec,
    clock,
    log: silentLogger,
    policy,
    history,
    record,
    reply: {
      model,
      tools: options.tools ?? [hangUp],
      context: { callId: 'call_1', clientId: null, personNumber: '+15550101' },
      ledger: createTestLedger(clock, { record, history }),
    },
    instructions: [{ role: 'system', content: 'You are an assistant.' }],
    logSeq: options.logSeq ?? 0,
    resumed: options.resumed ?? false,
    greeting: options.greeting ?? null,
    maxDurationMs: options.maxDurationMs ?? 600_000,
    onEnding: async (ending) => endings.push(ending),
    hearFarEnd: (event) => void farEnd.push(event),
  });
  let ended: TurnEnding | null = null;
  void conversation.over.then((ending) => {
    ended = ending;
  });
  return { clock, line, model, record, policy, history, conversation, endings, farEnd, over: () => ended };
}

export type Talk = ReturnType<typeof startTalk>;
