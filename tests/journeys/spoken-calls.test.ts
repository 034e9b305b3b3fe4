/** Calls of every engine on lines of sound: what the person said and heard, word for word, and what the record says of it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallWithTurns } from '../../src/api/contract/calls.ts';
import { createWordEar } from '../../src/audio/word-bits.ts';
import type { SimulatedCallRecord } from '../../src/simulator/call-record.ts';
import { parsePerson } from '../../src/simulator/person/parse-person.ts';
import type { RunningServer } from '../setup/running-server.ts';
import { expectBothSidesToAgree, hearOf, spokenIn, startSpokenServer } from '../setup/spoken-calls.ts';

const engines = ['cascade', 'speech-to-speech', 'agent-bridge'] as const;
const known = {
  ...{ customerName: 'Sarah Johnson', callReason: 'Payment reminder', amount: '$250.00', dueDate: '2025-12-10' },
};

let server: RunningServer;
beforeAll(async () => {
  server = await startSpokenServer({ config: { maxConcurrentCalls: 1000 } });
});
afterAll(() => server.stop());

let numbers = 0;
/** A number of its own for somebody with this script. */
function somebody(...script: string[]): string {
  numbers += 1;
  const number = `+1202555${String(numbers).padStart(4, '0')}`;
  server.person(number, ['answers after 1s', ...script].join('\n'));
  return number;
}

