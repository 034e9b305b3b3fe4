/** The request form `POST /call-customer`: a number to call and a number of the caller's own, in words of Joi's. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { onLine } from '../../assistant/assistant.ts';
import type { Logger } from '../../base/log.ts';
import { mediaStreamPathOf } from '../../call/call-sockets.ts';
import { DialRefused } from '../../call/dial/dial-refused.ts';
import { CallNotConfirmed, CallNotPlaced } from '../../call/place-call.ts';
import type { CarrierInstruction } from '../../ports/carrier.ts';
import { toRefusalAnswer } from '../dial-refusal.ts';
import { type Answer, answerOnce } from '../idempotency.ts';
import { toProblem } from '../problem.ts';
import { admit, type DialectParts, e164, type WebhookPaths } from './dialect.ts';

const told = (status: number, message: string): Answer => ({ status, body: { message } });
const failed = (status: number, reason: string) => told(status, `Failed to initiate call: ${reason}`);

export function callCustomer(parts: DialectParts) {
  return async (app: FastifyInstance): Promise<void> => {
    app.setErrorHandler((error: Error, request, reply) => {
      const problem = toProblem(error);
      if (problem.status < 500) return reply.code(problem.status).send({ message: problem.detail });
      parts.log.error({ requestId: request.id, reason: error.message }, 'request failed');
      return reply.code(problem.status).send({ message: `Failed to initiate call: ${problem.detail}` });
    });
    const message = 'Send a valid key in the header Authorization: Bearer <key>';
    app.addHook(
      'onRequest',
      admit(parts, 'call-customer', (reply) => reply.send({ message })),
    );
    app.post('/call-customer', async (request, reply) => {
      return answerOnce(parts, {
        scope: `call-customer/${request.principal?.clientId ?? ''}`,
        request,
        reply,
        toAnswer: (conflict) => told(conflict.status, conflict.message),
        work: () => answer(parts, request),
      });
    });
  };
}

type Wanted = { to: string; verification: number };

/** What is wrong with a body, the first thing only, in the words that Joi has for it; else what it asks for. */
export function parseBody(body: unknown): { ok: true; wanted: Wanted } | { ok: false; message: string } {
  const wrong = (message: string) => ({ ok: false, message }) as const;
  // No body at all counts as one that holds nothing.
  const value = body === undefined ? {} : body;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return wrong('"value" must be of type object');
  }
  const { to, verification } = value as { to?: unknown; verification?: unknown };
  const unfit = whyUnfitNumber(to) ?? whyUnfitVerification(verification);
  if (unfit !== null) return wrong(unfit);
  // There is no minus nought in a path.
  return { ok: true, wanted: { to: to as string, verification: (verification as number) + 0 } };
}

function whyUnfitNumber(to: unknown): string | null {
  if (to === undefined) return '"to" is required';
  if (typeof to !== 'string') return '"to" must be a string';
  if (to === '') return '"to" is not allowed to be empty';
  return e164.test(to) ? null : '"to" must be a phone number in E.164 format';
}

/** JSON can write a number that is too large for one. */
function whyUnfitVerification(verification: unknown): string | null {
  if (verification === undefined) return '"verification" is required';
  if (typeof verification !== 'number') return '"verification" must be a number';
  if (!Number.isFinite(verification)) return '"verification" cannot be infinity';
  return Math.abs(verification) > Number.MAX_SAFE_INTEGER ? '"verification" must be a safe number' : null;
}

async function answer(parts: DialectParts, request: FastifyRequest): Promise<Answer> {
  const body = parseBody(request.body);
  if (!body.ok) return told(400, body.message);
  if (!parts.isReady()) return failed(503, 'The server is not taking new calls now.');
  const { wanted } = body;
  const log = parts.log.child({ requestId: request.id });
  log.info({ pii: wanted }, 'initiating call to a customer');
  try {
    const call = await parts.placeCall({
      dialect: 'call-customer',
      clientId: request.principal?.clientId ?? null,
      requestId: request.id,
      from: parts.from,
      assistant: onLine(parts.assistant, 'cascade'),
      assistantRef: null,
      parameters: {},
      engine: 'media',
      instructions: (callId) => ({ inline: toInstructions(parts.paths, { ...wanted, callId }) }),
      ...wanted,
    });
    log.info({ callId: call.id, callSid: call.carrier_sid }, 'call initiated');
    return told(200, `Call initiated with SID: ${call.carrier_sid}`);
  } catch (error) {
    return toRefusal(error, log);
  }
}

/** Records and writes down the whole call, connects it to its media stream, and hangs up after that. */
function toInstructions(paths: WebhookPaths, call: { verification: number; callId: string }): CarrierInstruction[] {
  const query = `?callId=${encodeURIComponent(call.callId)}`;
  const socketPath = mediaStreamPathOf(call.verification, call.callId);
  return [
    { type: 'record-call', recordingPath: paths.recording + query, transcriptPath: paths.transcript + query },
    { type: 'stream-audio', socketPath, parameters: {}, afterPath: null },
    { type: 'hang-up' },
  ];
}

function toRefusal(error: unknown, log: Logger): Answer {
  if (error instanceof DialRefused) {
    log.info({ code: error.code }, 'call refused');
    const body = { message: error.message, code: error.code };
    return toRefusalAnswer(error, body, failed(500, error.message));
  }
  if (error instanceof CallNotPlaced || error instanceof CallNotConfirmed) {
    // The carrier's own words name the number.
    log.warn({ callId: error.callId, code: error.code, pii: { reason: error.message } }, 'call not initiated');
    return failed(500, error.message);
  }
  throw error;
}
