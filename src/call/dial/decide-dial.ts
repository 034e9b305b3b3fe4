/** Whether a number may be called now: every rule is asked, every answer is kept. Pure. */
import type { ErrorCode } from '../../base/errors.ts';
import { hasConsent } from './rules/has-consent.ts';
import { isAllowedCountry } from './rules/is-allowed-country.ts';
import { isClientActive } from './rules/is-client-active.ts';
import { isDoNotCall } from './rules/is-do-not-call.ts';
import { isExpensive } from './rules/is-expensive.ts';
import { isTooMany } from './rules/is-too-many.ts';
import { isTooOften } from './rules/is-too-often.ts';
import { isWithinCallingHours, zonesFor } from './rules/is-within-calling-hours.ts';
import { isWithinSpend } from './rules/is-within-spend.ts';
import type { DialFacts, Finding, Rule } from './rules/rule.ts';

/** In the order in which they name the reason of a refusal: what never passes comes before what does. */
const rules: readonly (readonly [name: string, rule: Rule])[] = [
  ['do_not_call', isDoNotCall],
  ['client_active', isClientActive],
  ['consent', hasConsent],
  ['expensive_number', isExpensive],
  ['allowed_country', isAllowedCountry],
  ['spend', isWithinSpend],
  ['calling_hours', isWithinCallingHours],
  ['frequency', isTooOften],
  ['burst', isTooMany],
];

/** What one rule answered. */
export interface DialReason {
  rule: string;
  verdict: Finding['verdict'];
  code: ErrorCode | null;
  detail: string;
}

/** The decision as it is stored with the call and shown: evidence of what was known, and when. */
export interface DialDecision {
  allowed: boolean;
  /** Of the first rule that forbids the call. */
  code: ErrorCode | null;
  detail: string | null;
  mend: string | null;
  /** When asking again may help; null when it may not, or is not needed. */
  retry_after_seconds: number | null;
  decided_at: string;
  destination: { countries: string[]; region: string | null; kind: string | null; zones: string[]; zones_from: string };
  reasons: DialReason[];
}

export function decideDial(facts: DialFacts, atMs: number): DialDecision {
  const findings = rules.map(([rule, decide]) => ({ rule, finding: decide(facts, atMs) }));
  const forbidding = findings.flatMap(({ finding }) => (finding.verdict === 'forbids' ? [finding] : []));
  const [first] = forbidding;
  const { countries, region, kind, zonesFrom } = facts.destination;
  return {
    allowed: first === undefined,
    code: first?.code ?? null,
    detail: first?.detail ?? null,
    mend: first?.mend ?? null,
    retry_after_seconds: retryAfterSeconds(forbidding, atMs),
    decided_at: new Date(atMs).toISOString(),
    destination: {
      countries: [...countries],
      region,
      kind,
      zones: [...zonesFor(facts)],
      zones_from: facts.recipientZone === null ? zonesFrom : 'recipient',
    },
    reasons: findings.map(({ rule, finding }) => ({
      rule,
      verdict: finding.verdict,
      code: finding.verdict === 'allows' ? null : finding.code,
      detail: finding.detail,
    })),
  };
}

/** Until all that forbids the call has passed; null when something does not. */
function retryAfterSeconds(forbidding: readonly { passesAtMs: number | null }[], atMs: number): number | null {
  const moments = forbidding.map(({ passesAtMs }) => passesAtMs);
  if (moments.length === 0 || moments.includes(null)) return null;
  return Math.max(Math.ceil((Math.max(...moments.map(Number)) - atMs) / 1000), 1);
}
