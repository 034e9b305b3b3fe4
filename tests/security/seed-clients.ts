/** Clients with objects of every kind, each bearing the mark of whose it is, and everybody who may ask for them. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeApiKey } from '../../src/account/api-key.ts';
import { createPasswords } from '../../src/account/passwords.ts';
import { usualDefinition } from '../../src/assistant/assistant.ts';
import { createFakeClock } from '../../src/base/clock.ts';
import { systemRandom } from '../../src/base/random.ts';
import { createLocalFiles } from '../../src/providers/local-files/local-files.ts';
import { insertDocument } from '../../src/store/documents.ts';
import type { ProvingGround } from './proving-ground.ts';

/** What every text of a client holds, and what no other client may ever read; ids made by the server lack these letters. */
export const markOf = (client: number) => `loi${client}uil`;
/** The digits of a client's phone numbers. */
export const digitsOf = (client: number) => `55${client}0770`;

export interface SeededObject {
  client: number;
  /** By kind, what names it in a path. */
  names: Record<ObjectKind, string>;
}
export const objectKinds = [
  'call',
  'carrier-call',
  'assistant',
  'phone-number',
  'api-key',
  'user',
  'client',
  'do-not-call',
  'consent',
  'campaign',
  'webhook',
  'document',
  'erasure',
] as const;
export type ObjectKind = (typeof objectKinds)[number];

export interface Asker {
  name: string;
  /** Whose people it belongs to; `operator` sees everyone, `nobody` no one. */
  side: number | 'operator' | 'nobody';
  headers: Record<string, string>;
  /** All that it may do, where that is little. */
  only?: string;
}

export const password = 'correct horse battery staple';
export const narrowPermission = 'stats:read';
const at = new Date(Date.UTC(2026, 10, 20, 12));

const nameIn = (client: number, number: number) => ({
  call: `call_${markOf(client)}_${number}`,
  'carrier-call': `CA${'0'.repeat(20)}${markOf(client)}${number}`,
  assistant: String(client * 1000 + number),
  'phone-number': `number_${markOf(client)}_${number}`,
  'api-key': `key_${markOf(client)}_${number}`,
  user: `user_${markOf(client)}_${number}`,
  client: `client_${markOf(client)}`,
  'do-not-call': `+1${digitsOf(client)}${500 + number}`,
  consent: `consent_${markOf(client)}_${number}`,
  webhook: `webhook_${markOf(client)}_${number}`,
  document: `document_${markOf(client)}_${number}`,
  erasure: `erasure_${markOf(client)}_${number}`,
  campaign: `campaign_${markOf(client)}_${number}`,
});

/** Objects are numbered from 0; the login of each client is that of its object 0. */
/** What clients are seeded into. */
type Ground = Pick<ProvingGround, 'db' | 'dataDir'>;

