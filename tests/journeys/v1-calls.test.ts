/** `/v1/calls` over real HTTP: lists, single calls, transcripts, events and live streams. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CallResource,
  callSchema,
  callWithTurnsSchema,
  type EventResource,
  eventSchema,
  type TurnResource,
} from '../../src/api/contract/calls.ts';
import { insertCall } from '../../src/store/calls.ts';
import { rowsAtRest } from '../setup/rows-at-rest.ts';
import { type RunningServer, startServer } from '../setup/running-server.ts';

const number = '+15558675310';
const startMs = Date.UTC(2026, 0, 5, 15, 0, 0);

let server: RunningServer;
let sid: string;
let callId: string;
beforeAll(async () => {
  server = await startServer({ speed: 8 });
  server.person(number, 'answers after 1s\nlistens\nsays "What is this about?"\nlistens\nhangs up');
  sid = await server.dial(number, { customerName: 'Sarah Johnson', callReason: 'Payment reminder' });
  callId = (await server.whenOver(sid)).id;
  // What it cost is counted a little later.
  await rowsAtRest(server.callwright.store.db);
  for (let index = 0; index < 45; index += 1) await insertOldCall(index);
});
afterAll(() => server.stop());

/** Five calls share each moment, so that a page may end between two of the same time. */
function insertOldCall(index: number): Promise<unknown> {
  const isBusy = index % 3 === 0;
  return insertCall(server.callwright.store.db, {
    id: `call_old${String(index * 7919).padStart(8, '0')}`,
    client_id: null,
    dialect: 'outbound-call',
    direction: 'outbound',
    to_number: index % 2 === 0 ? '+12025550100' : '+12025550101',
    from_number: '+15551234567',
    status: isBusy ? 'busy' : 'completed',
    lifecycle: '{"phase":"over"}',
    revision: 1,
    carrier: 'twilio',
    carrier_sid: `CA${String(index).padStart(32, '0')}`,
    assistant: '{"name":"test"}',
    parameters: '{}',
    request_id: null,
    instructions: JSON.stringify({ path: '/' }),
    sessions_offered: 0,
    sessions_opened: 0,
    created_at: new Date(startMs + Math.floor(index / 5) * 60_000),
    ended_at: new Date(startMs + 3_600_000),
    outcome: isBusy ? 'busy' : 'talked',
    check_at: null,
  });
}

interface Page {
  data: CallResource[];
  has_more: boolean;
  next_cursor: string | null;
}

const list = (query: string) => server.get<Page>(`/v1/calls?${query}`);

/** Every page of a list; `between` happens after each. */
async function walk(
  query: string,
  between: (page: number) => Promise<void> = async () => {},
): Promise<CallResource[][]> {
  const pages: CallResource[][] = [];
  let cursor: string | null = null;
  do {
    const page: Page = await list(`${query}${cursor ? `&cursor=${cursor}` : ''}`);
    expect(page.has_more).toBe(page.next_cursor !== null);
    pages.push(page.data);
    cursor = page.next_cursor;
    await between(pages.length);
  } while (cursor !== null);
  return pages;
}

async function refusal(path: string, init?: RequestInit) {
  const response = await fetch(`${server.url}${path}`, init);
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  const body = (await response.json()) as Record<string, unknown>;
  expect(JSON.stringify(body)).not.toMatch(/ at .*:\d+:\d+|node_modules|\.ts\b|FST_ERR|select /);
  return { status: response.status, body };
}

