/** Whether a number may be called at all: brings the facts of now before the rules. */
import { findClient } from '../../store/clients.ts';
import { listConsentsOf } from '../../store/consents.ts';
import { listDialedAt } from '../../store/dial-attempts.ts';
import { everyonesList, findDoNotCall } from '../../store/do-not-call.ts';
import { listOwnNumbers } from '../../store/phone-numbers.ts';
import { everyone } from '../../store/reach.ts';
import type { Db } from '../../store/schema.ts';
import { parseClientDialLimits } from './client-dial-limits.ts';
import { type ConsentPurpose, operatorsList, stateOfEach } from './consents.ts';
import { type DialDecision, decideDial } from './decide-dial.ts';
import { type BurstLimits, findBurst } from './find-burst.ts';
import type { PlaceRules } from './rules/place-rules.ts';
import type { DialFacts } from './rules/rule.ts';
import type { SpendFacts, SpendPolicy } from './spend-policy.ts';
import { type Destination, toDestination } from './where/destination.ts';

/** What the operator set. */
export interface DialPolicy {
  /** Two-letter codes; null: the countries of the operator's own numbers. */
  allowedCountries: readonly string[] | null;
  /** The configured number, E.164. */
  ownNumber: string;
  /** How often one number may be rung for one client; null: no limit. */
  callsPerNumberPerDay: number | null;
  callsPerNumberPerWeek: number | null;
  /** Left out: no limits. */
  burst?: BurstLimits;
  /** What a person must have agreed to before a call; a client may demand more. */
  requiredConsents?: readonly ConsentPurpose[];
  /** What becomes of a conversation with somebody whose number comes onto a do-not-call list; by default it goes on. */
  onDoNotCall?: 'end' | 'finish';
  /** What single states and countries demand. */
  places: PlaceRules;
  /** Left out: nothing is reserved, and no cap holds. */
  spend?: SpendPolicy;
}

export interface WantedDial {
  to: string;
  from: string;
  clientId: string | null;
  recipientZone: string | null;
  /** Whether the calling hours are kept whatever the client's settings say. */
  keepsHours: boolean;
  /** What it may cost; null where nothing is dialled at once. */
  spend: SpendFacts | null;
}

const weekMs = 7 * 24 * 3600 * 1000;

/**
 * Decides by what is committed at this moment. Ask in the transaction that begins the request to the carrier, after
 * `lockPace`, so that no other call is dialled between the question and the deed.
 */
export async function mayDial(
  { db, policy }: { db: Db; policy: DialPolicy },
  wanted: WantedDial,
  atMs: number,
): Promise<DialDecision> {
  const destination = toDestination(wanted.to);
  const found = await findFactsOfClient(db, wanted.clientId);
  const { client } = found;
  const entry = await findDoNotCall(db, wanted.to, wanted.clientId);
  const attemptLimits = {
    perDay: client?.limits?.calls_per_number_per_day ?? policy.callsPerNumberPerDay,
    perWeek: client?.limits?.calls_per_number_per_week ?? policy.callsPerNumberPerWeek,
  };
  const most = Math.max(attemptLimits.perDay ?? 0, attemptLimits.perWeek ?? 0);
  const attempts = most === 0 ? [] : await listDialedAt(db, { ...wanted, since: new Date(atMs - weekMs) }, most);
  const consents = await listConsentsOf(db, wanted.clientId ?? operatorsList, wanted.to);
  const facts: DialFacts = {
    to: wanted.to,
    destination,
    places: policy.places,
    recipientZone: wanted.recipientZone,
    keepsHours: wanted.keepsHours,
    doNotCall: entry
      ? {
          list: entry.client_id === everyonesList ? 'everyone' : 'client',
          reason: entry.reason,
          since: entry.created_at,
        }
      : null,
    consents: stateOfEach(consents, atMs),
    requiredConsents: [...new Set([...(policy.requiredConsents ?? []), ...(client?.limits?.require_consent ?? [])])],
    client,
    allowedCountries: policy.allowedCountries ?? (await ownCountries({ db, policy }, wanted, destination)),
    attemptLimits,
    attemptsAtMs: attempts.map((at) => at.getTime()),
    burst: await findBurst(db, { to: wanted.to, client: found.aged, limits: policy.burst ?? noBurstLimits }, atMs),
    spend: wanted.spend,
  };
  return decideDial(facts, atMs);
}

const noBurstLimits: BurstLimits = { perBlockPerHour: null, newClientPerDay: null };

async function findFactsOfClient(db: Db, clientId: string | null) {
  const none = { client: null, aged: null };
  if (clientId === null) return none;
  const client = await findClient(db, everyone, clientId);
  if (!client) return { ...none, client: { status: null, limits: null } };
  const limits = parseClientDialLimits(client.limits);
  const hasOwnLimit = limits?.calls_per_day !== undefined;
  return {
    client: { status: client.status, limits },
    aged: { id: clientId, createdAt: client.created_at, hasOwnLimit },
  };
}

/** The countries of the operator's own numbers, as far as the destination needs them to be known. */
async function ownCountries(
  { db, policy }: { db: Db; policy: DialPolicy },
  { to, from }: WantedDial,
  destination: Destination,
): Promise<string[]> {
  const countriesOf = (numbers: readonly string[]) => [
    ...new Set(numbers.flatMap((number) => toDestination(number).countries)),
  ];
  const usual = countriesOf([policy.ownNumber, from]);
  if (destination.countries.every((country) => usual.includes(country))) return usual;
  // Countries that share a calling code, such as those of +1, begin alike.
  const alike = await listOwnNumbers(db, to.slice(0, 2));
  return countriesOf([policy.ownNumber, from, ...alike]);
}
