/** `POST /v1/calls` and what one does with a call that is not over: cancel it, hang up, have something said. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { reachOf } from '../../account/principal.ts';
import { type Assistant, lineOf } from '../../assistant/assistant.ts';
import { type ChosenAssistant, findAssistantVersion, findPublishedAssistant } from '../../assistant/find-assistant.ts';
import { renderOpening } from '../../assistant/render-opening.ts';
import type { Clock } from '../../base/clock.ts';
import { CallwrightError } from '../../base/errors.ts';
import type { DialDecision } from '../../call/dial/decide-dial.ts';
import { DialRefused } from '../../call/dial/dial-refused.ts';
import type { Moment, Schedule } from '../../call/dial/schedule.ts';
import type { Ending, Lifecycle } from '../../call/lifecycle-state.ts';
import type { LiveCommands } from '../../call/live-commands.ts';
import type { CallRequest } from '../../call/place-call.ts';
import type { CallRunner } from '../../call/run-call.ts';
import { askForAnalysis } from '../../store/call-analyses.ts';
import { type CallRow, findCall } from '../../store/calls.ts';
import type { Store } from '../../store/open-store.ts';
import { everyone, type Reach } from '../../store/reach.ts';
import type { Db } from '../../store/schema.ts';
import { TemplateRefused } from '../../text/template.ts';
import { answerPost } from '../answer-post.ts';
import { whoAsks } from '../authorize.ts';
import { type CreateCall, createCallSchema, noFieldsSchema, sayToCallSchema } from '../contract/create-call.ts';
import { headersOfRefusal, statusOfRefusal } from '../dial-refusal.ts';
import { findCallOr404 } from '../find-call.ts';
import type { Answer } from '../idempotency.ts';
import { mayCallFrom } from '../may-call-from.ts';
import { notFound, ProblemError, parseOrProblem } from '../problem.ts';
import { recordChange } from '../record-change.ts';
import { toCallResource } from '../to-resource.ts';

export interface CallActionParts {
  store: Store;
  clock: Clock;
  runner: CallRunner;
  commands: LiveCommands;
  /** Stores a call, and `alongside` in the same transaction, and gives it at once; it is dialled when its turn comes. */
  queueCall(request: CallRequest, alongside: (db: Db, callId: string) => Promise<void>): Promise<CallRow>;
  /** What every rule and limit would say of such a call now. */
  checkCall(request: CallRequest): Promise<DialDecision>;
  /** Whether new calls are taken now. */
  isReady(): boolean;
  /** The operator's own number. */
  from: string;
  /** Who speaks where no stored assistant was named. */
  assistant: Assistant;
  /** Path that the carrier asks for instructions. */
  voicePath: string;
}

const writing = { config: { permission: 'calls:write' } } as const;
type ById = { Params: { id: string } };

export function callActionRoutes(parts: CallActionParts) {
  const { db } = parts.store;

  /** Does something to a call, notes who did, and answers with the call as it is then. */
  const act = async (request: FastifyRequest<ById>, action: string, work: (call: CallRow) => Promise<void>) => {
    const call = await findCallOr404(db, request);
    await work(call);
    await recordChange(parts, db, { request, action, subjectKind: 'call', subjectId: call.id });
    return { status: 200, body: toCallResource((await findCall(db, everyone, call.id)) ?? call) };
  };

  return async (app: FastifyInstance): Promise<void> => {
    app.post('/v1/calls', writing, (request, reply) =>
      answerPost(parts, { request, reply }, () => createCall(parts, request)),
    );

    app.post('/v1/calls/check', writing, (request, reply) =>
      answerPost(parts, { request, reply }, async () => {
        const asked = parseOrProblem(createCallSchema, request.body);
        return { status: 200, body: await parts.checkCall(await toCallRequest(parts, request, asked)) };
      }),
    );

    app.post<ById>('/v1/calls/:id/cancel', writing, (request, reply) =>
      answerPost(parts, { request, reply }, () => {
        parseOrProblem(noFieldsSchema, request.body);
        return act(request, 'call.canceled', (call) => cancel(parts, call));
      }),
    );

    app.post<ById>('/v1/calls/:id/hangup', writing, (request, reply) =>
      answerPost(parts, { request, reply }, () => {
        parseOrProblem(noFieldsSchema, request.body);
        return act(request, 'call.hung_up', (call) => hangUp(parts, call));
      }),
    );

    app.post<ById>('/v1/calls/:id/analyze', writing, (request, reply) =>
      answerPost(parts, { request, reply }, () => {
        parseOrProblem(noFieldsSchema, request.body);
        return analyzeAgain(parts, request);
      }),
    );

    app.post<ById>('/v1/calls/:id/say', writing, (request, reply) =>
      answerPost(parts, { request, reply }, () => {
        const { text } = parseOrProblem(sayToCallSchema, request.body);
        return act(request, 'call.said', async (call) => say(parts, call, text));
      }),
    );
  };
}

