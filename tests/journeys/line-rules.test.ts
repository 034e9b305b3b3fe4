/** What must be said where the person is: by every engine, first, and on record; and whether they let the call be recorded. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallWithTurns } from '../../src/api/contract/calls.ts';
import { usualLineRules } from '../../src/call/line-rules/line-rules.ts';
import { parsePerson } from '../../src/simulator/person/parse-person.ts';
import type { RunningServer } from '../setup/running-server.ts';
import { startSpokenServer } from '../setup/spoken-calls.ts';

const ai = 'I am an AI assistant.';
const recorded = 'This call is recorded.';
const question = 'May this call be recorded?';

let server: RunningServer;
beforeAll(async () => {
  const allowedCountries = ['US', 'DE'];
  server = await startSpokenServer({ config: { allowedCountries }, overrides: { lineRules: usualLineRules } });
});
afterAll(() => server.stop());

interface Wanted {
  number: string;
  says?: string[];
  assistant?: object;
}

async function call({ number, says = [], assistant = {} }: Wanted): Promise<CallWithTurns> {
  const lines = says.flatMap((words) => ['listens', `says "${words}"`]);
  server.person(number, ['answers after 1s', 'patience 20s', ...lines, 'listens', 'hangs up'].join('\n'));
  const made = await server.post('/v1/assistants', {
    ...{ name: 'Clinic', prompt: 'Be kind.', welcome_message: 'Hello, this is the clinic.', ...assistant },
  });
  const { id } = (await made.json()) as { id: number };
  const placed = await server.post('/v1/calls', { to: number, assistant_id: id });
  return server.whenOver(((await placed.json()) as { id: string }).id);
}

const firstWords = ({ turns }: CallWithTurns) => turns.find(({ speaker }) => speaker === 'assistant')?.text ?? '';

async function recordingsOf({ id }: CallWithTurns): Promise<number> {
  const answer = await fetch(`${server.url}/v1/calls/${id}/recording`);
  await answer.body?.cancel();
  return answer.status;
}

describe('in California', () => {
  it.each(['cascade', 'speech-to-speech', 'agent-bridge'])(
    'a person whom %s speaks to is told first that it is an AI and that it is recorded, and when they ask, again',
    async (engine) => {
      const over = await call({ number: '+14155550120', assistant: { engine }, says: ['Are you a real person?'] });
      expect(firstWords(over)).toMatch(new RegExp(`^${ai} ${recorded}`));
      expect(over.disclosures).toMatchObject([{ text: `${ai} ${recorded}`, heard: true }]);
      expect(over.consent).toEqual({ recording: { state: 'told', words: null } });
      const asked = over.turns.findIndex(({ text }) => text === 'Are you a real person?');
      const answers = over.turns.slice(asked + 1).map(({ text }) => text);
      expect(answers.join(' ')).toMatch(/not a person|an AI/);
      expect(over.line_rules?.places).toEqual(['US-CA']);
      expect(over.line_rules?.sources.join()).toContain('Penal Code sections 632');
    },
  );

  it('over a relay, where nothing is recorded, only the former', async () => {
    const over = await call({ number: '+14155550121', assistant: { engine: 'relay', disclosure: 'We sell nothing.' } });
    expect(firstWords(over)).toBe(`${ai} We sell nothing. Hello, this is the clinic.`);
    expect(over.consent).toBeNull();
  });

  it.each(['relay', 'cascade', 'speech-to-speech'])(
    'an assistant of %s without a greeting goes on with its own',
    async (engine) => {
      const over = await call({
        number: '+14155550124',
        assistant: { engine, welcome_message: null },
        says: ['Hello?'],
      });
      expect(over.turns[0]?.text).toMatch(new RegExp(`^${ai}`));
      const before = over.turns.slice(
        0,
        over.turns.findIndex(({ speaker }) => speaker === 'person'),
      );
      expect(before.map(({ text }) => text).join(' ').length).toBeGreaterThan(`${ai} ${recorded}`.length + 10);
      expect(over.disclosures).toMatchObject([{ heard: true }]);
    },
  );

  it('a person who does not want to be recorded is not: what there was is deleted', async () => {
    const over = await call({ number: '+14155550122', says: ['Please do not record this call.'] });
    expect(over.consent).toEqual({ recording: { state: 'refused', words: 'Please do not record this call.' } });
    expect(await recordingsOf(over)).toBe(404);
    const events = await server.get<{ data: { type: string; data: object }[] }>(`/v1/calls/${over.id}/events`);
    expect(events.data.filter(({ type }) => type === 'consent.refused')).toHaveLength(1);
  });

  it("nor by the carrier, whose recording ends at the person's word and not with the call", async () => {
    const number = '+14155550125';
    const objects = 'says "Please do not record this call."';
    server.person(number, ['answers after 1s', 'listens', objects, 'listens', 'waits 5s', 'hangs up'].join('\n'));
    await server.post('/call-customer', { to: number, verification: 98765 });
    const placed = server.simulator.calls().find(({ to }) => to === number);
    if (!placed) throw new Error('nobody was called');
    const over = await server.whenOver(placed.sid);
    expect(over.consent?.recording.state).toBe('refused');
    const { recordings, answeredAtMs, endedAtMs } = server.simulator.calls().find(({ sid }) => sid === placed.sid)!;
    expect(recordings).toHaveLength(1);
    expect(recordings[0]!.startedAtMs).toBeLessThan(answeredAtMs! + 2000);
    expect(recordings[0]!.endedAtMs).toBeLessThan(endedAtMs! - 4000);
    expect(await recordingsOf(over)).toBe(404);
  });

  it('who calls in is told the same', async () => {
    const made = await server.post('/v1/assistants', { name: 'Shop', prompt: 'x', welcome_message: 'Good morning.' });
    const { id } = (await made.json()) as { id: number };
    const number = '+15551234567';
    await server.post('/v1/phone-numbers', { number, assistant_id: id });
    await server.post('/v1/phone-numbers/sync', {});
    const person = parsePerson('caller', 'listens\nhangs up');
    const { sid } = server.simulator.dialIn({ from: '+14155550123', to: number, person });
    await server.simulator.whenCallEnds(sid);
    const over = await server.whenOver(sid);
    expect(firstWords(over)).toBe(`${ai} ${recorded} Good morning.`);
  });
});

describe('in Germany', () => {
  it('nothing is recorded before the person says yes; their word is kept', async () => {
    const over = await call({ number: '+493012345670', says: ['Yes, of course.', 'Thank you, goodbye.'] });
    expect(firstWords(over)).toBe(`${ai} Hello, this is the clinic. ${question}`);
    expect(over.consent).toEqual({ recording: { state: 'given', words: 'Yes, of course.' } });
    const list = await server.get<{ data: { purpose: string; wording: string; call_id: string }[] }>(
      `/v1/consents?number=${encodeURIComponent('+493012345670')}`,
    );
    expect(list.data).toMatchObject([{ purpose: 'recording', wording: question, call_id: over.id }]);
    const again = await call({ number: '+493012345670' });
    expect(firstWords(again)).toBe(`${ai} ${recorded} Hello, this is the clinic.`);
  });

  it.each([
    ['No.', 'refused'],
    ['Who is this, please?', 'asked'],
  ])('nor after "%s"', async (words, state) => {
    const over = await call({ number: state === 'asked' ? '+493012345671' : '+493012345672', says: [words] });
    expect(over.consent?.recording.state).toBe(state);
    expect(await recordingsOf(over)).toBe(404);
  });
});
