/** Making, changing and removing clients, with the first user of a new one. */
import type { Updateable } from 'kysely';
import { recordAudit } from '../store/audit-log.ts';
import {
  type ClientWithEmail,
  findClient,
  forgetUserOfRemovedClient,
  insertClient,
  removeClient as removeClientRow,
  updateClient,
} from '../store/clients.ts';
import type { ClientsTable, Db } from '../store/schema.ts';
import { isUniqueViolation } from '../store/sql-errors.ts';
import { insertUser } from '../store/users.ts';
import type { AccountParts } from './log-in.ts';
import { type Asker, reachOf } from './principal.ts';
import { EmailTaken } from './refusals.ts';
import { toUserRow } from './user-fields.ts';

/** Named as in the table. */
export interface ClientFields {
  name: string;
  status: 'Active' | 'Inactive' | 'Suspended';
  /** E.164. */
  twilio_phone_number: string | null;
  elevenlabs_agent_id: string | null;
  profile: Record<string, unknown>;
  limits: Record<string, unknown>;
}

export interface NewClient extends ClientFields {
  /** With what its first user logs in. */
  login: { email: string; password: string } | null;
}

export type ClientChanges = { [Field in keyof ClientFields]?: ClientFields[Field] | undefined };

/** @throws EmailTaken, TooBusy */
export async function createClient(parts: AccountParts, asker: Asker, wanted: NewClient): Promise<ClientWithEmail> {
  const id = parts.newId('client');
  const { login, name } = wanted;
  const user = login ? await toUserRow(parts, { ...login, name, role: 'client', clientId: id }) : null;
  const at = new Date(parts.clock.now());
  return parts.store.transaction(async (tx) => {
    await insertClient(tx, { id, ...toColumns(wanted), created_at: at, updated_at: at });
    await record(tx, asker, { action: 'client.created', id, at, details: { status: wanted.status } });
    if (user) {
      await forgetUserOfRemovedClient(tx, user.email);
      await insertUser(tx, user).catch((error: unknown) => {
        throw isUniqueViolation(error) ? new EmailTaken() : error;
      });
    }
    return findThere(tx, id);
  });
}

/** Null when there is none within reach. */
export async function changeClient(
  parts: AccountParts,
  asker: Asker,
  { id, changes }: { id: string; changes: ClientChanges },
): Promise<ClientWithEmail | null> {
  const at = new Date(parts.clock.now());
  return parts.store.transaction(async (tx) => {
    if (!(await findClient(tx, reachOf(asker.principal), id))) return null;
    await updateClient(tx, id, { ...toChangedColumns(changes), updated_at: at });
    const details = { fields: Object.keys(changes), status: changes.status };
    await record(tx, asker, { action: 'client.updated', id, at, details });
    return findThere(tx, id);
  });
}

/** Takes away a client's access and numbers; its calls stay. False when there is none within reach. */
export async function removeClient(parts: AccountParts, asker: Asker, id: string): Promise<boolean> {
  const at = new Date(parts.clock.now());
  return parts.store.transaction(async (tx) => {
    if (!(await findClient(tx, reachOf(asker.principal), id))) return false;
    await removeClientRow(tx, id, at);
    await record(tx, asker, { action: 'client.removed', id, at, details: {} });
    return true;
  });
}

const toColumns = ({ name, status, twilio_phone_number, elevenlabs_agent_id, profile, limits }: ClientFields) => ({
  ...{ name, status, twilio_phone_number, elevenlabs_agent_id },
  profile: JSON.stringify(profile),
  limits: JSON.stringify(limits),
});

const toChangedColumns = ({ profile, limits, ...plain }: ClientChanges): Updateable<ClientsTable> => ({
  ...plain,
  profile: profile && JSON.stringify(profile),
  limits: limits && JSON.stringify(limits),
});

async function findThere(tx: Db, id: string): Promise<ClientWithEmail> {
  const client = await findClient(tx, { everyone: true }, id);
  if (!client) throw new Error(`client ${id} went missing within its own transaction`);
  return client;
}

function record(
  tx: Db,
  { principal, requestId }: Asker,
  { id, ...entry }: { action: string; id: string; at: Date; details: Record<string, unknown> },
): Promise<void> {
  return recordAudit(tx, { ...entry, principal, subjectKind: 'client', subjectId: id, requestId });
}
