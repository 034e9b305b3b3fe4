/** Who answers a number is asked of its author while it rings: in time, signed, and never trusted. */
import { type AddressInfo, createServer } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CallWithTurns, EventResource } from '../../src/api/contract/calls.ts';
import { parsePerson } from '../../src/simulator/person/parse-person.ts';
import { type RunningServer, startServer } from '../setup/running-server.ts';
import { type AskedOfService, type Service, type ServiceAnswer, startService } from '../setup/service.ts';

const own = '+15551234567';
const caller = '+12025559999';

let server: RunningServer;
let service: Service;
let answer: (asked: AskedOfService) => ServiceAnswer;
let numberId = '';
const assistants: Record<string, number> = {};

async function created<T>(path: string, body: unknown): Promise<T> {
  const response = await server.post(path, body);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

const change = (changes: object) =>
  fetch(`${server.url}/v1/phone-numbers/${numberId}`, {
    ...{ method: 'PATCH', headers: { 'content-type': 'application/json' }, body: JSON.stringify(changes) },
  });

const createAssistant = async (more: object) =>
  (await created<{ id: number }>('/v1/assistants', { name: 'Desk', prompt: 'Be kind.', engine: 'relay', ...more })).id;

beforeAll(async () => {
  server = await startServer({ speed: 4 });
  service = await startService((asked) => answer(asked));
  const client = { name: 'Other', email: 'other@example.org', password: 'a password of some length' };
  const { id: client_id } = await created<{ id: string }>('/v1/clients', client);
  assistants.day = await createAssistant({ welcome_message: 'Good day.' });
  assistants.night = await createAssistant({ welcome_message: 'Good night, {{name}}.' });
  assistants.others = await createAssistant({ welcome_message: 'Not for you.', client_id });
  const number = { number: own, assistant_id: assistants.day, inbound_webhook: { url: `${service.url}/who` } };
  numberId = (await created<{ id: string }>('/v1/phone-numbers', number)).id;
  await created('/v1/phone-numbers/sync', {});
});
beforeEach(() => {
  service.asked.length = 0;
});
afterAll(async () => {
  await server.stop();
  await service.stop();
});

async function callIn(): Promise<{ call: CallWithTurns; asked: EventResource | undefined; first: string }> {
  const person = parsePerson('caller', 'patience 20s\nlistens\nhangs up');
  const { sid } = server.simulator.dialIn({ from: caller, to: own, person });
  const truth = await server.simulator.whenCallEnds(sid);
  const call = await server.whenOver(sid);
  const events = await server.get<{ data: EventResource[] }>(`/v1/calls/${call.id}/events`);
  const asked = events.data.find(({ type }) => type === 'inbound_webhook.asked');
  return { call, asked, first: truth.heard[0]?.text.trim() ?? '' };
}

describe('the author of a number', () => {
  it('is asked with a signature and says who answers, and what they know', async () => {
    answer = () => ({ body: JSON.stringify({ assistant_id: assistants.night, variables: { name: 'Ann' } }) });
    const { call, asked, first } = await callIn();
    expect(first).toBe('Good night, Ann.');
    expect(call).toMatchObject({ assistant: { id: assistants.night }, parameters: { name: 'Ann' } });
    expect(asked?.data).toMatchObject({ result: 'answered', assistant_id: assistants.night, detail: null });
    const [request] = service.asked;
    const { secret } = await server.get<{ secret: string }>('/v1/tool-secret');
    const body = new Webhook(secret).verify(request?.body ?? '', request?.headers as Record<string, string>);
    expect(body).toMatchObject({
      type: 'call.incoming',
      data: { carrier_sid: call.carrier_sid, from: caller, to: own },
    });
  });

  it('may have the caller turned away, with words of their own; the call is on record', async () => {
    answer = () => ({ body: JSON.stringify({ reject: 'We are closed until Monday.' }) });
    const { call, asked, first } = await callIn();
    expect(asked?.data).toMatchObject({ result: 'answered', rejects: true });
    expect(first).toBe('We are closed until Monday.');
    expect(call).toMatchObject({ status: 'blocked', outcome: 'blocked', ended_by: 'server', turns: [] });
  });

  it.each([
    ['says nothing', () => ({ status: 204 }), 'answered'],
    ['fails', () => ({ status: 500 }), 'no_answer'],
    ['leads elsewhere', () => ({ status: 302, headers: { location: 'http://127.0.0.1/' } }), 'no_answer'],
    ['answers what nobody understands', () => ({ body: '<html>' }), 'refused'],
    [
      'names an assistant of somebody else',
      () => ({ body: JSON.stringify({ assistant_id: assistants.others }) }),
      'refused',
    ],
    ['names none that is there', () => ({ body: '{"assistant_id":999999}' }), 'refused'],
  ] as [string, () => ServiceAnswer, string][])(
    'who %s leaves the call to the usual assistant',
    async (...[, given, result]) => {
      answer = given;
      const { call, asked, first } = await callIn();
      expect(first).toBe('Good day.');
      expect(call.assistant.id).toBe(assistants.day);
      expect(asked?.data).toMatchObject({ result });
    },
  );

  it('who takes too long, or is not there, leaves it to them, too; and who is not to be asked is not', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    await change({ inbound_webhook: { url: `http://127.0.0.1:${port}/`, timeout_ms: 300 } });
    const late = await callIn();
    expect([late.first, late.asked?.data.result]).toEqual(['Good day.', 'no_answer']);
    expect(late.asked?.data.detail).toBe('It did not answer within 300 ms.');
    silent.close();
    await change({ inbound_webhook: { url: `http://127.0.0.1:${port}/`, timeout_ms: 500 } });
    const gone = await callIn();
    expect([gone.first, gone.asked?.data.result]).toEqual(['Good day.', 'no_answer']);
    await change({ inbound_webhook: null });
    expect((await callIn()).asked).toBeUndefined();
  });

  it.each([
    [{ url: 'ftp://example.org' }, 'inbound_webhook.url'],
    [{ url: 'http://10.0.0.1/' }, 'inbound_webhook.url'],
    [{ url: 'https://example.org', timeout_ms: 5000 }, 'inbound_webhook.timeout_ms'],
    [{ url: 'https://example.org', more: 1 }, 'inbound_webhook'],
  ])('cannot be asked at %j', async (inboundWebhook, field) => {
    const response = await change({ inbound_webhook: inboundWebhook });
    expect(response.status).toBe(400);
    expect(((await response.json()) as { errors: { field: string }[] }).errors[0]?.field).toBe(field);
  });
});