async function createCall(parts: CallActionParts, request: FastifyRequest): Promise<Answer> {
  const asked = parseOrProblem(createCallSchema, request.body);
  if (!parts.isReady()) {
    const detail = 'The server is not taking new calls now.';
    throw new ProblemError({ status: 503, code: 'server/unavailable', title: 'Unavailable', detail });
  }
  const wanted = await toCallRequest(parts, request, asked);
  try {
    const call = await parts.queueCall(wanted, (db, subjectId) =>
      recordChange(parts, db, { request, action: 'call.created', subjectKind: 'call', subjectId }),
    );
    return { status: 201, body: toCallResource(call), headers: { location: `/v1/calls/${call.id}` } };
  } catch (error) {
    throw error instanceof CallwrightError ? toProblemError(error) : error;
  }
}

const titles = { 403: 'Call not allowed', 429: 'Too many calls', 503: 'Unavailable' } as const;

function toProblemError(refused: CallwrightError): unknown {
  if (!(refused instanceof DialRefused)) {
    if (refused.code !== 'dial/never-open') return refused;
    const errors = [{ field: 'schedule', message: 'leaves no moment; give a later not_after or a wider window' }];
    return new ProblemError({
      status: 422,
      code: refused.code,
      title: 'The call can never be dialled',
      detail: refused.message,
      errors,
    });
  }
  const { code, message, mend } = refused;
  const status = statusOfRefusal(refused);
  const detail = mend === null ? message : `${message} ${mend}`;
  return new ProblemError({ status, code, title: titles[status], detail }, headersOfRefusal(refused));
}

async function toCallRequest(parts: CallActionParts, request: FastifyRequest, asked: CreateCall): Promise<CallRequest> {
  const principal = whoAsks(request);
  const { db } = parts.store;
  const reach = reachOf(principal);
  const stored = await findStoredAssistant(db, reach, asked);
  const published = stored?.assistant ?? parts.assistant;
  const clientId = principal.clientId ?? stored?.clientId ?? null;
  const assistant = {
    ...published,
    max_duration_seconds: asked.max_duration_seconds ?? published.max_duration_seconds,
  };
  const variables = asked.variables ?? {};
  const opening = openingOrProblem(assistant, asked, variables);
  return {
    dialect: 'v1',
    clientId,
    requestId: request.id,
    to: asked.to,
    from: await mayCallFrom(db, { reach, clientId, asked: asked.from, configured: parts.from }),
    assistant,
    assistantRef: stored?.ref ?? null,
    parameters: variables,
    welcomeMessage: opening.greeting,
    agenda: opening.agenda,
    metadata: asked.metadata ?? null,
    recipientTimezone: asked.recipient_timezone ?? null,
    schedule: toSchedule(asked.schedule ?? null),
    retry: asked.retry === undefined ? (assistant.retry ?? null) : asked.retry,
    engine: lineOf(assistant),
    instructions: (callId) => ({ path: `${parts.voicePath}?${new URLSearchParams({ callId })}` }),
  };
}

/** Null when the usual assistant is to speak. */
async function findStoredAssistant(db: Db, reach: Reach, asked: CreateCall): Promise<ChosenAssistant | null> {
  const { assistant_id: id, assistant_version: version } = asked;
  if (id === undefined) {
    if (version === undefined) return null;
    const errors = [{ field: 'assistant_version', message: 'needs assistant_id, whose version it is' }];
    const detail = 'assistant_version: needs assistant_id, whose version it is';
    throw new ProblemError({ status: 400, code: 'request/invalid', title: 'Invalid request', detail, errors });
  }
  const stored = await (version === undefined
    ? findPublishedAssistant(db, reach, id)
    : findAssistantVersion(db, reach, { id, version }));
  if (!stored) throw notFound(version === undefined ? 'published assistant' : 'version of an assistant');
  return stored;
}