export async function seedClient(ground: Ground, client: number, objects: number): Promise<SeededObject[]> {
  const { db } = ground;
  const mark = markOf(client);
  const clientId = nameIn(client, 0).client;
  const own = { client_id: clientId };
  const made = { created_at: at, updated_at: at };
  const hash = await passwordHash();
  await db
    .insertInto('clients')
    .values({
      id: clientId,
      name: `Client ${mark}`,
      status: 'Active',
      twilio_phone_number: `+1${digitsOf(client)}000`,
      elevenlabs_agent_id: `agent_${mark}`,
      profile: JSON.stringify({ plan: mark }),
      limits: '{}',
      ...made,
    })
    .execute();
  const blobs = createLocalFiles({
    folder: join(ground.dataDir, 'blobs'),
    random: systemRandom,
    clock: createFakeClock(),
  });
  const seeded: SeededObject[] = [];
  for (let number = 0; number < objects; number += 1) {
    const names = nameIn(client, number);
    seeded.push({ client, names });
    const definition = {
      ...usualDefinition,
      name: `Assistant ${mark}`,
      prompt: `You are ${mark}.`,
      welcome_message: `Hello from ${mark}`,
      agenda: `Talk about ${mark}`,
    };
    const assistant = Number(names.assistant);
    await db
      .insertInto('assistants')
      .values({
        id: assistant,
        ...own,
        name: definition.name,
        draft: JSON.stringify(definition),
        published_version: 1,
        ...made,
      })
      .execute();
    await db
      .insertInto('assistant_versions')
      .values({
        assistant_id: assistant,
        version: 1,
        definition: JSON.stringify(definition),
        published_at: at,
        published_by: `user_${mark}_0`,
      })
      .execute();
    await insertDocument(
      db,
      {
        ...{ id: names.document, ...own, assistant_id: assistant, title: `Prices of ${mark}` },
        ...{ text: `${mark} costs much.`, language: 'english', created_at: at },
      },
      [{ headings: [], text: `${mark} costs much.` }],
    );
    await db
      .insertInto('mcp_secrets')
      .values({
        ...own,
        assistant_id: assistant,
        server: 'crm',
        secret: mark,
        origin: `https://${mark}.example`,
        set_at: at,
      })
      .execute();
    await db
      .insertInto('erasures')
      .values({ id: names.erasure, ...own, number: `+1${digitsOf(client)}${800 + number}`, asked_at: at, done_at: at })
      .execute();
    await db
      .insertInto('users')
      .values({
        id: names.user,
        ...own,
        email: `${number}@${mark}.example`,
        name: `User ${mark}`,
        password_hash: hash,
        role: 'client',
        is_active: true,
        token_version: 1,
        ...made,
      })
      .execute();
    await db
      .insertInto('phone_numbers')
      .values({
        id: names['phone-number'],
        number: `+1${digitsOf(client)}${100 + number}`,
        ...own,
        assistant_id: assistant,
        ...made,
      })
      .execute();
    const key = makeApiKey(systemRandom);
    await db
      .insertInto('api_keys')
      .values({
        id: names['api-key'],
        ...own,
        name: `Key ${mark}`,
        prefix: key.prefix,
        secret_hash: key.hash,
        role: 'client',
        permissions: null,
        created_by: names.user,
        created_at: at,
      })
      .execute();
    await db
      .insertInto('do_not_call')
      .values({
        client_id: clientId,
        number: names['do-not-call'],
        reason: `asked ${mark}`,
        call_id: null,
        created_at: at,
      })
      .execute();
    await db
      .insertInto('consents')
      .values({
        id: names.consent,
        client_id: clientId,
        number: `+1${digitsOf(client)}${600 + number}`,
        purpose: 'calls',
        source: `a form of ${mark}`,
        given_at: at,
        created_at: at,
      })
      .execute();
    await seedCall(ground, { client, number, assistant, definition });
    await seedCampaign(ground, { client, number });
    await seedWebhook(ground, { ...names, mark });
    const blobName = `recordings/${names.call}/sound.wav`;
    const sound = Buffer.from(`RIFF sound of ${mark}`);
    const kept = await blobs.put(blobName, { contentType: 'audio/wav', length: sound.length, body: bytes(sound) });
    await db
      .insertInto('recordings')
      .values({
        id: `recording_${mark}_${number}`,
        call_id: names.call,
        ...own,
        carrier_sid: `RE${mark}${number}`,
        status: 'ready',
        duration_seconds: 7,
        channels: 2,
        blob_name: blobName,
        content_type: 'audio/wav',
        length: kept.length,
        sha256: kept.sha256,
        tries: 1,
        next_try_at: null,
        created_at: at,
      })
      .execute();
    await db
      .insertInto('audit_log')
      .values({
        at,
        ...own,
        actor_kind: 'user',
        actor_id: names.user,
        action: 'call.created',
        subject_kind: 'call',
        subject_id: names.call,
        request_id: `req_${mark}`,
        details: JSON.stringify({ mark }),
      })
      .execute();
  }
  return seeded;
}

