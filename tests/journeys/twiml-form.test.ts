/** `POST /twiml` as the carrier calls it: calls that come in and calls we placed, word for word as documented. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallResource, CallWithTurns, EventResource } from '../../src/api/contract/calls.ts';
import type { PhoneNumberResource, SyncResult } from '../../src/api/contract/phone-numbers.ts';
import { parsePerson } from '../../src/simulator/person/parse-person.ts';
import { type ServerWithAccount, startWithAccount } from '../setup/own-account.ts';

const own = '+15551234567';
const caller = '+15559876543';

let server: ServerWithAccount;
let assistantId = 0;

async function send<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { ...server.key, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await response.json()) as T;
}

const createAssistant = async (more: Record<string, unknown> = {}) =>
  (await send<{ id: number }>('POST', '/v1/assistants', { name: 'Front desk', prompt: 'You take orders.', ...more }))
    .id;

beforeAll(async () => {
  server = await startWithAccount();
  assistantId = await createAssistant({ welcome_message: 'Good day, this is the front desk.' });
  await send('POST', '/v1/phone-numbers', { number: own, assistant_id: assistantId });
});
afterAll(() => server.stop());

let calls = 0;
const newSid = () => {
  calls += 1;
  return `CA${String(calls).padStart(32, '0')}`;
};

const incoming = (CallSid: string, more: Record<string, string> = {}) => ({
  ...{ CallSid, To: own, From: caller, Direction: 'inbound', CallStatus: 'ringing' },
  ...more,
});
const ring = async (fields: Record<string, string>, query = '') => {
  const response = await server.webhook(`/twiml${query}`, fields);
  return { status: response.status, type: response.headers.get('content-type'), body: await response.text() };
};
const socket = () => server.url.replace('http', 'ws');
const callOf = (sid: string) => send<CallResource>('GET', `/v1/calls/${sid}`);

describe('a call that comes in', () => {
  it('is answered with the documented document, and more parameters behind the documented ones', async () => {
    const sid = newSid();
    const answer = await ring(incoming(sid));
    const { id } = await callOf(sid);
    expect(answer).toMatchObject({ status: 200, type: 'text/xml; charset=utf-8' });
    const token = /name="token" value="([\w-]{43})"/.exec(answer.body)?.[1];
    expect(answer.body).toBe(
      [
        '<?xml version="1.0" encoding="UTF-8"?>',
        `<Response><Connect><Stream url="${socket()}/streams">`,
        `<Parameter name="To" value="${own}"/><Parameter name="From" value="${caller}"/>`,
        `<Parameter name="callId" value="${id}"/><Parameter name="token" value="${token}"/>`,
        '</Stream></Connect></Response>',
      ].join(''),
    );
  });

  it('is on record once with one answer, however often the carrier asks', async () => {
    const sid = newSid();
    const answers = await Promise.all([ring(incoming(sid)), ring(incoming(sid)), ring(incoming(sid))]);
    answers.push(await ring(incoming(sid)));
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    const { data } = await send<{ data: CallResource[] }>('GET', '/v1/calls?direction=inbound&limit=100');
    expect(data.filter((call) => call.carrier_sid === sid)).toMatchObject([
      { direction: 'inbound', to: own, from: caller, status: 'in_progress', dialect: 'inbound' },
    ]);
    const { data: events } = await send<{ data: EventResource[] }>('GET', `/v1/calls/${sid}/events`);
    expect(events.map(({ type }) => type)).toEqual(['call.ringing', 'call.started']);
  });

  it('to a number without an assistant hears an apology and is hung up, without a record', async () => {
    const sid = newSid();
    const answer = await ring(incoming(sid, { To: '+15550009999' }));
    expect(answer.status).toBe(200);
    expect(answer.body).toMatch(/<Response><Say language="en-US">We are sorry, [^<]+<\/Say><Hangup\/><\/Response>$/);
    expect(await callOf(sid)).toMatchObject({ status: 404 });
  });

  it('ends as the carrier says', async () => {
    const sid = newSid();
    await ring(incoming(sid));
    const over = { CallSid: sid, CallStatus: 'completed', CallDuration: '7', Direction: 'inbound' };
    expect((await server.webhook('/api/call-status', over)).status).toBe(204);
    expect(await callOf(sid)).toMatchObject({ status: 'completed', duration_seconds: 7, ended_by: 'person' });
    expect((await ring(incoming(sid))).body).toMatch(/<Response><Hangup\/><\/Response>$/);
  });

  it('without the carrier’s signature is refused and leaves nothing', async () => {
    const sid = newSid();
    const response = await server.webhook('/twiml', incoming(sid), { 'x-twilio-signature': 'AAAA' });
    expect(response.status).toBe(403);
    expect(await callOf(sid)).toMatchObject({ status: 404 });
  });

  it('is spoken with over the relay where the assistant says so', async () => {
    const [number, sid] = ['+15550008888', newSid()];
    const relayed = await createAssistant({ engine: 'relay' });
    const { id } = await send<PhoneNumberResource>('POST', '/v1/phone-numbers', { number, assistant_id: relayed });
    const answer = await ring(incoming(sid, { To: number }));
    expect(answer.body).toMatch(/<Connect action="[^"]+"><ConversationRelay url="ws:\/\/[^"]+\/relay\/call_/);
    await send('PATCH', `/v1/phone-numbers/${id}`, { assistant_id: assistantId });
    expect((await ring(incoming(newSid(), { To: number }))).body).toContain('/streams');
  });
});

describe('a call that we placed', () => {
  const place = async (number = '+15559870009') => {
    const words = { welcome_message: 'Hello {{name}}.', variables: { name: 'John Doe' } };
    const order = { assistant_id: assistantId, to_phone_number: number, ...words };
    const { call_sid } = await send<{ call_sid: string }>('POST', '/calls/initiate', order);
    return { sid: call_sid, id: (await callOf(call_sid)).id };
  };
  const fieldsOf = (sid: string) => ({
    ...{ CallSid: sid, To: '+15559870009', From: own, Direction: 'outbound-api', CallStatus: 'in-progress' },
  });

  it('is found by the id in its address, and nothing else in that address counts', async () => {
    server.simulator.setPerson('+15559870009', parsePerson('quiet', 'answers after 60s'));
    const { sid, id } = await place();
    const other = await createAssistant({ name: 'Other', engine: 'relay' });
    const first = await ring(fieldsOf(sid), `?callId=${id}&assistant_id=${assistantId}`);
    expect(first.body).toContain(`<Parameter name="callId" value="${id}"/>`);
    const forged = `?callId=${id}&assistant_id=${other}&welcome_message=Give%20me%20your%20password&To=%2B19005550100`;
    expect((await ring(fieldsOf(sid), forged)).body).toBe(first.body);
    const { db } = server.callwright.store;
    const row = await db.selectFrom('calls').selectAll().where('id', '=', id).executeTakeFirst();
    expect(row).toMatchObject({ welcome_message: 'Hello John Doe.', assistant_id: assistantId, engine: 'media' });
  });

  it('is not another call, and an id that nobody has is hung up', async () => {
    server.simulator.setPerson('+15559870010', parsePerson('quiet', 'answers after 60s'));
    server.simulator.setPerson('+15559870011', parsePerson('quiet', 'answers after 60s'));
    const [mine, other] = [await place('+15559870010'), await place('+15559870011')];
    for (const query of [`?callId=${other.id}`, '?callId=call_nobody', '?callId=']) {
      expect((await ring({ ...fieldsOf(mine.sid), To: '+15559870010' }, query)).body).toMatch(
        /<Response><Hangup\/><\/Response>$/,
      );
    }
    expect(await callOf(other.sid)).not.toMatchObject({ status: 'in_progress' });
  });
});

describe('a number whose webhooks were synced', () => {
  it('brings the calls of real people to its assistant, from ring to end', async () => {
    const strange = '+15550007777';
    await send('POST', '/v1/phone-numbers', { number: strange });
    const { data } = await send<SyncResult>('POST', '/v1/phone-numbers/sync');
    expect(data).toContainEqual({ number: own, result: 'set' });
    expect(data).toContainEqual({ number: strange, result: 'not_ours' });

    const relayed = await createAssistant({ engine: 'relay', welcome_message: 'Good day, this is the front desk.' });
    const { data: numbers } = await send<{ data: PhoneNumberResource[] }>('GET', '/v1/phone-numbers?limit=100');
    const { id } = numbers.find(({ number }) => number === own) ?? { id: '' };
    await send('PATCH', `/v1/phone-numbers/${id}`, { assistant_id: relayed });

    const person = parsePerson('caller', 'listens\nsays "Goodbye."\nlistens\nhangs up');
    const { sid } = server.simulator.dialIn({ from: caller, to: own, person });
    await server.simulator.whenCallEnds(sid);
    const response = await fetch(`${server.url}/v1/calls/${sid}/live`, { headers: server.key });
    for await (const chunk of response.body ?? []) {
      if (Buffer.from(chunk as Uint8Array).includes('call.ended')) break;
    }
    const call = await send<CallWithTurns>('GET', `/v1/calls/${sid}`);
    expect(call).toMatchObject({ direction: 'inbound', from: caller, to: own, status: 'completed', outcome: 'talked' });
    expect(call.turns[0]).toMatchObject({ speaker: 'assistant', heard_text: 'Good day, this is the front desk.' });
    expect(call.turns[1]).toMatchObject({ speaker: 'person', text: 'Goodbye.' });
  });
});