function toSchedule(asked: CreateCall['schedule']): Schedule | null {
  if (!asked) return null;
  const { not_before, not_after, window, timezone } = asked;
  return { notBefore: toMoment(not_before), notAfter: toMoment(not_after), window: window ?? null, timezone };
}

function toMoment(text: string | null | undefined): Moment | null {
  if (!text) return null;
  const [, year, month, day, hours, minutes] = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)$/.exec(text)?.map(Number) ?? [];
  if (year === undefined || month === undefined || day === undefined) return { atMs: Date.parse(text) };
  return { wall: { year, month, day, minuteOfDay: (hours ?? 0) * 60 + (minutes ?? 0) } };
}

/** @throws ProblemError 422 that lists the names in templates that were not given */
function openingOrProblem(assistant: Assistant, asked: CreateCall, variables: Record<string, unknown>) {
  const refuse = (code: string, detail: string, errors: { field: string; message: string }[]) =>
    new ProblemError({ status: 422, code, title: 'The templates cannot be filled', detail, errors });
  try {
    const { welcome_message: welcomeMessage, agenda } = asked;
    const opening = renderOpening(assistant, { welcomeMessage, agenda, variables });
    if (opening.missing.length === 0) return opening;
    const errors = opening.missing.map((name) => ({ field: `variables.${name}`, message: 'is missing' }));
    throw refuse('template/missing-variables', `Variables are missing: ${opening.missing.join(', ')}`, errors);
  } catch (error) {
    throw error instanceof TemplateRefused ? refuse(error.code, error.message, []) : error;
  }
}

const conflict = (code: string, detail: string) =>
  new ProblemError({ status: 409, code, title: 'Not possible in the state of the call', detail });

const isOver = (call: CallRow) => (call.lifecycle as Lifecycle).phase === 'over';
const overAlready = (call: CallRow) => conflict('call/over', `The call is over: ${call.status}.`);

async function cancel(parts: CallActionParts, call: CallRow): Promise<void> {
  if (call.ended_reason === 'canceled') return;
  if (isOver(call)) throw overAlready(call);
  if ((call.lifecycle as Lifecycle).phase === 'answered') {
    throw conflict('call/answered', 'The call was answered; use /hangup to end it.');
  }
  await endCall(parts, call, { reason: 'canceled', by: 'request', fault: null });
}

async function hangUp(parts: CallActionParts, call: CallRow): Promise<void> {
  if (call.ended_reason === 'hung_up_by_request' || call.ended_reason === 'canceled') return;
  if (isOver(call)) throw overAlready(call);
  await endCall(parts, call, { reason: 'hung_up_by_request', by: 'request', fault: null });
}

/** The carrier is told at once and, where that fails, again until it is so; nobody waits for it here. */
async function endCall({ runner }: CallActionParts, call: CallRow, ending: Ending): Promise<void> {
  await runner.apply(call.id, { type: 'cancel', ending });
}

async function analyzeAgain(parts: CallActionParts, request: FastifyRequest<ById>): Promise<Answer> {
  const { db } = parts.store;
  const call = await findCallOr404(db, request);
  if (!isOver(call)) throw conflict('call/not-over', 'The call is not over yet; it is analyzed by itself when it is.');
  const dueAt = new Date(parts.clock.now());
  await askForAnalysis(db, { callId: call.id, clientId: call.client_id, dueAt });
  await recordChange(parts, db, { request, action: 'call.analysis_asked', subjectKind: 'call', subjectId: call.id });
  return { status: 202, body: { call_id: call.id, analysis: 'asked' } };
}

async function say({ commands }: CallActionParts, call: CallRow, text: string): Promise<void> {
  if (isOver(call)) throw overAlready(call);
  const result = await commands.send(call.id, { type: 'say', text });
  if (result === 'done') return;
  if (result === 'refused') throw conflict('call/not-talking', 'Nobody can be spoken to in this call now.');
  const detail = 'The server that holds the conversation does not answer; nobody knows whether it was said.';
  throw new ProblemError({ status: 503, code: 'call/node-unreachable', title: 'Unavailable', detail });
}
