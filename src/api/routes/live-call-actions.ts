/** What one does with a call while its assistant talks: tell it what to do, hand it over to a colleague, press keys. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Clock } from '../../base/clock.ts';
import { instructedEvent } from '../../call/converse/told-meanwhile.ts';
import type { LiveCommand, LiveCommands } from '../../call/live-commands.ts';
import type { Transfer } from '../../call/transfer.ts';
import type { TransferAnswer, WantedTransfer } from '../../call/want-transfer.ts';
import { type CallRow, findCall } from '../../store/calls.ts';
import { listEventsOfType } from '../../store/events.ts';
import type { Store } from '../../store/open-store.ts';
import { everyone } from '../../store/reach.ts';
import { answerPost } from '../answer-post.ts';
import { whoAsks } from '../authorize.ts';
import { instructCallSchema, mostInstructions, pressKeysSchema, transferCallSchema } from '../contract/create-call.ts';
import { findCallOr404 } from '../find-call.ts';
import type { Answer } from '../idempotency.ts';
import { ProblemError, parseOrProblem } from '../problem.ts';
import { recordChange } from '../record-change.ts';
import { toCallResource } from '../to-resource.ts';

export interface LiveCallActionParts {
  store: Store;
  clock: Clock;
  commands: LiveCommands;
  /** Whether, and to whom, a call may be handed over; nobody is rung yet. */
  wantTransfer(callId: string, wanted: WantedTransfer): Promise<TransferAnswer>;
}

const writing = { config: { permission: 'calls:write' } } as const;
type ById = { Params: { id: string } };

const usualWords = 'One moment, please. I will connect you now.';

export function liveCallActionRoutes(parts: LiveCallActionParts) {
  return async (app: FastifyInstance): Promise<void> => {
    app.post<ById>('/v1/calls/:id/instruct', writing, (request, reply) =>
      answerPost(parts, { request, reply }, () => instruct(parts, request)),
    );

    app.post<ById>('/v1/calls/:id/transfer', writing, (request, reply) =>
      answerPost(parts, { request, reply }, () => transfer(parts, request)),
    );

    app.post<ById>('/v1/calls/:id/dtmf', writing, (request, reply) =>
      answerPost(parts, { request, reply }, async () => {
        const { keys } = parseOrProblem(pressKeysSchema, request.body);
        const call = await findCallOr404(parts.store.db, request);
        await command(parts, call, { type: 'press-keys', keys });
        return done(parts, request, { call, action: 'call.keys_pressed', details: { count: keys.length } });
      }),
    );
  };
}

async function instruct(parts: LiveCallActionParts, request: FastifyRequest<ById>): Promise<Answer> {
  const { text, respond } = parseOrProblem(instructCallSchema, request.body);
  const { db } = parts.store;
  const call = await findCallOr404(db, request);
  const given = await listEventsOfType(db, call.id, instructedEvent);
  if (given.length >= mostInstructions) {
    const detail = `A call takes ${mostInstructions} instructions. Change its assistant for what holds in every call.`;
    throw conflict('call/too-many-instructions', detail);
  }
  const { kind, id } = whoAsks(request);
  await command(parts, call, { type: 'instruct', text, by: `${kind}:${id}`, respond });
  return done(parts, request, { call, action: 'call.instructed', details: { characters: text.length, respond } });
}

async function transfer(parts: LiveCallActionParts, request: FastifyRequest<ById>): Promise<Answer> {
  const { target, briefing = null, words = usualWords } = parseOrProblem(transferCallSchema, request.body);
  const call = await findCallOr404(parts.store.db, request);
  const by: Transfer['by'] = 'request';
  const answer = await parts.wantTransfer(call.id, { target, briefing, by });
  if ('refused' in answer) throw refused(answer);
  await command(parts, call, { type: 'hand-over', words });
  return done(parts, request, { call, action: 'call.transferred', details: { target } });
}

async function done(
  { store, clock }: LiveCallActionParts,
  request: FastifyRequest<ById>,
  { call, action, details }: { call: CallRow; action: string; details: Record<string, unknown> },
): Promise<Answer> {
  const about = { action, subjectKind: 'call' as const, subjectId: call.id, details };
  await recordChange({ clock }, store.db, { request, ...about });
  return { status: 200, body: toCallResource((await findCall(store.db, everyone, call.id)) ?? call) };
}

/** @throws ProblemError 409 where no assistant talks, 503 where the node that holds the conversation does not answer */
async function command({ commands }: LiveCallActionParts, call: CallRow, wanted: LiveCommand): Promise<void> {
  const result = await commands.send(call.id, wanted);
  if (result === 'done') return;
  if (result === 'refused') throw notTalking('No assistant talks in this call now.');
  const detail = 'The server that holds the conversation does not answer; nobody knows whether it was done.';
  throw new ProblemError({ status: 503, code: 'call/node-unreachable', title: 'Unavailable', detail });
}

const conflict = (code: string, detail: string) =>
  new ProblemError({ status: 409, code, title: 'Not possible in the state of the call', detail });

const notTalking = (detail: string) => conflict('call/not-talking', detail);

function refused({ code, refused: detail }: { code: string; refused: string }): ProblemError {
  if (code === 'call/not-talking') return notTalking(detail);
  if (code !== 'transfer/no-such-target') {
    return new ProblemError({ status: 403, code, title: 'Call not allowed', detail });
  }
  const errors = [{ field: 'target', message: 'is none of the targets in the transfer tool of the assistant' }];
  return new ProblemError({ status: 422, code, title: 'No such target', detail, errors });
}
