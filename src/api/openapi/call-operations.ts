/** What `/v1` can do with calls, do-not-call lists and figures. */
import { z } from 'zod';

import {
  analysisAskedSchema,
  callSchema,
  callWithTurnsSchema,
  decisionSchema,
  eventSchema,
  listAllEventsQuerySchema,
  listCallsQuerySchema,
  listDecisionsQuerySchema,
  listEventsQuerySchema,
  policySchema,
  transcriptQuerySchema,
  transcriptSchema,
} from '../contract/calls.ts';
import {
  audioTicketOrderSchema,
  audioTicketSchema,
  createCallSchema,
  instructCallSchema,
  pressKeysSchema,
  sayToCallSchema,
  transferCallSchema,
} from '../contract/create-call.ts';
import {
  addDoNotCallSchema,
  checkDoNotCallQuerySchema,
  doNotCallCheckSchema,
  doNotCallImportSchema,
  doNotCallSchema,
  importDoNotCallQuerySchema,
  importDoNotCallSchema,
  listDoNotCallQuerySchema,
  removeDoNotCallQuerySchema,
} from '../contract/do-not-call.ts';
import { healthSchema } from '../contract/health.ts';
import { recordingQuerySchema, recordingsSchema } from '../contract/recordings.ts';
import { limitsQuerySchema, limitsSchema, statsQuerySchema, statsSchema } from '../contract/stats.ts';
import { pageOf, problemSchema } from '../contract/text.ts';
import type { Area } from './operation.ts';

const error = { schema: problemSchema, type: 'application/problem+json' };
const ok = (body: (typeof error)['schema'] | Area['error']['schema']) => ({ status: 200, body });
const noMore = { 409: 'The call is over, or in a state in which this is not possible.' };