const created = async (path: string, body: unknown, headers = {}) => {
  const response = await server.post(path, body, headers);
  const answer = (await response.json()) as Record<string, unknown>;
  if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`);
  return answer;
};

const createAssistant = async (definition: Record<string, unknown>) =>
  (await created('/v1/assistants', { name: 'Reminder', prompt: 'You remind people of payments.', ...definition })).id;

interface Coded {
  code: string;
}

interface Held {
  call: CallWithTurns;
  truth: SimulatedCallRecord;
}

async function whenHeld(idOrSid: string): Promise<Held> {
  const call = await server.whenOver(idOrSid);
  return { call, truth: await server.simulator.whenCallEnds(call.carrier_sid ?? '') };
}

/** Places a call by `POST /v1/calls` and gives its id. */
async function place(to: string, definition: Record<string, unknown>, order: Record<string, unknown> = {}) {
  const assistantId = await createAssistant(definition);
  return (await created('/v1/calls', { to, assistant_id: assistantId, variables: known, ...order })).id as string;
}

const talkTo = async (...[to, definition, order]: Parameters<typeof place>) =>
  whenHeld(await place(to, definition, order));

/** Leaves it to the other side to hang up. */
const polite = ['listens', 'says "How much is it?"', 'listens', 'says "Thank you, goodbye."', 'waits 30s', 'hangs up'];

/** An agent at the vendor has first words of its own, with the values of the call in them. */
const agentGreets = 'Hello Sarah Johnson, how can I help you today?';

describe.concurrent.each(engines)('an assistant with the engine %s', (engine) => {
  const isAgent = engine === 'agent-bridge';

  it('holds a conversation whose turns are what was said and heard, and hangs up', async () => {
    const { call, truth } = await talkTo(somebody(...polite), {
      engine,
      welcome_message: 'Good morning, this is a test.',
    });
    expectBothSidesToAgree(call, truth);
    expect(spokenIn(call)).toEqual([
      `assistant: ${isAgent ? agentGreets : 'Good morning, this is a test.'}`,
      'person: How much is it?',
      expect.stringMatching(/^assistant: .*\$250\.00/),
      'person: Thank you, goodbye.',
      expect.stringMatching(/^assistant: .*Goodbye/),
    ]);
    expect(call).toMatchObject({ status: 'completed', outcome: 'talked', ended_reason: 'assistant_hung_up' });
    expect(call).toMatchObject({ ended_by: 'assistant', fault: null });
    const { heard_ms: heard, first_frame_ms: frame, reply_ms: reply } = call.latency;
    expect([heard.count, frame.count, reply.count]).toEqual([2, 2, 2]);
    for (const { p50, p95 } of [heard, frame, reply]) expect(p50! <= p95! && p50! > 0).toBe(true);
    expect(frame.p50).toBeLessThan(heard.p50!);
    expect(reply).toEqual(frame);
  });

  // Who begins is the agent's own setting at its vendor.
  if (!isAgent) {
    it('lets the person begin where they are to speak first', async () => {
      // So long that its end is heard, however late the stream is open.
      const house = 'the house of the Johnson family in the long street between the river and the old stone bridge';
      const script = [`says "Hello, hello, this is ${house}, and who is there?"`, ...polite];
      const { call } = await talkTo(somebody(...script), { engine, speaks_first: 'person' });
      expect(spokenIn(call)[0]).toMatch(/^person: .*there\?$/);
    });
  }

  it('takes keys for an answer', async () => {
    const { call } = await talkTo(somebody('listens', 'presses 42#', ...polite), { engine });
    expect(spokenIn(call)).toContain('person: [pressed 42#]');
  });

  it('falls silent when the person speaks, and remembers what was heard', async () => {
    const words = isAgent ? agentGreets : 'We call about an invoice which is due soon, and which you may pay by card.';
    const script = ['interrupts after 4 words "Sorry, how much is it?"', ...polite];
    const { call, truth } = await talkTo(somebody(...script), { engine, welcome_message: words });
    expectBothSidesToAgree(call, truth);
    const [first] = call.turns;
    expect(first).toMatchObject({ speaker: 'assistant', text: words, interrupted: true });
    expect(words.startsWith(first?.heard_text ?? '?')).toBe(true);
    expect(spokenIn(call)[1]).toBe('person: Sorry, how much is it?');
  });

  it('calls nobody again who asks for it', async () => {
    const to = somebody('listens', 'says "Please do not call me again."', 'waits 30s', 'hangs up');
    const { call, truth } = await talkTo(to, { engine });
    expectBothSidesToAgree(call, truth);
    expect(call).toMatchObject({ outcome: 'opted_out', ended_reason: 'asked_not_to_be_called' });
    const again = await server.post('/v1/calls', { to });
    expect([again.status, ((await again.json()) as Coded).code]).toEqual([403, 'dial/do-not-call']);
  });

  it('says what the operator has it say', async () => {
    const to = somebody('listens', 'says "Just a moment."', 'listens', 'waits 20s', 'hangs up');
    const id = await place(to, { engine });
    await server.eventsUntil(id, ({ type, data }) => type === 'turn.completed' && data.index === 2);
    const said = await server.post(`/v1/calls/${id}/say`, { text: 'A colleague listens now.' });
    // The vendor's agents cannot be told what to say.
    if (isAgent) return expect([said.status, ((await said.json()) as Coded).code]).toEqual([409, 'call/not-talking']);
    expect(said.status).toBe(200);
    const { call, truth } = await whenHeld(id);
    expect(spokenIn(call)).toContain('assistant: A colleague listens now.');
    expect(truth.heard.map(({ text }) => text).join(' ')).toContain('A colleague listens now.');
  });
});

describe.concurrent('the request forms', () => {
  it('POST /calls/initiate says its welcome message word for word', async () => {
    const assistantId = await createAssistant({});
    const to = somebody(...polite);
    const variables = { name: 'John Doe', amount: '$12.00' };
    const order = {
      assistant_id: assistantId,
      to_phone_number: to,
      welcome_message: 'Hello {{name}}, good day.',
      variables,
    };
    const { call, truth } = await whenHeld((await created('/calls/initiate', order)).call_sid as string);
    expectBothSidesToAgree(call, truth);
    expect(spokenIn(call).slice(0, 3)).toEqual([
      'assistant: Hello John Doe, good day.',
      'person: How much is it?',
      expect.stringContaining('$12.00'),
    ]);
  });

  it('POST /secure/make-call connects the client’s agent, which knows the client’s profile', async () => {
    const login = { email: 'shop@example.org', password: 'correct horse battery' };
    const profile = { customer_name: 'Sarah Johnson', amount: '$12.00' };
    const client = {
      name: 'Shop',
      ...login,
      twilio_phone_number: '+15551234567',
      elevenlabs_agent_id: 'agent_1',
      profile,
    };
    await created('/v1/clients', client);
    const { token } = await created('/auth/login', login);
    const order = { phone: somebody(...polite) };
    const headers = { authorization: `Bearer ${token as string}` };
    const { callSid } = await created('/secure/make-call', order, headers);
    const { call, truth } = await whenHeld(callSid as string);
    expectBothSidesToAgree(call, truth);
    expect(spokenIn(call).slice(0, 3)).toEqual([
      'assistant: Hello Sarah Johnson, how can I help you today?',
      'person: How much is it?',
      expect.stringContaining('$12.00'),
    ]);
  });

  it('POST /twiml answers who calls a number of ours', async () => {
    const assistant_id = await createAssistant({ welcome_message: 'Corner shop, good morning.' });
    const number = '+15551234567';
    await created('/v1/phone-numbers', { number, assistant_id });
    await created('/v1/phone-numbers/sync', {});
    const script = ['listens', 'says "Thank you, goodbye."', 'listens', 'hangs up'];
    const person = parsePerson('caller', script.join('\n'));
    const { sid } = server.simulator.dialIn({ from: '+12025559999', to: number, person });
    await server.simulator.whenCallEnds(sid);
    const { call, truth } = await whenHeld(sid);
    expectBothSidesToAgree(call, truth);
    expect(call).toMatchObject({ direction: 'inbound', status: 'completed', outcome: 'talked' });
    expect(spokenIn(call)[0]).toBe('assistant: Corner shop, good morning.');
  });
});

/** The words in each channel of a μ-law WAV file of two. */
function wordsIn(wav: Buffer): [string[], string[]] {
  const sound = wav.subarray(wav.indexOf('data', 12, 'latin1') + 8);
  const wordsOf = (channel: number) => {
    const words: string[] = [];
    const ear = createWordEar((event) => {
      if (event.type === 'word-heard') words.push(event.text);
    });
    ear.hear(sound.filter((_, at) => at % 2 === channel));
    return words;
  };
  return [wordsOf(0), wordsOf(1)];
}

it('the recording has the person left and the assistant right, as they were heard, as WAV and as MP3', async () => {
  const own = await startSpokenServer();
  try {
    own.person(
      '+12025550001',
      ['answers after 1s', 'interrupts after 6 words "Sorry, how much is it?"', ...polite].join('\n'),
    );
    const ready = await hearOf(own, 'recording.ready');
    const order = {
      to: '+12025550001',
      welcome_message: 'We call about an invoice which is due soon, and which you may pay.',
    };
    const made = await own.post('/v1/assistants', { name: 'Reminder', prompt: 'You remind people of payments.' });
    const { id } = (await made.json()) as { id: number };
    const placed = await own.post('/v1/calls', { ...order, assistant_id: id, variables: known });
    const call = await own.whenOver(((await placed.json()) as { id: string }).id);
    await ready.happened;
    const path = `${own.url}/v1/calls/${call.id}/recording?source=own`;
    const [left, right] = wordsIn(Buffer.from(await (await fetch(path)).arrayBuffer()));
    const wordsOf = (speaker: string) =>
      call.turns
        .filter((turn) => turn.speaker === speaker)
        .flatMap((turn) => (turn.heard_text ?? '').split(/\s+/).filter(Boolean));
    expect(left).toEqual(wordsOf('person'));
    // The last word before the interruption may have been heard without its mark having come back in time.
    const sure = (spoken: string[]) => spoken.filter((word) => word !== 'is');
    expect(sure(right)).toEqual(sure(wordsOf('assistant')));
    const mp3 = await fetch(`${path}&format=mp3`);
    expect(mp3.headers.get('content-type')).toBe('audio/mpeg');
    expect((await mp3.arrayBuffer()).byteLength).toBeGreaterThan(10_000);
  } finally {
    await own.stop();
  }
});

it('another engine takes the line over when every recognizer refuses', async () => {
  server.callwright.vendors?.faults.set('stt', '401');
  const definition = { engine: 'cascade', fallback_engines: ['speech-to-speech'], welcome_message: 'Good morning.' };
  const { call, truth } = await talkTo(somebody(...polite), definition);
  server.callwright.vendors?.faults.set('stt', 'none');
  expectBothSidesToAgree(call, truth);
  expect(spokenIn(call)).toEqual(expect.arrayContaining(['assistant: Good morning.', 'person: How much is it?']));
  expect(call).toMatchObject({ status: 'completed', ended_reason: 'assistant_hung_up' });
});

it('a server that stops says goodbye first', async () => {
  const other = await startSpokenServer();
  other.person('+12025550001', 'answers after 1s\nlistens\nsays "One moment, please."\nlistens\nwaits 60s\nhangs up');
  const { message } = (await (await other.post('/call-customer', { to: '+12025550001', verification: 1 })).json()) as {
    message: string;
  };
  const sid = /CA\w+/.exec(message)?.[0] ?? '';
  await other.eventsUntil(sid, ({ type, data }) => type === 'turn.completed' && data.index === 2);
  const ended = other.simulator.whenCallEnds(sid);
  const stopping = other.stop();
  const truth = await ended.catch(() => other.simulator.calls().at(-1));
  await stopping;
  const heard = truth?.heardWords.map(({ text }) => text.trim()).join(' ');
  expect(heard).toMatch(/I am sorry, I have to end this call now\. Goodbye\.$/);
});
