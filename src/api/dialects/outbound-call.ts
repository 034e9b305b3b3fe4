/** The request form `POST /api/outbound-call`: call a number with free parameters that the assistant is told. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Logger } from '../../base/log.ts';
import { DialRefused } from '../../call/dial/dial-refused.ts';
import { CallNotConfirmed, CallNotPlaced } from '../../call/place-call.ts';
import { toRefusalAnswer } from '../dial-refusal.ts';
import { type Answer, answerOnce } from '../idempotency.ts';
import { toProblem } from '../problem.ts';
import { admit, type DialectParts, e164 } from './dialect.ts';

/** The parameters travel in a URL to the carrier and back. */
const longestParameters = 6000;

const bodySchema = z.object({
  to: z.unknown().optional(),
  customParameters: z.record(z.string(), z.unknown()).nullish(),
});

const fault = (status: number, error: string, message: string): Answer => ({ status, body: { error, message } });
const missingTo: Answer = { status: 400, body: { error: 'Missing required field: to' } };

export function outboundCall(parts: DialectParts) {
  return async (app: FastifyInstance): Promise<void> => {
    app.setErrorHandler((error: Error, request, reply) => {
      const problem = toProblem(error);
      if (problem.status >= 500) parts.log.error({ requestId: request.id, reason: error.message }, 'request failed');
      const title = problem.status >= 500 ? 'Failed to initiate outbound call' : 'Invalid request';
      return reply.code(problem.status).send({ error: title, message: problem.detail });
    });
    const message = 'Send a valid key in the header Authorization: Bearer <key>';
    app.addHook(
      'onRequest',
      admit(parts, 'outbound-call', (reply) => reply.send({ error: 'Unauthorized', message })),
    );
    app.post('/api/outbound-call', async (request, reply) => {
      return answerOnce(parts, {
        scope: 'outbound-call',
        request,
        reply,
        toAnswer: (conflict) => fault(conflict.status, 'Idempotency-Key refused', conflict.message),
        work: () => answer(parts, request),
      });
    });
  };
}

async function answer(parts: DialectParts, request: FastifyRequest): Promise<Answer> {
  const body = bodySchema.safeParse(request.body);
  if (!body.success) {
    const isObject = typeof request.body === 'object' && request.body !== null && !Array.isArray(request.body);
    return isObject ? fault(400, 'Invalid customParameters', 'customParameters must be a JSON object') : missingTo;
  }
  const { to, customParameters } = body.data;
  if (to === undefined || to === null || to === '') return missingTo;
  if (typeof to !== 'string' || !e164.test(to)) {
    return fault(400, 'Invalid phone number', 'to must be in E.164 format, for example +15558675310');
  }
  const parameters = customParameters ?? {};
  const unfit = whyUnfit(parameters);
  if (unfit) return fault(400, 'Invalid customParameters', unfit);
  if (!parts.isReady())
    return fault(503, 'Failed to initiate outbound call', 'The server is not taking new calls now.');
  return place(parts, { to, parameters, requestId: request.id, clientId: request.principal?.clientId ?? null });
}

/** Why these parameters can neither be stored nor sent to the carrier; null when they can. */
function whyUnfit(parameters: Record<string, unknown>): string | null {
  if (hasBrokenText(parameters)) return 'customParameters hold text that is not text: U+0000 or half a character';
  const length = encodeURIComponent(JSON.stringify(parameters)).length;
  if (length <= longestParameters) return null;
  return `customParameters are too long: ${length} characters in a URL, of ${longestParameters} allowed`;
}

function hasBrokenText(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0') || !value.isWellFormed();
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, inner]) => hasBrokenText(name) || hasBrokenText(inner));
}

interface Wanted {
  to: string;
  parameters: Record<string, unknown>;
  requestId: string;
  clientId: string | null;
}

async function place(parts: DialectParts, wanted: Wanted): Promise<Answer> {
  const { from } = parts;
  const query = `customParams=${encodeURIComponent(JSON.stringify(wanted.parameters))}`;
  const instructionsPath = `${parts.paths.instructions}?${query}`;
  const twimlUrl = `${parts.publicUrl}${instructionsPath}`;
  const pii = { to: wanted.to, from, customParameters: wanted.parameters, twimlUrl };
  const log = parts.log.child({ requestId: wanted.requestId });
  log.info({ pii }, 'initiating outbound call');
  try {
    const call = await parts.placeCall({
      dialect: 'outbound-call',
      from,
      assistant: parts.assistant,
      assistantRef: null,
      engine: 'relay',
      instructions: (callId) => ({ path: `${instructionsPath}&callId=${encodeURIComponent(callId)}` }),
      ...wanted,
    });
    log.info({ callId: call.id, callSid: call.carrier_sid, status: 'queued' }, 'call initiated');
    return { status: 200, body: { callSid: call.carrier_sid, status: 'queued', to: call.to_number, from } };
  } catch (error) {
    return toRefusal(error, log);
  }
}

function toRefusal(error: unknown, log: Logger): Answer {
  if (error instanceof DialRefused) {
    log.info({ code: error.code }, 'call refused');
    const body = { error: 'Call not allowed', message: error.message, code: error.code };
    return toRefusalAnswer(error, body, fault(500, 'Failed to initiate outbound call', error.message));
  }
  if (error instanceof CallNotPlaced || error instanceof CallNotConfirmed) {
    // The carrier's own words name the number.
    log.warn({ callId: error.callId, code: error.code, pii: { reason: error.message } }, 'call not initiated');
    return fault(500, 'Failed to initiate outbound call', error.message);
  }
  throw error;
}
