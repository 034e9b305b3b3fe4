/** What a user is made of, from outside to the row: the address in one spelling, the password hashed. */

import { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import type { NewId } from '../base/ids.ts';
import type { UserRow } from '../store/users.ts';
import type { Passwords } from './passwords.ts';
import type { Role } from './principal.ts';

const email = z.email().max(254);

/** The address as it is stored; null for what is none. */
export function toEmail(text: string): string | null {
  const parsed = email.safeParse(text.trim().toLowerCase());
  return parsed.success ? parsed.data : null;
}

export interface NewUser {
  /** In any case. */
  email: string;
  name: string;
  password: string;
  role: Role;
  clientId: string | null;
}

/** The row of a new user. Hashing takes its time: do it before the transaction that inserts the row. @throws TooBusy */
export async function toUserRow(
  parts: { passwords: Passwords; newId: NewId; clock: Clock },
  user: NewUser,
): Promise<UserRow> {
  const password_hash = await parts.passwords.hash(user.password);
  const now = new Date(parts.clock.now());
  return {
    id: parts.newId('user'),
    client_id: user.clientId,
    email: user.email.trim().toLowerCase(),
    name: user.name,
    password_hash,
    role: user.role,
    is_active: true,
    token_version: 1,
    created_at: now,
    updated_at: now,
  };
}
