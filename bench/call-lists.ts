/** How long a page of the list of calls takes, over HTTP, on the embedded database: `node bench/call-lists.ts [calls]`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { silentLogger } from '../src/base/log.ts';
import { readConfig } from '../src/config/read-config.ts';
import type { Store } from '../src/store/open-store.ts';
import { createCallwright } from '../src/wiring.ts';

const calls = Number(process.argv[2] ?? 100_000);
const requests = 60;

const queries: Record<string, string> = {
  'the newest': '',
  'one status': 'status=completed',
  'a rare status': 'status=failed',
  'one outcome': 'outcome=talked',
  'an outcome that no call has': 'outcome=opted_out',
  'one direction': 'direction=inbound',
  'status and direction': 'status=completed&direction=inbound',
  'one assistant': 'assistant_id=7',
  'an assistant without calls': 'assistant_id=8',
  'a verification': 'verification=70007',
  'a verification that no call has': 'verification=1',
  'before a month': `created_before=${encodeURIComponent(new Date(Date.now() - 30 * 86_400_000).toISOString())}`,
  'since a week': `created_after=${encodeURIComponent(new Date(Date.now() - 7 * 86_400_000).toISOString())}`,
  'a whole number': 'to=%2B14155550042',
  'part of a number': 'q=5550042',
  'a number that nobody has': 'q=99999999',
  'the id of a call': 'q=call_seed00000000000000000042',
  'an id of the carrier': `q=CA${'42'.padStart(32, '0')}`,
};

const login = { email: 'bench@example.com', password: 'correct horse battery staple' };

/** One call a minute, back from now; every twentieth is of the client. */
async function seed({ db }: Store, clientId: string): Promise<void> {
  for (let from = 0; from < calls; from += 10_000) {
    await sql`
      insert into calls (id, dialect, direction, to_number, from_number, status, lifecycle, revision, carrier, carrier_sid,
        assistant, parameters, sessions_offered, sessions_opened, created_at, dialing_at, answered_at, ended_at,
        duration_seconds, outcome, ended_reason, ended_by, client_id, assistant_id, assistant_version, verification)
      select 'call_seed' || lpad(n::text, 20, '0'), 'v1', case when n % 5 = 0 then 'inbound' else 'outbound' end,
        '+1415' || lpad((5550000 + n % 3000)::text, 7, '0'), '+15551234567',
        case when n % 1000 = 0 then 'failed' when n % 4 = 0 then 'no_answer' else 'completed' end,
        ${JSON.stringify({ phase: 'over' })}::jsonb, 5, 'twilio', 'CA' || lpad(n::text, 32, '0'),
        ${JSON.stringify({ name: 'Reminder', prompt: 'Remind people of what they owe. '.repeat(20) })}::jsonb,
        ${JSON.stringify({ customerName: 'Sarah Johnson', amount: '$250.00' })}::jsonb, 1, 1,
        ${new Date()}::timestamptz - n * interval '1 minute', ${new Date()}::timestamptz - n * interval '1 minute',
        ${new Date()}::timestamptz - n * interval '1 minute', ${new Date()}::timestamptz - n * interval '1 minute',
        n % 300, case when n % 4 = 0 then 'no_answer' else 'talked' end, 'completed', 'person',
        case when n % 20 = 0 then ${clientId} end, case when n % 3 = 0 then 7 end, case when n % 3 = 0 then 1 end,
        case when n % 7 = 0 then n end
      from generate_series(${sql.lit(from + 1)}, ${sql.lit(Math.min(from + 10_000, calls))}) as n`.execute(db);
  }
}

interface Times {
  p50: number;
  p95: number;
  most: number;
}

/** Pages one after the other, each behind the one before. */
async function measure(url: string, query: string, headers: Record<string, string> = {}): Promise<Times> {
  const times: number[] = [];
  let cursor: string | null = null;
  for (let request = 0; request < requests; request += 1) {
    const startedAt = performance.now();
    const answer = await fetch(`${url}/v1/calls?limit=50&${query}${cursor ? `&cursor=${cursor}` : ''}`, { headers });
    const page = (await answer.json()) as { next_cursor: string | null };
    if (!answer.ok) throw new Error(JSON.stringify(page));
    times.push(performance.now() - startedAt);
    cursor = page.next_cursor;
  }
  times.sort((one, other) => one - other);
  const at = (share: number) => Math.round(times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? 0);
  return { p50: at(0.5), p95: at(0.95), most: at(1) };
}

const dataDir = mkdtempSync(join(tmpdir(), 'callwright-lists-'));
const config = readConfig({ PORT: '0', DATA_DIR: dataDir, REQUESTS_PER_MINUTE: '100000' });
const callwright = await createCallwright(config, { log: silentLogger });
try {
  const ask = async (path: string, body: object) => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    return (await (await fetch(callwright.url + path, init)).json()) as { id: string; token: string };
  };
  const client = await ask('/v1/clients', { name: 'Bench', ...login });
  await seed(callwright.store, client.id);
  const table: Record<string, Times> = {};
  for (const [name, query] of Object.entries(queries)) table[name] = await measure(callwright.url, query);
  const headers = { authorization: `Bearer ${(await ask('/auth/login', login)).token}` };
  for (const name of ['the newest', 'a rare status', 'a number that nobody has']) {
    table[`${name}, of one client`] = await measure(callwright.url, queries[name] ?? '', headers);
  }
  console.log(`${calls} calls, pages of 50, ms`);
  console.table(table);
  if (Object.values(table).some(({ p95 }) => p95 > 200)) process.exitCode = 1;
} finally {
  await callwright.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
