/** What a rule of dialling is given, and what it answers. */
import type { ErrorCode } from '../../../base/errors.ts';
import type { ClientDialLimits } from '../client-dial-limits.ts';
import type { ConsentPurpose, ConsentState } from '../consents.ts';
import type { Burst } from '../find-burst.ts';
import type { SpendFacts } from '../spend-policy.ts';
import type { Destination } from '../where/destination.ts';
import type { PlaceRules } from './place-rules.ts';

/** All that the decision depends on; what is not known is null, and what must be known then forbids the call. */
export interface DialFacts {
  /** E.164. */
  to: string;
  destination: Destination;
  /** What single states and countries demand. */
  places: PlaceRules;
  /** The person's own time zone, where the asker knows it. */
  recipientZone: string | null;
  /** Nobody asked for the call at this moment: it is held to the calling hours. */
  keepsHours: boolean;
  /** The entry that names the number, on everyone's list or the client's own. */
  doNotCall: { list: 'everyone' | 'client'; reason: string; since: Date } | null;
  /** What the person agreed to, for the same client. */
  consents: Readonly<Record<ConsentPurpose, ConsentState>>;
  /** What must be agreed to before a call. */
  requiredConsents: readonly ConsentPurpose[];
  /** Null for the operator's own calls; `limits` null when they cannot be read. */
  client: { status: string | null; limits: ClientDialLimits | null } | null;
  /** Two-letter codes of the countries that anybody may call. */
  allowedCountries: readonly string[];
  /** How often a number may be rung; null: no limit. */
  attemptLimits: { perDay: number | null; perWeek: number | null };
  /** When the number was rung for the same client in the last week, newest first; as many as the limits need. */
  attemptsAtMs: readonly number[];
  /** Calls to numbers like it, and from a client that is new. */
  burst: Burst;
  /** What the call may cost, and what is taken of every cap; null where nobody asked. */
  spend: SpendFacts | null;
}

export type Finding =
  | { verdict: 'allows'; detail: string }
  /** Would forbid the call if it were enforced for it, or cannot be told. */
  | { verdict: 'notes'; code: ErrorCode | null; detail: string }
  | {
      verdict: 'forbids';
      code: ErrorCode;
      detail: string;
      /** What whoever asks can do about it. */
      mend: string;
      /** When it passes by itself; null: it does not. */
      passesAtMs: number | null;
    };

export type Rule = (facts: DialFacts, atMs: number) => Finding;

export const allows = (detail: string): Finding => ({ verdict: 'allows', detail });

export const forbids = (why: {
  code: ErrorCode;
  detail: string;
  mend: string;
  passesAtMs?: number | null;
}): Finding => ({ verdict: 'forbids', passesAtMs: null, ...why });