async function seedCampaign({ db }: Ground, { client, number }: { client: number; number: number }): Promise<void> {
  const mark = markOf(client);
  const { campaign, client: client_id } = nameIn(client, number);
  const settings = { welcome_message: `Hello from ${mark}`, agenda: null, variables: { plan: mark } };
  const limits = {
    max_duration_seconds: null,
    default_country: null,
    caller_id: null,
    window: null,
    retry: null,
    spend_caps: null,
  };
  const period = { starts_at: null, ends_at: null, breaker: { failed_share: 0.5, last_calls: 20 } };
  const pacing = { calls_per_minute: 60, concurrent_calls: 1, adaptive: null };
  await db
    .insertInto('campaigns')
    .values({
      ...{ id: campaign, client_id, name: `Campaign ${mark}`, status: 'draft', assistant_id: null },
      settings: JSON.stringify({ ...settings, ...limits, ...period, pacing }),
      ...{ pace: JSON.stringify({ phase: 'draft' }), caller_ids_used: '{}', revision: 0 },
      ...{ assistant_version: null, created_at: at, updated_at: at },
    })
    .execute();
  await db
    .insertInto('contacts')
    .values({
      ...{ id: `contact_${mark}_${number}`, campaign_id: campaign, client_id },
      ...{ number: `+1${digitsOf(client)}${300 + number}`, name: `Person ${mark}`, timezone: null, line: 2 },
      ...{ variables: JSON.stringify({ owes: mark }), state: 'waiting', attempts: 0, deferrals: 0 },
      ...{ outcome: null, code: null, first_call_id: null, last_call_id: null, from_number: null },
      ...{ due_at: at, created_at: at, updated_at: at },
    })
    .execute();
}

async function seedWebhook(
  { db }: Ground,
  { webhook, client, call, mark }: { webhook: string; client: string; call: string; mark: string },
): Promise<void> {
  await db
    .insertInto('webhooks')
    .values({
      id: webhook,
      client_id: client,
      // Where nothing may be sent, so that nothing is waited for.
      url: `https://10.0.0.1/${mark}`,
      description: `Hook of ${mark}`,
      event_types: JSON.stringify([`${mark}.*`]),
      is_enabled: true,
      secret: `whsec_${mark}`,
      created_at: at,
      updated_at: at,
    })
    .execute();
  const event = await db.selectFrom('events').select(['id', 'position']).where('call_id', '=', call).executeTakeFirst();
  if (!event) throw new Error(`${call} has no event`);
  await db
    .insertInto('webhook_deliveries')
    .values({
      ...{ webhook_id: webhook, event_id: event.id, event_type: 'call.queued', position: event.position },
      ...{ status: 'delivered', created_at: at, finished_at: at },
    })
    .execute();
}

async function* bytes(all: Uint8Array) {
  yield all;
}

let hashed: Promise<string> | null = null;
function passwordHash(): Promise<string> {
  hashed ??= createPasswords(systemRandom).hash(password);
  return hashed;
}