describe('the list of calls', () => {
  it.each([[1], [7], [20], [45], [46], [100]])('in pages of %i has every call once, newest first', async (limit) => {
    const pages = await walk(`limit=${limit}`);
    const calls = pages.flat();
    expect(calls).toHaveLength(46);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(46);
    const keys = calls.map(({ created_at, id }) => `${created_at} ${id}`);
    expect(keys).toEqual([...keys].sort().reverse());
    expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true);
  });

  it('neither repeats nor skips a call while new ones come in', async () => {
    let next = 100;
    const earlier = (await walk('limit=100')).flat().map(({ id }) => id);
    const pages = await walk('limit=10', async () => {
      await insertOldCall(next);
      next += 1;
    });
    const ids = pages.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(earlier.every((id) => ids.includes(id))).toBe(true);
    await server.callwright.store.db
      .deleteFrom('calls')
      .where('id', '>=', 'call_old00791900')
      .where('id', 'like', 'call_old%')
      .execute();
  });

  it('shows calls as the contract says', async () => {
    const { data } = await list('limit=100');
    for (const call of data) expect(callSchema.strict().safeParse(call).error).toBeUndefined();
  });

  it.each([
    ['status=busy', 15],
    ['status=completed&to=%2B12025550100', 15],
    ['to=%2B12025550101', 22],
    ['outcome=talked&created_before=2026-01-06T00:00:00Z', 30],
    ['direction=inbound', 0],
    ['status=scheduled', 0],
    ['created_after=2026-01-05T15:01:00Z&created_before=2026-01-05T15:02:00Z', 5],
    ['created_after=2026-01-05T16:01:00%2B01:00&created_before=2026-01-05T15:02:00Z', 5],
    ['created_before=1970-01-01T00:00:00Z', 0],
    ['created_after=9999-12-31T23:59:59Z', 0],
  ])('filtered by %s has %i calls', async (query, count) => {
    expect((await walk(`limit=13&${query}`)).flat()).toHaveLength(count);
  });

  it.each([
    ['colour=red', '', /colour/],
    ['limit=0', 'limit', /./],
    ['limit=101', 'limit', /./],
    ['limit=ten', 'limit', /./],
    ['limit=5&limit=6', 'limit', /./],
    ['status=over', 'status', /./],
    ['status[]=busy', '', /status\[\]/],
    ['__proto__=1', '', /__proto__/],
    ['direction=sideways', 'direction', /./],
    ['to=12025550100', 'to', /E\.164/],
    ['to=%00', 'to', /E\.164/],
    ['outcome=%00', 'outcome', /must be/],
    ['created_after=yesterday', 'created_after', /./],
    ['created_after=2026-01-05', 'created_after', /./],
    ['created_before=2026-01-05T15:00:00', 'created_before', /./],
    ['created_before=0000-01-01T00:00:00Z', 'created_before', /1970 to 9999/],
    ['created_after=9999-12-31T23:59:59-23:00', 'created_after', /1970 to 9999/],
  ])('refuses %s and names the field', async (query, field, message) => {
    const { status, body } = await refusal(`/v1/calls?${query}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ status: 400, code: 'request/invalid', title: 'Invalid request' });
    expect(body.request_id).toMatch(/^req_/);
    expect(body.errors).toMatchObject([{ field, message: expect.stringMatching(message) }]);
  });

  const cursorOf = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  it.each([
    ['not one at all', 'abc'],
    ['not JSON', Buffer.from('[1').toString('base64url')],
    ['of another list', cursorOf([7])],
    ['too long a list', cursorOf([1, 'call_a', 2])],
    ['an object', cursorOf({ 0: 1, 1: 'call_a', length: 2 })],
    ['with a time that is none', cursorOf([1e300, 'call_a'])],
    ['with a fraction of a time', cursorOf([1.5, 'call_a'])],
    ['with a time after all', cursorOf([8_640_000_000_000_000, 'call_a'])],
    ['with a time before all', cursorOf([-1, 'call_a'])],
    ['with text for a time', cursorOf(['now', 'call_a'])],
    ['with an id that is none', cursorOf([1, 'a\0b'])],
    ['with SQL', cursorOf([1, "x') or 1=1 --"])],
    ['with an object for an id', cursorOf([1, {}])],
  ])('refuses a cursor that is %s', async (_name, cursor) => {
    expect(await refusal(`/v1/calls?cursor=${cursor}`)).toMatchObject({
      status: 400,
      body: { detail: 'cursor is not one that this list gave', errors: [{ field: 'cursor' }] },
    });
  });

  it('takes an honest cursor beyond the end for an empty page', async () => {
    expect(await list(`cursor=${cursorOf([0, 'call_0'])}`)).toEqual({ data: [], has_more: false, next_cursor: null });
  });
});

describe('one call', () => {
  it('is the same by our id and by its SID, as the contract says', async () => {
    const bySid = await server.get(`/v1/calls/${sid}`);
    expect(bySid).toEqual(await server.get(`/v1/calls/${callId}`));
    expect(callWithTurnsSchema.strict().safeParse(bySid).error).toBeUndefined();
    expect(bySid).toMatchObject({ id: callId, carrier_sid: sid, to: number, status: 'completed', state: 'ended' });
  });

  it.each([
    ['call_nothing'],
    [`CA${'0'.repeat(31)}z`],
    ['%00'],
    ['call_%00'],
    ["call_' or 1=1"],
    ['..%2f..%2fetc%2fpasswd'],
    ['x'.repeat(900)],
    ['__proto__'],
  ])('that does not exist is 404: %s', async (id) => {
    for (const rest of ['', '/transcript', '/events', '/live']) {
      const { status, body } = await refusal(`/v1/calls/${id}${rest}`);
      expect([status, body.code, body.detail]).toEqual([404, 'request/not-found', 'There is no such call.']);
    }
  });

  it.each([
    ['%zz', 400],
    ['x'.repeat(2000), 414],
  ])('whose id cannot be read is a problem too: %s', async (id, status) => {
    expect(await refusal(`/v1/calls/${id}`)).toMatchObject({ status, body: { status } });
  });

  it('has a transcript, as JSON and as text', async () => {
    const transcript = await server.get<{ turns: TurnResource[] }>(`/v1/calls/${sid}/transcript`);
    expect(transcript).toMatchObject({ call_id: callId, status: 'completed' });
    const speakers = transcript.turns.map(({ speaker }) => speaker);
    expect(speakers).toEqual(['assistant', 'person', 'assistant']);
    const response = await fetch(`${server.url}/v1/calls/${callId}/transcript?format=text`);
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    const lines = (await response.text()).trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^Assistant: Hello/);
    expect(lines[1]).toBe('Person: What is this about?');
    expect(await refusal(`/v1/calls/${callId}/transcript?format=pdf`)).toMatchObject({ status: 400 });
  });
});

interface EventPage {
  data: EventResource[];
  has_more: boolean;
  next_cursor: string | null;
}

describe('the events of a call', () => {
  it('come in order, and page by page the same as at once', async () => {
    const all = await server.get<EventPage>(`/v1/calls/${sid}/events`);
    for (const event of all.data) expect(eventSchema.strict().safeParse(event).error).toBeUndefined();
    const types = all.data.map(({ type }) => type);
    expect(types.slice(0, 4)).toEqual(['call.queued', 'call.dialing', 'call.ringing', 'call.started']);
    // What came of it is found out some seconds later.
    expect(types.filter((type) => type !== 'call.analyzed').at(-1)).toBe('call.ended');
    const paged: EventResource[] = [];
    let cursor: string | null = null;
    do {
      const at: string = cursor ? `&cursor=${cursor}` : '';
      const page: EventPage = await server.get(`/v1/calls/${sid}/events?limit=2${at}`);
      paged.push(...page.data);
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(paged.slice(0, all.data.length)).toEqual(all.data);
  });

  it.each([['"now"'], ['[1e300]'], ['[-1]'], ['[1,2]'], ['["1"]'], ['[9007199254740993]']])(
    'refuse the cursor %s',
    async (text) => {
      const cursor = Buffer.from(text).toString('base64url');
      expect(await refusal(`/v1/calls/${sid}/events?cursor=${cursor}`)).toMatchObject({ status: 400 });
    },
  );
});

describe('live events', () => {
  it('of one call begin with what has happened and go on as it happens', async () => {
    const other = await server.dial(number);
    const events = await server.eventsUntil(other, ({ type }) => type === 'call.ended');
    expect(events[0]?.type).toBe('call.queued');
    const { id } = await server.get<{ id: string }>(`/v1/calls/${other}`);
    expect(events.every(({ call_id }) => call_id === id)).toBe(true);
    const stored = await server.get<EventPage>(`/v1/calls/${other}/events`);
    expect(events).toEqual(stored.data);
  });

  it('of all calls are heard by everyone who listens, as server-sent events', async () => {
    const leaving = new AbortController();
    const listen = async () => {
      const response = await fetch(`${server.url}/v1/live`, { signal: leaving.signal });
      expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
      expect(response.headers.get('cache-control')).toBe('no-store');
      return response.body as unknown as AsyncIterable<Uint8Array>;
    };
    const streams = await Promise.all([listen(), listen()]);
    const heard = streams.map(async (stream) => {
      let text = '';
      for await (const chunk of stream) {
        text += Buffer.from(chunk).toString();
        if (text.includes('event: call.ended\n')) return text;
      }
      throw new Error(`the stream ended early: ${text}`);
    });
    await server.dial(number);
    const [one, other] = await Promise.all(heard);
    leaving.abort();
    expect(one).toBe(other);
    expect(one).toMatch(/^: hello\n\nid: \d+\nevent: call\.queued\ndata: \{.*\}\n\n/);
  });

  it('that were missed come first to a listener that comes back', async () => {
    await server.whenOver(await server.dial(number));
    const all = await server.get<{ data: { id: string; type: string }[]; next_cursor: string }>('/v1/events?limit=100');
    const leaving = new AbortController();
    const events = await server.get<{ data: { id: string }[] }>('/v1/events?limit=1');
    const first = await fetch(`${server.url}/v1/live`, { headers: { 'last-event-id': '1' }, signal: leaving.signal });
    let text = '';
    for await (const chunk of first.body as unknown as AsyncIterable<Uint8Array>) {
      text += Buffer.from(chunk).toString();
      if (text.includes('event: call.ended\n')) break;
    }
    leaving.abort();
    expect(text).not.toContain(events.data[0]?.id ?? '');
    expect(text).toContain(all.data[1]?.id ?? '');
    const later = await server.get<{ data: unknown[] }>(`/v1/events?cursor=${all.next_cursor}&type=call.queued`);
    expect(later.data).toEqual([]);
    await server.whenOver(await server.dial(number));
    const fresh = await server.get<{ data: { type: string }[] }>(
      `/v1/events?cursor=${all.next_cursor}&type=call.queued`,
    );
    expect(fresh.data.map(({ type }) => type)).toEqual(['call.queued']);
  });

  it('have no HEAD, which would never end', async () => {
    const response = await fetch(`${server.url}/v1/live`, { method: 'HEAD' });
    expect(response.status).toBe(404);
  });

  it('do not keep a server from stopping', async () => {
    const short = await startServer();
    const response = await fetch(`${short.url}/v1/live`);
    const ended = response.text().then(
      () => 'ended',
      () => 'cut',
    );
    await short.stop();
    expect(['ended', 'cut']).toContain(await ended);
  });
});

describe('a wrong key', () => {
  it.each([
    ['/v1/calls'],
    ['/v1/calls/call_x'],
    ['/v1/calls/call_x/transcript'],
    ['/v1/calls/call_x/events'],
    ['/v1/calls/call_x/live'],
    ['/v1/live'],
  ])('is 401 at %s, as a problem', async (path) => {
    const headers = { authorization: 'Bearer cw_operator_wrong' };
    const { status, body } = await refusal(path, { headers });
    expect([status, body.code]).toEqual([401, 'request/unauthorized']);
    const response = await fetch(`${server.url}${path}`, { headers });
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
  });
});

it('answers what does not exist with a problem', async () => {
  expect(await refusal('/v2/calls')).toMatchObject({
    status: 404,
    body: { code: 'request/not-found', detail: 'There is no GET /v2/calls.' },
  });
  expect(await refusal('/api/outbound-call')).toMatchObject({ status: 404 });
});
