/** The request form `POST /calls/initiate`: a stored assistant calls a number, with words and purpose made from templates. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { reachOf } from '../../account/principal.ts';
import { lineOf } from '../../assistant/assistant.ts';
import { findPublishedAssistant } from '../../assistant/find-assistant.ts';
import { type Opening, renderOpening } from '../../assistant/render-opening.ts';
import type { Logger } from '../../base/log.ts';
import { DialRefused } from '../../call/dial/dial-refused.ts';
import { CallNotConfirmed, CallNotPlaced } from '../../call/place-call.ts';
import { TemplateRefused } from '../../text/template.ts';
import { whoAsks } from '../authorize.ts';
import { toRefusalAnswer } from '../dial-refusal.ts';
import { type Answer, answerOnce } from '../idempotency.ts';
import { mayCallFrom } from '../may-call-from.ts';
import { type Problem, toProblem } from '../problem.ts';
import { type InitiateBody, parseInitiateBody } from './calls-initiate-body.ts';
import { admit, type DialectParts, e164 } from './dialect.ts';

const fault = (status: number, detail: unknown): Answer => ({ status, body: { detail } });

export function callsInitiate(parts: DialectParts) {
  return async (app: FastifyInstance): Promise<void> => {
    app.setErrorHandler((error: Error, request, reply) => {
      const problem = toProblem(error);
      if (problem.status >= 500) parts.log.error({ requestId: request.id, reason: error.message }, 'request failed');
      return reply.code(problem.status).send(toErrorBody(problem));
    });
    app.addHook(
      'onRequest',
      admit(parts, 'calls-initiate', (reply) => reply.send({ detail: 'Not authenticated' })),
    );
    app.post('/calls/initiate', async (request, reply) => {
      const { kind, id } = whoAsks(request);
      return answerOnce(parts, {
        scope: `calls-initiate/${kind}:${id}`,
        request,
        reply,
        toAnswer: (conflict) => fault(conflict.status, conflict.message),
        work: () => answer(parts, request),
      });
    });
  };
}

/** What the framework itself refuses: bodies that cannot be read, and too many requests. */
function toErrorBody({ status, detail, code }: Problem) {
  const ctx = { error: detail };
  if (status === 400) return { detail: [{ loc: ['body', 0], msg: 'JSON decode error', type: 'json_invalid', ctx }] };
  return status === 429 ? { detail, code } : { detail };
}

async function answer(parts: DialectParts, request: FastifyRequest): Promise<Answer> {
  const read = parseInitiateBody(request.body);
  if ('problems' in read) return fault(422, read.problems);
  const { body } = read;
  if (!e164.test(body.toPhoneNumber)) {
    return fault(400, 'to_phone_number must be in E.164 format, for example +15559876543');
  }
  if (!parts.isReady()) return fault(503, 'The server is not taking new calls now.');
  const reach = reachOf(whoAsks(request));
  const found = await findPublishedAssistant(parts.store.db, reach, body.assistantId);
  if (!found) return fault(404, `Assistant ${body.assistantId} not found`);
  const opening = open(found.assistant, body);
  if ('refusal' in opening) return fault(400, opening.refusal);
  const clientId = whoAsks(request).clientId ?? found.clientId;
  const from = await mayCallFrom(parts.store.db, { reach, clientId, asked: undefined, configured: parts.from });
  return place(parts, request, { body, found, opening, from, clientId });
}

function open(assistant: Found['assistant'], body: InitiateBody): Opening | { refusal: string } {
  try {
    const opening = renderOpening(assistant, body);
    if (opening.missing.length === 0) return opening;
    return { refusal: `Missing template variables: ${opening.missing.join(', ')}` };
  } catch (error) {
    if (error instanceof TemplateRefused) return { refusal: error.message };
    throw error;
  }
}

type Found = NonNullable<Awaited<ReturnType<typeof findPublishedAssistant>>>;

interface Wanted {
  body: InitiateBody;
  found: Found;
  opening: Opening;
  from: string;
  clientId: string | null;
}

async function place(parts: DialectParts, request: FastifyRequest, wanted: Wanted): Promise<Answer> {
  const { body, found, opening, from, clientId } = wanted;
  const { assistant, ref } = found;
  const log = parts.log.child({ requestId: request.id });
  log.info({ assistantId: ref.id, pii: { to: body.toPhoneNumber, variables: body.variables } }, 'initiating call');
  try {
    const call = await parts.placeCall({
      dialect: 'calls-initiate',
      clientId,
      requestId: request.id,
      to: body.toPhoneNumber,
      from,
      assistant,
      assistantRef: ref,
      parameters: body.variables,
      welcomeMessage: opening.greeting,
      agenda: opening.agenda,
      retry: assistant.retry ?? null,
      engine: lineOf(assistant),
      // By the call's id alone is anything looked up; the rest is for whoever reads the address.
      instructions: (callId) => ({
        path: `${parts.paths.voice}?callId=${encodeURIComponent(callId)}&assistant_id=${ref.id}`,
      }),
    });
    log.info({ callId: call.id, callSid: call.carrier_sid }, 'call initiated');
    return { status: 200, body: { message: 'Call initiated successfully', call_sid: call.carrier_sid } };
  } catch (error) {
    return toRefusal(error, log);
  }
}

function toRefusal(error: unknown, log: Logger): Answer {
  if (error instanceof DialRefused) {
    log.info({ code: error.code }, 'call refused');
    const body = { detail: error.message, code: error.code };
    return toRefusalAnswer(error, body, fault(502, error.message));
  }
  if (error instanceof CallNotPlaced || error instanceof CallNotConfirmed) {
    // The carrier's own words name the number.
    log.warn({ callId: error.callId, code: error.code, pii: { reason: error.message } }, 'call not initiated');
    return fault(502, error.message);
  }
  throw error;
}