async function seedCall(
  { db }: Ground,
  { client, number, assistant, definition }: { client: number; number: number; assistant: number; definition: object },
): Promise<void> {
  const mark = markOf(client);
  const names = nameIn(client, number);
  const call = names.call;
  await db
    .insertInto('calls')
    .values({
      id: call,
      client_id: names.client,
      dialect: 'v1',
      direction: 'outbound',
      to_number: `+1${digitsOf(client)}${200 + number}`,
      from_number: `+1${digitsOf(client)}000`,
      status: 'completed',
      lifecycle: JSON.stringify({ phase: 'over', status: 'completed', carrierSid: names['carrier-call'] }),
      revision: 5,
      carrier: 'twilio',
      carrier_sid: names['carrier-call'],
      assistant: JSON.stringify({ ...definition, ring_seconds: 60, max_duration_seconds: 60, silence_ms: 8000 }),
      parameters: JSON.stringify({ customer: mark }),
      request_id: `req_${mark}`,
      instructions: JSON.stringify({ path: `/twiml?callId=${call}` }),
      engine: 'media',
      assistant_id: assistant,
      assistant_version: 1,
      verification: 7_000 + client,
      welcome_message: `Hello from ${mark}`,
      agenda: `Talk about ${mark}`,
      metadata: JSON.stringify({ note: mark }),
      sessions_offered: 1,
      sessions_opened: 1,
      session_expires_at: at,
      created_at: at,
      dialing_at: at,
      ringing_at: at,
      answered_at: at,
      ended_at: at,
      duration_seconds: 7,
      outcome: 'completed',
      ended_reason: 'person_hung_up',
      ended_by: 'person',
      fault: null,
      error_code: 'carrier/13224',
      error_message: `failed for ${mark}`,
      check_at: null,
    })
    .execute();
  for (const type of ['call.queued', 'call.ended']) {
    await db
      .insertInto('events')
      .values({
        id: `event_${mark}_${number}_${type}`,
        call_id: call,
        client_id: names.client,
        type,
        key: type,
        at,
        data: JSON.stringify({ mark }),
      })
      .execute();
  }
  await db
    .insertInto('turns')
    .values({
      call_id: call,
      index: 0,
      speaker: 'person',
      text: `I am ${mark}`,
      heard_text: `I am ${mark}`,
      heard_source: 'said',
      interrupted: false,
      started_at: at,
      ended_at: at,
      reply_ms: 100,
    })
    .execute();
  await db
    .insertInto('carrier_transcripts')
    .values({ call_id: call, sequence: 1, speaker: 'person', text: `I am ${mark}`, at })
    .execute();
  await db
    .insertInto('call_log')
    .values({ call_id: call, seq: 1, at, machine: 'lifecycle', event: JSON.stringify({ mark }), effects: '[]' })
    .execute();
}

/** Everyone who asks: nobody, the operator's people by role, and of each client its user and its keys. */
export async function makeAskers(ground: ProvingGround, clients: readonly number[]): Promise<Asker[]> {
  mkdirSync(join(ground.dataDir, 'blobs'), { recursive: true });
  const askers: Asker[] = [{ name: 'nobody', side: 'nobody', headers: {} }];
  for (const role of ['viewer', 'operator', 'admin'] as const) {
    const headers = await makeKey(ground, { id: `key_of_${role}`, role, clientId: null });
    askers.push({ name: role, side: 'operator', headers });
  }
  for (const client of clients) {
    const { client: clientId, user } = nameIn(client, 0);
    const key = (name: string, more: Partial<KeyWanted> = {}) =>
      makeKey(ground, { id: `key_${markOf(client)}_${name}`, role: 'client', clientId, ...more });
    const login = await ground.sender.send({
      method: 'POST',
      path: '/auth/login',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: `0@${markOf(client)}.example`, password }),
    });
    const { token } = JSON.parse(login.body) as { token?: string };
    if (token === undefined) throw new Error(`${user} could not log in: ${login.status} ${login.body}`);
    askers.push(
      { name: `user of ${client}`, side: client, headers: { authorization: `Bearer ${token}` } },
      { name: `key of ${client}`, side: client, headers: await key('full') },
      {
        name: `narrow key of ${client}`,
        side: client,
        only: narrowPermission,
        headers: await key('narrow', { permissions: [narrowPermission] }),
      },
      { name: `expired key of ${client}`, side: 'nobody', headers: await key('expired', { expiresAt: at }) },
      { name: `revoked key of ${client}`, side: 'nobody', headers: await key('revoked', { revokedAt: at }) },
    );
  }
  return askers;
}

interface KeyWanted {
  id: string;
  role: string;
  clientId: string | null;
  permissions?: string[];
  expiresAt?: Date;
  revokedAt?: Date;
}

async function makeKey({ db }: ProvingGround, wanted: KeyWanted): Promise<Record<string, string>> {
  const { whole, prefix, hash } = makeApiKey(systemRandom);
  await db
    .insertInto('api_keys')
    .values({
      id: wanted.id,
      client_id: wanted.clientId,
      name: wanted.id,
      prefix,
      secret_hash: hash,
      role: wanted.role,
      permissions: wanted.permissions ? JSON.stringify(wanted.permissions) : null,
      created_by: null,
      created_at: at,
      expires_at: wanted.expiresAt ?? null,
      revoked_at: wanted.revokedAt ?? null,
    })
    .execute();
  return { authorization: `Bearer ${whole}` };
}
