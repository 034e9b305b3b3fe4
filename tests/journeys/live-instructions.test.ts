/** An assistant that is told what to do while it talks, by whichever engine. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EventResource } from '../../src/api/contract/calls.ts';
import type { LanguageModel } from '../../src/ports/language-model.ts';
import type { RunningServer } from '../setup/running-server.ts';
import { spokenIn, startSpokenServer } from '../setup/spoken-calls.ts';

/** Says the newest instruction that it was given, so that a test hears it. */
const follower: LanguageModel = {
  name: 'follower',
  async *reply({ messages }) {
    const told = messages.filter(({ role }) => role === 'system').map(({ content }) => content);
    const instruction = [...told.join('\n').matchAll(/mention it: (.*)/g)].at(-1)?.[1];
    yield { type: 'text', text: instruction ?? 'Good day.' };
  },
};

let server: RunningServer;
beforeAll(async () => {
  server = await startSpokenServer({ overrides: { languageModel: follower } });
});
afterAll(() => server.stop());

let numbers = 0;
async function place(engine: string, script: string[]): Promise<string> {
  numbers += 1;
  const to = `+1212558${1000 + numbers}`;
  server.person(to, ['answers after 1s', 'patience 120s', ...script].join('\n'));
  const definition = { name: 'Desk', prompt: 'Answer.', engine, limits: { silence_ms: 60_000 } };
  const made = await server.post('/v1/assistants', definition);
  expect(made.status).toBe(201);
  const { id } = (await made.json()) as { id: number };
  const placed = await server.post('/v1/calls', { to, assistant_id: id });
  return ((await placed.json()) as { id: string }).id;
}

const isGreeted = ({ type, data }: EventResource) => type === 'turn.completed' && data.index === 0;

it.each(['relay', 'cascade', 'speech-to-speech', 'agent-bridge'])(
  'an assistant over %s follows an instruction from then on, and never reads it out',
  async (engine) => {
    const call = await place(engine, ['listens', 'waits 15s', 'says "Well?"', 'listens', 'hangs up']);
    await server.eventsUntil(call, isGreeted);
    const instruction = { text: 'Ten percent less.', respond: true };
    expect((await server.post(`/v1/calls/${call}/instruct`, instruction)).status).toBe(200);
    const over = await server.whenOver(call);
    // A vendor's agent cannot be made to speak: it follows when it is its turn.
    const atOnce = engine !== 'agent-bridge';
    const follows = 'assistant: Ten percent less.';
    expect(spokenIn(over).slice(1)).toEqual([...(atOnce ? [follows] : []), 'person: Well?', follows]);
    const events = await server.get<{ data: EventResource[] }>(`/v1/calls/${call}/events?limit=100`);
    expect(events.data.filter(({ type }) => type === 'call.instructed').map(({ data }) => data)).toEqual([
      { ...instruction, by: 'playground:playground', answers_at_once: atOnce, turn: 1 },
    ]);
    const audit = await server.get<{ data: { details: unknown }[] }>(
      `/v1/audit-log?action=call.instructed&subject_id=${call}`,
    );
    expect(audit.data.map(({ details }) => details)).toEqual([{ characters: 17, respond: true }]);
  },
);

it('an instruction that makes no sense is refused, and so is one to a call in which nobody talks', async () => {
  const call = await place('relay', ['listens', 'hangs up']);
  await server.whenOver(call);
  const instruct = async (body: object) => {
    const answer = await server.post(`/v1/calls/${call}/instruct`, body);
    return [answer.status, ((await answer.json()) as { code: string }).code];
  };
  expect(await instruct({ text: '' })).toEqual([400, 'request/invalid']);
  expect(await instruct({ text: 'x'.repeat(2001) })).toEqual([400, 'request/invalid']);
  expect(await instruct({ text: 'Be brief.', loudly: true })).toEqual([400, 'request/invalid']);
  expect(await instruct({ text: 'Be brief.' })).toEqual([409, 'call/not-talking']);
});
