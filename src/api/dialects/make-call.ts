/** The request form `POST /secure/make-call`: a client calls a number from its own number, with its own variables. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { onLine } from '../../assistant/assistant.ts';
import type { Logger } from '../../base/log.ts';
import { DialRefused } from '../../call/dial/dial-refused.ts';
import { CallNotConfirmed, CallNotPlaced } from '../../call/place-call.ts';
import type { CarrierAdvice } from '../../ports/carrier.ts';
import { type ClientRow, findClient } from '../../store/clients.ts';
import { onlyOf } from '../../store/reach.ts';
import { toRefusalAnswer } from '../dial-refusal.ts';
import { type Answer, answerOnce } from '../idempotency.ts';
import { toProblem } from '../problem.ts';
import { clientCalls } from './client-calls.ts';
import { type DialectParts, e164 } from './dialect.ts';
import { clientOf, letInClients } from './let-in-clients.ts';
import { toTwilioFault } from './twilio-faults.ts';

export interface MakeCallParts extends DialectParts {
  adviceFor(code: number): CarrierAdvice | null;
}

/** The carrier takes no longer address; variables that do not fit are left to the call's own record. */
const longestQuery = 3500;

const bodySchema = z.object({ phone: z.unknown().optional() });

export function makeCall(parts: MakeCallParts) {
  return async (app: FastifyInstance): Promise<void> => {
    app.setErrorHandler((error: Error, request, reply) => {
      const problem = toProblem(error);
      if (problem.status >= 500) parts.log.error({ requestId: request.id, reason: error.message }, 'request failed');
      return reply.code(problem.status).send({ error: problem.detail, requestId: request.id });
    });
    letInClients(app, { access: parts.access, db: parts.store.db });
    app.post('/secure/make-call', { config: { needs: 'calls:write' } }, (request, reply) =>
      answer(parts, request, reply),
    );
    app.register(clientCalls(parts));
  };
}

const fault = (request: FastifyRequest, status: number, error: string): Answer => ({
  status,
  body: { error, requestId: request.id },
});

function answer(parts: MakeCallParts, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const clientId = clientOf(request);
  return answerOnce(parts, {
    scope: `make-call:${clientId}`,
    request,
    reply,
    toAnswer: ({ status, message }) => fault(request, status, message),
    work: async () => {
      const answered = await decide(parts, request, clientId);
      const { status } = answered;
      parts.log.info({ requestId: request.id, clientId, status }, 'make-call answered');
      return answered;
    },
  });
}

async function decide(parts: MakeCallParts, request: FastifyRequest, clientId: string): Promise<Answer> {
  const phone = bodySchema.safeParse(request.body).data?.phone;
  if (phone === undefined || phone === null || phone === '') {
    return fault(request, 400, 'Destination phone number is required');
  }
  if (typeof phone !== 'string' || !e164.test(phone)) {
    return fault(request, 400, 'Phone number must be in E.164 format (e.g., +12125551234)');
  }
  const client = await findClient(parts.store.db, onlyOf(clientId), clientId);
  if (!client) return fault(request, 404, 'Client not found');
  if (client.status !== 'Active') return fault(request, 403, `Client is not active (status: ${client.status})`);
  const from = client.twilio_phone_number;
  if (from === null) return fault(request, 400, 'Client has no Twilio phone number to call from');
  if (!parts.isReady()) return fault(request, 503, 'The server is not taking new calls now');
  return place(parts, request, { client, from, to: phone });
}

interface Wanted {
  client: ClientRow;
  from: string;
  to: string;
}

async function place(parts: MakeCallParts, request: FastifyRequest, wanted: Wanted): Promise<Answer> {
  const { client, from, to } = wanted;
  const log = parts.log.child({ requestId: request.id, clientId: client.id });
  log.info({ pii: { to, from } }, 'initiating client call');
  try {
    const call = await parts.placeCall({
      dialect: 'make-call',
      clientId: client.id,
      requestId: request.id,
      to,
      from,
      assistant: onLine(parts.assistant, 'agent-bridge'),
      assistantRef: null,
      parameters: client.profile,
      metadata: { elevenlabs_agent_id: client.elevenlabs_agent_id },
      engine: 'media',
      instructions: (callId) => ({ path: toWebhookPath(parts.paths.voice, callId, client.profile) }),
    });
    const body = {
      success: true,
      message: 'Call initiated successfully',
      callSid: call.carrier_sid,
      requestId: request.id,
    };
    return { status: 200, body };
  } catch (error) {
    return toRefusal(parts, error, { request, log });
  }
}

/** The variables are shown as documented; what counts is the call's record, which its id leads to. */
export function toWebhookPath(path: string, callId: string, profile: Readonly<Record<string, unknown>>): string {
  let url = `${path}?${new URLSearchParams({ callId })}`;
  for (const [name, value] of Object.entries(profile)) {
    const more = `&${new URLSearchParams({ [name]: String(value) })}`;
    if (name !== 'callId' && url.length + more.length <= longestQuery) url += more;
  }
  return url;
}

function toRefusal(parts: MakeCallParts, error: unknown, at: { request: FastifyRequest; log: Logger }): Answer {
  const requestId = at.request.id;
  if (error instanceof DialRefused) {
    at.log.info({ code: error.code }, 'call refused');
    const body = { error: error.message, code: error.code, requestId };
    return toRefusalAnswer(error, body, fault(at.request, 500, 'Twilio service unavailable'));
  }
  if (!(error instanceof CallNotPlaced || error instanceof CallNotConfirmed)) throw error;
  // The carrier's own words name the number.
  at.log.warn({ callId: error.callId, code: error.code, pii: { reason: error.message } }, 'call not initiated');
  if (error instanceof CallNotConfirmed) {
    const resolution = 'Look the call up before you ask again, so that nobody is called twice';
    const body = { error: 'Twilio service unavailable', details: error.message, resolution, requestId };
    return { status: 500, body };
  }
  if (error.carrierCode === null) return fault(at.request, 500, 'Twilio service unavailable');
  const { status, ...said } = toTwilioFault(error.carrierCode, parts.adviceFor(error.carrierCode));
  const body = { error: said.error, details: error.message, resolution: said.resolution, requestId };
  return { status, body, ...(status === 429 ? { headers: { 'retry-after': '1' } } : {}) };
}
