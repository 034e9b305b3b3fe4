/** Gives out the right to listen in on a live call, and to take it over. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import { issueAudioTicket } from '../../call/audio-tickets.ts';
import type { Store } from '../../store/open-store.ts';
import { answerPost } from '../answer-post.ts';
import { whoAsks } from '../authorize.ts';
import { audioTicketOrderSchema } from '../contract/create-call.ts';
import { findCallOr404 } from '../find-call.ts';
import type { Answer } from '../idempotency.ts';
import { ProblemError, parseOrProblem } from '../problem.ts';
import { recordChange } from '../record-change.ts';

export interface CallAudioParts {
  store: Store;
  clock: Clock;
  random: Random;
}

type ById = { Params: { id: string } };

export function callAudioRoutes(parts: CallAudioParts) {
  return async (app: FastifyInstance): Promise<void> => {
    app.post<ById>('/v1/calls/:id/audio-ticket', { config: { permission: 'calls:write' } }, (request, reply) =>
      answerPost(parts, { request, reply }, () => issue(parts, request)),
    );
  };
}

async function issue(parts: CallAudioParts, request: FastifyRequest<ById>): Promise<Answer> {
  const { speak = false } = parseOrProblem(audioTicketOrderSchema, request.body) ?? {};
  const { store } = parts;
  const call = await findCallOr404(store.db, request);
  if (call.engine !== 'media') {
    throw impossible(
      'call/no-audio',
      'The carrier hears and speaks in this call: no sound of it comes here. Give the assistant another engine than relay.',
    );
  }
  if (call.status !== 'in_progress') {
    throw impossible('call/not-talking', 'No assistant talks in this call now.');
  }
  const principal = whoAsks(request);
  const { ticket, expiresAt } = await store.transaction(async (db) => {
    const about = { request, subjectKind: 'call', subjectId: call.id, details: { speak } } as const;
    await recordChange(parts, db, { ...about, action: 'call.audio_ticket_issued' });
    return issueAudioTicket({ ...parts, db }, { callId: call.id, principal, maySpeak: speak });
  });
  const shown = { expires_at: expiresAt.toISOString(), path: `/v1/calls/${call.id}/audio`, may_speak: speak };
  const headers = { 'cache-control': 'no-store' };
  return { status: 201, body: { ticket, ...shown }, keptBody: { ticket: null, ...shown }, headers };
}

const impossible = (code: string, detail: string) =>
  new ProblemError({ status: 409, code, title: 'Not possible in the state of the call', detail });
