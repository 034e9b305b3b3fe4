/** What every request form is given, and what they have in common: who may ask, and why a call was not placed. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../../account/principal.ts';
import type { Assistant } from '../../assistant/assistant.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { CallRequest } from '../../call/place-call.ts';
import type { CallRow } from '../../store/calls.ts';
import type { Store } from '../../store/open-store.ts';
import { type Access, principalOf } from '../authorize.ts';

export type OpenableDialect = 'call-customer' | 'outbound-call' | 'calls-initiate';

export interface DialectParts {
  store: Store;
  clock: Clock;
  log: Logger;
  access: Access;
  /** The forms that the operator opened to everyone. */
  openDialects: readonly OpenableDialect[];
  /** The operator's own number. */
  from: string;
  /** Who speaks where no stored assistant was named. */
  assistant: Assistant;
  publicUrl: string;
  /** Paths of the carrier's webhooks. */
  paths: WebhookPaths;
  /** Places a call and waits for the carrier's answer, 10 s at most for its turn. */
  placeCall(request: CallRequest): Promise<CallRow>;
  /** Whether new calls are taken now. */
  isReady(): boolean;
}

export interface WebhookPaths {
  instructions: string;
  voice: string;
  status: string;
  after: string;
  recording: string;
  transcript: string;
}

/** Refuses, before the body is read, whoever may not place calls by this form; sets `request.principal`. */
export function admit(
  parts: DialectParts,
  dialect: OpenableDialect,
  refuse: (reply: FastifyReply) => FastifyReply,
): (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined> {
  return async (request, reply) => {
    request.principal = await principalOf(parts.access, request, parts.openDialects.includes(dialect));
    if (request.principal && mayPlaceCalls(request.principal)) return undefined;
    return refuse(reply.code(401).header('www-authenticate', 'Bearer'));
  };
}

function mayPlaceCalls(principal: Principal): boolean {
  return principal.role !== 'viewer' && (principal.limitedTo === null || principal.limitedTo.includes('calls:write'));
}

export const e164 = /^\+[1-9]\d{1,14}$/;
