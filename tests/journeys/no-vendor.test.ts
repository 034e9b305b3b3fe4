/** A server with a carrier and no vendor of speech: nobody is rung whom nobody could speak to. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config/read-config.ts';
import { parsePerson } from '../../src/simulator/person/parse-person.ts';
import { type ServerWithAccount, startWithAccount } from '../setup/own-account.ts';

const to = '+12025550111';
const own = '+15551234567';
const needsKeys = 'cascade needs DEEPGRAM_API_KEY, CARTESIA_API_KEY, ELEVENLABS_API_KEY or OPENAI_API_KEY';
const message = `No vendor of speech is set up that could hold this call: ${needsKeys}.`;
const needsAgent = 'ELEVENLABS_API_KEY and an agent (ELEVENLABS_AGENT_ID, or elevenlabs_agent_id of the client)';
const code = 'engine/no-vendor';

let server: ServerWithAccount;
beforeAll(async () => {
  server = await startWithAccount({ config: { speech: readConfig({}).speech } });
});
afterAll(() => server.stop());

type Json = Record<string, unknown>;

async function post(path: string, body: Json, headers: Record<string, string> = server.key) {
  const response = await fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Json };
}

const createAssistant = async (definition: Json): Promise<number> =>
  (await post('/v1/assistants', { name: 'Shop', prompt: 'You sell shoes.', ...definition })).body.id as number;

describe('a call whose sound would come to us', () => {
  it('is refused by each form in its own shape, with the settings to set, and nobody is rung', async () => {
    const login = { email: 'shop@example.org', password: 'correct horse battery' };
    await post('/v1/clients', { name: 'Shop', ...login, twilio_phone_number: own });
    const { token } = (await post('/auth/login', login)).body;
    const id = await createAssistant({});
    expect(await post('/call-customer', { to, verification: 1 })).toEqual({ status: 503, body: { message, code } });
    expect(await post('/calls/initiate', { assistant_id: id, to_phone_number: to })).toEqual({
      status: 503,
      body: { detail: message, code },
    });
    const bridged = await post('/secure/make-call', { phone: to }, { authorization: `Bearer ${token as string}` });
    const error = `No vendor of speech is set up that could hold this call: agent-bridge needs ${needsAgent}; ${needsKeys}.`;
    expect(bridged).toEqual({ status: 503, body: { error, code, requestId: expect.any(String) } });
    expect(await post('/v1/calls', { to, assistant_id: id })).toMatchObject({
      status: 503,
      body: { code, title: 'Unavailable', detail: message },
    });
    expect(server.simulator.calls()).toEqual([]);
  });

  it('can still be held by the carrier’s own voice', async () => {
    const id = await createAssistant({ engine: 'relay' });
    expect((await post('/v1/calls', { to, assistant_id: id })).status).toBe(201);
  });
});

it('a call that comes in is told so and hung up, and leaves no record', async () => {
  await post('/v1/phone-numbers', { number: own, assistant_id: await createAssistant({}) });
  await post('/v1/phone-numbers/sync', {});
  const person = parsePerson('caller', 'listens\nlistens');
  const { sid } = server.simulator.dialIn({ from: to, to: own, person });
  const truth = await server.simulator.whenCallEnds(sid);
  expect(truth.heard.map(({ text }) => text)).toEqual([
    'We are sorry, your call cannot be taken now. Please call again later. Goodbye.',
  ]);
  const response = await fetch(`${server.url}/v1/calls/${sid}`, { headers: server.key });
  expect(response.status).toBe(404);
});
