/** `/v1/do-not-call`: lists that hold for one client or for everyone, kept by hand and by file. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DoNotCallResource, doNotCallImportSchema, doNotCallSchema } from '../../src/api/contract/do-not-call.ts';
import { type RunningServer, startServer } from '../setup/running-server.ts';

const path = '/v1/do-not-call';
const password = 'correct horse battery staple';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ config: { callsPerSecond: 1000 } });
});
afterAll(() => server.stop());

interface Client {
  id: string;
  key: { authorization: string };
}

async function createClient(name: string): Promise<Client> {
  const email = `${name}@example.com`;
  const { id } = (await (await server.post('/v1/clients', { name, email, password })).json()) as { id: string };
  const { token } = (await (await server.post('/auth/login', { email, password })).json()) as { token: string };
  return { id, key: { authorization: `Bearer ${token}` } };
}

const add = (body: object, key: Record<string, string> = {}) => server.post(path, body, key);
const remove = (number: string, query: string, key: Record<string, string> = {}) =>
  fetch(`${server.url}${path}/${encodeURIComponent(number)}?${query}`, { method: 'DELETE', headers: key });
const check = async (number: string, key: Record<string, string> = {}, more = '') => {
  const response = await fetch(`${server.url}${path}/check?number=${encodeURIComponent(number)}${more}`, {
    headers: key,
  });
  return (await response.json()) as { may_be_called: boolean; entry: DoNotCallResource | null };
};
const list = async (key: Record<string, string> = {}, query = 'limit=100') => {
  const response = await fetch(`${server.url}${path}?${query}`, { headers: key });
  return (await response.json()) as { data: DoNotCallResource[]; has_more: boolean; next_cursor: string | null };
};
const importRows = (body: string, type: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}${path}/import`, { method: 'POST', headers: { 'content-type': type, ...headers }, body });

describe('a number on a list', () => {
  it('is added once, is not dialled, and may be called again after it was taken off with a reason', async () => {
    const number = '+12125550001';
    const added = await add({ number, reason: 'asked by mail' });
    expect(added.status).toBe(201);
    expect(doNotCallSchema.parse(await added.json())).toMatchObject({
      number,
      reason: 'asked by mail',
      client_id: null,
    });
    const again = await add({ number, reason: 'other words' });
    expect([again.status, ((await again.json()) as DoNotCallResource).reason]).toEqual([200, 'asked by mail']);
    const refused = await server.post('/v1/calls', { to: number });
    expect([refused.status, await refused.json()]).toMatchObject([403, { code: 'dial/do-not-call' }]);
    expect((await remove(number, '')).status).toBe(400);
    expect((await remove(number, 'reason=asked%20us%20back')).status).toBe(204);
    expect((await remove(number, 'reason=again')).status).toBe(404);
    expect(await check(number)).toMatchObject({ may_be_called: true, entry: null });
    expect((await server.post('/v1/calls', { to: number })).status).toBe(201);
    const { data } = await server.get<{ data: { action: string; details: object }[] }>('/v1/audit-log?limit=100');
    expect(data.find(({ action }) => action === 'do_not_call.removed')?.details).toMatchObject({
      reason: 'asked us back',
      was: { reason: 'asked by mail' },
    });
  });

  it('is not dialled though its call was waiting before it was added', async () => {
    const slow = await startServer({ config: { callsPerSecond: 0.5 } });
    try {
      const number = '+12125550002';
      await slow.post('/v1/calls', { to: '+12125550003' });
      const waiting = (await (await slow.post('/v1/calls', { to: number })).json()) as { id: string; status: string };
      expect(waiting.status).toBe('queued');
      await slow.post(path, { number });
      await slow.eventsUntil(waiting.id, (event) => event.type === 'call.blocked');
      expect(await slow.get(`/v1/calls/${waiting.id}`)).toMatchObject({
        status: 'blocked',
        error: { code: 'dial/do-not-call' },
      });
      expect(slow.simulator.calls().map(({ to }) => to)).not.toContain(number);
    } finally {
      await slow.stop();
    }
  });

  it.each([[{ number: '12' }], [{}], [{ number: '+12125550001', extra: 1 }], [{ number: '+12125550001', reason: '' }]])(
    'cannot be added as %j',
    async (body) => {
      expect((await add(body)).status).toBe(400);
    },
  );

  it.each(['nonsense', '..', '%00', '+', "'; drop table do_not_call; --"])(
    'is not found by the name %j',
    async (name) => {
      expect((await remove(name, 'reason=x')).status).toBe(404);
    },
  );
});

describe('the lists of clients', () => {
  it('hold for the client alone; everyone’s list holds for all', async () => {
    const [one, other] = [await createClient('one'), await createClient('other')];
    await add({ number: '+12125550010' }, one.key);
    await add({ number: '+12125550011', client_id: other.id });
    await add({ number: '+12125550012' });
    expect((await check('+12125550010', one.key)).may_be_called).toBe(false);
    expect((await check('+12125550010', other.key)).may_be_called).toBe(true);
    expect((await check('+12125550010')).may_be_called).toBe(true);
    expect((await check('+12125550010', {}, `&client_id=${one.id}`)).may_be_called).toBe(false);
    expect((await check('+12125550011', other.key)).may_be_called).toBe(false);
    expect((await check('+12125550012', one.key)).may_be_called).toBe(false);
    expect((await list(one.key)).data.map(({ number }) => number)).toEqual(['+12125550010']);
    expect((await list({}, `client_id=${other.id}`)).data.map(({ number }) => number)).toEqual(['+12125550011']);
    // Neither another client's list nor everyone's can be changed by a client.
    expect((await add({ number: '+12125550013', client_id: one.id }, other.key)).status).toBe(404);
    expect((await remove('+12125550010', `reason=x&client_id=${one.id}`, other.key)).status).toBe(404);
    expect((await remove('+12125550010', 'reason=x', other.key)).status).toBe(404);
    expect((await remove('+12125550012', 'reason=x', other.key)).status).toBe(404);
    expect((await list(other.key, `client_id=${one.id}`)).data).toEqual([]);
    expect((await add({ number: '+12125550013', client_id: 'client_none' })).status).toBe(404);
  });

  it('come in pages that neither repeat nor skip', async () => {
    const pager = await createClient('pager');
    const numbers = Array.from({ length: 25 }, (_, index) => `+1212556${String(index).padStart(4, '0')}`);
    await importRows(JSON.stringify(numbers), 'application/json', pager.key);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await list(pager.key, `limit=10${cursor ? `&cursor=${cursor}` : ''}`);
      seen.push(...page.data.map(({ number }) => number));
      cursor = page.next_cursor;
    } while (cursor);
    expect(seen.toSorted()).toEqual(numbers);
  });
});

describe('a file of numbers', () => {
  it('is imported as CSV, bad rows reported by their line', async () => {
    const csv = [
      'Reason,Number',
      'moved,+12125551001',
      '"said ""no"", twice",+12125551002',
      ",'+12125551003",
      'no number,',
      'formula,=HYPERLINK("http://x")',
      'twice,+12125551001',
      `${'x'.repeat(501)},+12125551004`,
    ].join('\r\n');
    const response = await importRows(csv, 'text/csv');
    const answer = doNotCallImportSchema.parse(await response.json());
    expect(answer).toMatchObject({ rows: 7, added: 3, already_listed: 1, rejected: 3 });
    expect(answer.errors.map(({ line }) => line)).toEqual([5, 6, 8]);
    expect((await check('+12125551002')).entry?.reason).toBe('said "no", twice');
    expect((await check('+12125551003')).entry?.reason).toBe('imported');
  });

  it('is imported as CSV without a heading and as JSON', async () => {
    expect(await (await importRows('+12125551010\n+12125551011,gone', 'text/csv')).json()).toMatchObject({ added: 2 });
    for (const [index, name] of ['phone', 'Phone Number', 'to'].entries()) {
      const file = `name,${name}\nAnn,+1212555103${index}`;
      expect(await (await importRows(file, 'text/csv')).json()).toMatchObject({ added: 1, rejected: 0 });
    }
    const json = [
      '+12125551012',
      { number: '+12125551013', reason: 'x' },
      { number: 5 },
      null,
      { number: '+12125551014', evil: 1 },
    ];
    const answer = await (await importRows(JSON.stringify(json), 'application/json')).json();
    expect(answer).toMatchObject({ added: 2, rejected: 3, errors: [{ line: 3 }, { line: 4 }, { line: 5 }] });
  });

  it('is imported once under one Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'one-file' };
    const first = await (await importRows('+12125551020', 'text/csv', headers)).json();
    expect(await (await importRows('+12125551020', 'text/csv', headers)).json()).toEqual(first);
    expect(first).toMatchObject({ added: 1 });
  });

  it('of 100,000 rows is taken, of one more or of too many bytes it is not', async () => {
    const rows = Array.from({ length: 100_000 }, (_, index) => `+1646${String(index).padStart(7, '0')},moved`);
    const importer = await createClient('importer');
    const taken = await importRows(rows.join('\n'), 'text/csv', importer.key);
    expect(await taken.json()).toMatchObject({ rows: 100_000, added: 100_000, rejected: 0 });
    expect((await importRows([...rows, '+16460000000'].join('\n'), 'text/csv', importer.key)).status).toBe(413);
    expect((await importRows('x'.repeat(13 * 1024 * 1024), 'text/csv', importer.key)).status).toBe(413);
    expect((await importRows('{"a":1}', 'application/json', importer.key)).status).toBe(400);
    const exported = await fetch(`${server.url}${path}/export`, { headers: importer.key });
    expect((await exported.text()).split('\r\n')).toHaveLength(100_002);
  }, 60_000);

  it('is exported so that no spreadsheet runs what stands in it, and can be imported again', async () => {
    const exporter = await createClient('exporter');
    await add({ number: '+12125551030', reason: '=cmd|"/c calc"!A1' }, exporter.key);
    const response = await fetch(`${server.url}${path}/export`, { headers: exporter.key });
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="do-not-call.csv"');
    const csv = await response.text();
    expect(csv.split('\r\n')[1]).toMatch(/^'\+12125551030,"'=cmd\|""\/c calc""!A1",/);
    const other = await createClient('again');
    expect(await (await importRows(csv, 'text/csv', other.key)).json()).toMatchObject({ added: 1, rejected: 0 });
    expect((await check('+12125551030', other.key)).entry?.reason).toBe('=cmd|"/c calc"!A1');
  });
});
