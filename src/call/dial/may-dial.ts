/** Whether a number may be called at all, asked right before every dial. */
import { findDoNotCall } from '../../store/do-not-call.ts';
import type { Db } from '../../store/schema.ts';
import { clientMayDial } from './client-limits.ts';
import { DialRefused } from './dial-refused.ts';

export { DialRefused } from './dial-refused.ts';

/** @throws DialRefused `dial/do-not-call` or `dial/client-not-active` */
export async function mayDial(db: Db, call: { to: string; clientId: string | null }): Promise<void> {
  const entry = await findDoNotCall(db, call.to, call.clientId);
  if (entry) throw new DialRefused('dial/do-not-call', `This number is on the do-not-call list (${entry.reason}).`);
  if (call.clientId !== null) await clientMayDial(db, call.clientId);
}
