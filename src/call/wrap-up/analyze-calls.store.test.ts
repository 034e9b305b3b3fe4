import { expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../../tests/setup/describe-on-both.ts';
import { createFakeClock } from '../../base/clock.ts';
import { createIds } from '../../base/ids.ts';
import { silentLogger } from '../../base/log.ts';
import { systemRandom } from '../../base/random.ts';
import { createLiveEvents } from '../../notify/live-events.ts';
import type { ChatMessage, LanguageModel } from '../../ports/language-model.ts';
import { askForAnalysis, findAnalysis } from '../../store/call-analyses.ts';
import { listEvents } from '../../store/events.ts';
import type { Store } from '../../store/open-store.ts';
import { saveTurns } from '../../store/turns.ts';
import { openRoom, request, until } from '../testing/open-room.ts';
import { createCallAnalyst } from './analyze-calls.ts';

const about = (answers: readonly string[]) => {
  const asked: (readonly ChatMessage[])[] = [];
  const model: LanguageModel = {
    name: 'test/analyst',
    async *reply({ messages }) {
      asked.push(messages);
      const text = answers[asked.length - 1];
      if (text === undefined) throw new Error('down');
      yield { type: 'text', text };
    },
  };
  return { model, asked };
};

const good = JSON.stringify({
  ...{ summary: 'They pay on Friday.', success: true, success_reason: 'They said so.', sentiment: 'positive' },
  ...{ next_step: 'Wait.', data: { pays_on: { value: 'Friday', turn: 1, quote: 'on Friday' } } },
});

async function start(store: Store, model: LanguageModel | null) {
  const room = openRoom(store);
  const assistant = {
    ...request.assistant,
    analysis_schema: { type: 'object', properties: { pays_on: { type: 'string' } } },
    success_criteria: 'They say when they pay.',
  };
  const call = await room.place({ assistant });
  const clock = createFakeClock(room.clock.now());
  const spoken = { heard_source: 'said', interrupted: false, started_at: new Date(clock.now()), ended_at: null };
  const turn = (index: number, speaker: string, text: string) => ({
    ...{ call_id: call.id, index, speaker, text, heard_text: text, ...spoken, reply_ms: null, latency: null },
  });
  await saveTurns(store.db, [turn(0, 'assistant', 'When will you pay?'), turn(1, 'person', 'I pay on Friday.')]);
  await room.tell(call, 'in_progress');
  await room.tell(call, 'completed', 12);
  const live = createLiveEvents();
  const newId = createIds(clock, systemRandom);
  const parts = { store, clock, newId, log: silentLogger, live, model };
  const analyst = createCallAnalyst(parts);
  const found = async () => (await findAnalysis(store.db, call.id))?.analysis as Record<string, unknown> | null;
  /** Time goes by until something was found out. */
  const run = async () => {
    analyst.start();
    await until(async () => {
      clock.advance(1000);
      return Boolean(await found());
    });
    await analyst.stop();
  };
  const ask = () => askForAnalysis(store.db, { callId: call.id, clientId: null, dueAt: new Date(clock.now()) });
  const events = async () => {
    const rows = await listEvents(store.db, call.id, { afterPosition: 0, limit: 100 });
    return rows.filter(({ type }) => type === 'call.analyzed');
  };
  return { ...parts, call, analyst, found, run, ask, events };
}

describeOnBothDatabases('a call that is over', (openFresh) => {
  it('is analyzed by the language model, told once, and has each value with its turn', async () => {
    const { model, asked } = about([good]);
    const { ask, run, found, events } = await start(await openFresh(), model);
    await ask();
    await run();
    expect(await found()).toMatchObject({
      ...{ source: 'model', model: 'test/analyst', outcome: 'talked', success: true, sentiment: 'positive' },
      data: { pays_on: { value: 'Friday', turn: 1 } },
    });
    expect(asked).toHaveLength(1);
    expect(await events()).toHaveLength(1);
  });

  it('is asked about once more when the answer cannot be read', async () => {
    const { model, asked } = about(['no', good]);
    const { ask, run, found } = await start(await openFresh(), model);
    await ask();
    await run();
    expect(await found()).toMatchObject({ source: 'model', success: true });
    expect(asked[1]?.at(-1)?.content).toContain('not one JSON object');
  });

  it('has an outcome and the facts when the model keeps failing, or there is none', async () => {
    for (const model of [about([]).model, null]) {
      const { ask, run, found } = await start(await openFresh(), model);
      await ask();
      await run();
      expect(await found()).toMatchObject({
        ...{ source: 'rules', outcome: 'talked', success: null, sentiment: null },
        summary: 'A person talked with the assistant for 12 seconds and spoke 1 time; the person ended the call.',
        data: { pays_on: { value: null, turn: null } },
      });
    }
  });

  it('is analyzed by one of two nodes, and again when it is asked for again', async () => {
    const store = await openFresh();
    const { model, asked } = about([good, good, good]);
    const { ask, run, events, ...parts } = await start(store, model);
    await ask();
    const other = createCallAnalyst(parts);
    other.start();
    await run();
    await other.stop();
    expect([asked.length, (await events()).length]).toEqual([1, 1]);
    await ask();
    const again = createCallAnalyst(parts);
    again.start();
    await until(async () => {
      parts.clock.advance(1000);
      return (await events()).length === 2;
    });
    await again.stop();
    expect(asked).toHaveLength(2);
  });
});
