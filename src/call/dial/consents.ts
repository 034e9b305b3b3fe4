/** What a number agreed to, as of a moment. Pure. */
import type { ConsentRow } from '../../store/consents.ts';

export const consentPurposes = ['calls', 'recording', 'marketing'] as const;
export type ConsentPurpose = (typeof consentPurposes)[number];
/** Whose consents those for the operator's own calls are. */
export const operatorsList = '';

export type ConsentState = 'given' | 'withdrawn' | 'expired' | 'none';

/** By what was done last: given, or taken back. */
export function consentStateOf(
  rows: readonly ConsentRow[],
  purpose: string,
  atMs: number,
): { state: ConsentState; row: ConsentRow | null } {
  const about = rows.filter((row) => row.purpose === purpose && row.given_at.getTime() <= atMs);
  const held = about.find((row) => row.withdrawn_at === null && (row.expires_at?.getTime() ?? Infinity) > atMs);
  if (held) return { state: 'given', row: held };
  const withdrawn = about.find((row) => row.withdrawn_at !== null);
  if (withdrawn) return { state: 'withdrawn', row: withdrawn };
  const [expired] = about;
  return expired ? { state: 'expired', row: expired } : { state: 'none', row: null };
}

export function stateOfEach(rows: readonly ConsentRow[], atMs: number): Record<ConsentPurpose, ConsentState> {
  const stateOf = (purpose: ConsentPurpose) => consentStateOf(rows, purpose, atMs).state;
  return { calls: stateOf('calls'), recording: stateOf('recording'), marketing: stateOf('marketing') };
}