export const callOperations: readonly Area[] = [
  {
    tag: 'Calls',
    description: 'Calls are named by our id or by the carrier’s (`CA…`).',
    error,
    operations: [
      {
        route: 'POST /v1/calls',
        summary: 'Place a call: it is stored at once and dialled when its turn comes',
        body: createCallSchema,
        answer: { status: 201, body: callSchema },
        errors: {
          403: 'The number must not be called, or the client is not active.',
          404: 'There is no such published assistant.',
          422: 'A template names variables that were not given, or is too long.',
          429: 'A limit is reached; try again after `Retry-After`.',
        },
      },
      {
        route: 'GET /v1/calls',
        summary: 'List calls, newest first',
        query: listCallsQuerySchema,
        answer: ok(pageOf(callSchema)),
      },
      {
        route: 'POST /v1/calls/check',
        summary: 'See what every rule would say of such a call now; nothing is stored or dialled',
        body: createCallSchema,
        answer: ok(policySchema),
      },
      {
        route: 'GET /v1/calls/decisions',
        summary: 'Export what the rules said of calls, as JSON or CSV, newest first',
        query: listDecisionsQuerySchema,
        answer: ok(z.array(decisionSchema)),
      },
      { route: 'GET /v1/calls/:id', summary: 'Get a call with what was said', answer: ok(callWithTurnsSchema) },
      {
        route: 'GET /v1/calls/:id/transcript',
        summary: 'Get what was said, as JSON or as text',
        query: transcriptQuerySchema,
        answer: ok(transcriptSchema),
      },
      {
        route: 'GET /v1/calls/:id/events',
        summary: 'List what happened to a call',
        query: listEventsQuerySchema,
        answer: ok(pageOf(eventSchema)),
      },
      {
        route: 'GET /v1/calls/:id/recording',
        summary: 'Get the sound of a call; takes Range requests',
        query: recordingQuerySchema,
        answer: { status: 200, type: 'audio/wav' },
        errors: {
          206: 'A part of it.',
          404: 'There is none (yet); `code` says why.',
          406: 'It cannot be had in this form.',
          416: 'There is no such part.',
          503: 'Too much is being turned into MP3; try again after `Retry-After`.',
        },
      },
      {
        route: 'GET /v1/calls/:id/recordings',
        summary: 'List the recordings of a call, the newest first',
        answer: ok(recordingsSchema),
      },
      {
        route: 'GET /v1/calls/:id/live',
        summary: 'Follow a call: its events so far and as they happen, as server-sent events',
        answer: { status: 200, type: 'text/event-stream' },
      },
      {
        route: 'GET /v1/events',
        summary: 'Read everything that happened, oldest first; `next_cursor` of the last page goes on with what comes',
        query: listAllEventsQuerySchema,
        answer: ok(pageOf(eventSchema)),
      },
      {
        route: 'GET /v1/live',
        summary: 'Follow all that you may see, as server-sent events; `Last-Event-ID` goes on behind an event',
        answer: { status: 200, type: 'text/event-stream' },
      },
      {
        route: 'POST /v1/calls/:id/cancel',
        summary: 'Give up a call that was not answered',
        answer: ok(callSchema),
        errors: noMore,
      },
      {
        route: 'POST /v1/calls/:id/hangup',
        summary: 'End a call, whatever its state',
        answer: ok(callSchema),
        errors: noMore,
      },
      {
        route: 'POST /v1/calls/:id/analyze',
        summary: 'Find out again what came of a call that is over',
        answer: { status: 202, body: analysisAskedSchema },
        errors: { 409: 'The call is not over yet.' },
      },
      {
        route: 'POST /v1/calls/:id/say',
        summary: 'Have the assistant say something now',
        body: sayToCallSchema,
        answer: ok(callSchema),
        errors: {
          ...noMore,
          503: 'The server that holds the conversation does not answer; nobody knows whether it was said.',
        },
      },
      {
        route: 'POST /v1/calls/:id/instruct',
        summary: 'Tell the assistant what to do from now on in this call',
        body: instructCallSchema,
        answer: ok(callSchema),
        errors: {
          ...noMore,
          503: 'The server that holds the conversation does not answer; nobody knows whether it was told.',
        },
      },
      {
        route: 'POST /v1/calls/:id/transfer',
        summary: "Hand the person over to somebody on the assistant's list",
        body: transferCallSchema,
        answer: ok(callSchema),
        errors: noMore,
      },
      {
        route: 'POST /v1/calls/:id/audio-ticket',
        summary: 'Get a ticket, good once and for a minute, to listen in on a call, or to take it over',
        body: audioTicketOrderSchema,
        answer: { status: 201, body: audioTicketSchema },
        errors: { 409: 'Nobody talks in the call now, or the carrier keeps its sound to itself.' },
      },
      {
        route: 'POST /v1/calls/:id/dtmf',
        summary: 'Press keys on the line',
        body: pressKeysSchema,
        answer: ok(callSchema),
        errors: noMore,
      },
    ],
  },
  {
    tag: 'Do not call',
    description: 'Numbers that are never dialled: a list for each client, and one for everyone.',
    error,
    operations: [
      {
        route: 'POST /v1/do-not-call',
        summary: 'Put a number on a list',
        body: addDoNotCallSchema,
        answer: { status: 201, body: doNotCallSchema },
        alsoAnswers: [200],
      },
      {
        route: 'GET /v1/do-not-call',
        summary: 'List the numbers, newest first',
        query: listDoNotCallQuerySchema,
        answer: ok(pageOf(doNotCallSchema)),
      },
      {
        route: 'GET /v1/do-not-call/check',
        summary: 'Ask whether a number may be called',
        query: checkDoNotCallQuerySchema,
        answer: ok(doNotCallCheckSchema),
      },
      {
        route: 'DELETE /v1/do-not-call/:number',
        summary: 'Take a number off a list; the reason is kept in the audit log',
        query: removeDoNotCallQuerySchema,
        answer: { status: 204 },
      },
      {
        route: 'POST /v1/do-not-call/import',
        summary: 'Import up to 100,000 numbers, as a JSON array or as CSV with the columns number and reason',
        query: importDoNotCallQuerySchema,
        body: importDoNotCallSchema,
        takesCsv: true,
        answer: ok(doNotCallImportSchema),
      },
      {
        route: 'GET /v1/do-not-call/export',
        summary: 'Export the lists that you may see as CSV',
        answer: { status: 200, type: 'text/csv' },
      },
    ],
  },
  {
    tag: 'Figures',
    description: 'Figures over the calls that you may see, and what is left of every limit.',
    error,
    operations: [
      {
        route: 'GET /v1/stats',
        summary: 'Count calls and what became of them',
        query: statsQuerySchema,
        answer: ok(statsSchema),
      },
      {
        route: 'GET /metrics',
        summary: "Get the server's own figures for Prometheus; for those who run it, where METRICS is on",
        answer: { status: 200, type: 'text/plain' },
        errors: { 403: 'These are of all clients together.', 404: 'None are kept.' },
      },
      {
        route: 'GET /v1/limits',
        summary: 'See what is left of lines, pace and spending: of the account, a client, each number and campaign',
        query: limitsQuerySchema,
        answer: ok(limitsSchema),
      },
      { route: 'GET /v1/health', summary: 'See what calls need and what is missing', answer: ok(healthSchema) },
    ],
  },
];
