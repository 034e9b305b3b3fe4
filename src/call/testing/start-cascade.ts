/** A cascade on a line that plays, with ears, mouths and a model that a test plays itself. */
import { hangUp } from '../../assistant/tools/hang-up.ts';
import type { Tool } from '../../assistant/tools/tool.ts';
import { createIds } from '../../base/ids.ts';
import { silentLogger } from '../../base/log.ts';
import { createSeededRandom } from '../../base/random.ts';
import { noTelemetry } from '../../ports/telemetry.ts';
import { type CascadeParts, conductCascade } from '../converse/cascade.ts';
import type { FarEndEvent } from '../converse/far-end.ts';
import { createHistory } from '../converse/history.ts';
import { startLine } from '../converse/media/testing/start-line.ts';
import { usualAttentionPolicy } from '../converse/turn/attention-policy.ts';
import { defaultTurnPolicy } from '../converse/turn/turn-policy.ts';
import type { TurnEnding } from '../converse/turn/turn-state.ts';
import { UntoldSound } from '../converse/untold-sound.ts';
import { createFakeModel, settled } from './fake-model.ts';
import { createFakeEars, createFakeMouths } from './fake-speech.ts';
import { createMemoryRecord } from './memory-record.ts';
import { createTestLedger } from './test-ledger.ts';

export interface CascadeOptions extends Partial<CascadeParts> {
  endOfTurn?: 'model' | 'pause' | 'none';
  tools?: readonly Tool[];
  /** Whether another engine takes over. */
  takenOver?: boolean;
}

const about = { callId: 'call_1', clientId: null };

export function startCascade(options: CascadeOptions = {}) {
  const { clock, carrier, line, hooks } = startLine({ latencyMs: 1 });
  const ears = [createFakeEars('ear-one', options.endOfTurn), createFakeEars('ear-two', options.endOfTurn)] as const;
  const mouths = [createFakeMouths('mouth-one'), createFakeMouths('mouth-two')] as const;
  const model = createFakeModel();
  const record = createMemoryRecord();
  const newId = createIds(clock, createSeededRandom(1));
  const history = createHistory({ ...about, record, clock, newId, earlier: [], charactersPerSecond: 15 });
  const policy = defaultTurnPolicy;
  const attention = usualAttentionPolicy;
  const endings: TurnEnding[] = [];
  const farEnd: FarEndEvent[] = [];
  const takeovers: boolean[] = [];
  const untold = new UntoldSound();
  const engine = conductCascade({
    ...{ callId: 'call_1', line, untold, ears, mouths, language: 'en-US', voice: null, clock, log: silentLogger },
    ...{ telemetry: noTelemetry, policy, attention, history, record },
    reply: {
      ...{ model, tools: options.tools ?? [hangUp], context: { ...about, personNumber: '+15550101' } },
      ledger: createTestLedger(clock, { record, history }),
    },
    instructions: [{ role: 'system', content: 'You are an assistant.' }],
    ...{ logSeq: 0, attentionLogSeq: 0, firstUtterance: 1, resumed: false, personWaits: false },
    ...{ greeting: null, personFirst: false, maxDurationMs: 600_000, soundMs: 2000, spareApology: null },
    onEnding: async (ending) => void endings.push(ending),
    hearFarEnd: (event) => void farEnd.push(event),
    onFailed(personWaits) {
      takeovers.push(personWaits);
      return options.takenOver ?? false;
    },
    ...options,
  });
  hooks.on = engine.hear;
  let ended: TurnEnding | null = null;
  void engine.conversation.over.then((ending) => {
    ended = ending;
  });
  /** Time goes by, and whatever waits for no timer happens in between. */
  const pass = async (ms: number, stepMs = 100) => {
    await settled();
    for (let leftMs = ms; leftMs > 0; leftMs -= stepMs) {
      clock.advance(Math.min(stepMs, leftMs));
      await settled();
    }
  };
  return {
    ...{
      clock,
      carrier,
      line,
      ears,
      mouths,
      model,
      record,
      history,
      policy,
      attention,
      endings,
      takeovers,
      farEnd,
      pass,
    },
    conversation: engine.conversation,
    over: () => ended,
    /** What was heard of each turn. */
    lines: () => record.turns().map((turn) => `${turn.speaker}: ${turn.heard_text}`),
    /** How much of ours the person has heard, in ms of sound. */
    playedMs: () => carrier.played.reduce((sum, { sound }) => sum + sound.length / 8, 0),
    /** The model says this and is done, and all of it is heard. */
    async answer(text: string) {
      await model.last().say(text);
      await model.last().end();
      await pass(text.split(' ').length * 200 + 300);
    },
    /** The person says this, as the recognizer tells it. */
    async says(text: string) {
      ears[0].tell({ type: 'speech-started' });
      ears[0].tell({ type: 'heard', text });
      ears[0].tell({ type: 'turn-over', text });
      await settled();
    },
  };
}

export type CascadeTalk = ReturnType<typeof startCascade>;
