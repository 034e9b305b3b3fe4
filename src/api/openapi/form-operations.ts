/** The documented request forms beside `/v1`, and the health of the server. */
import {
  clientCallAnswerSchema,
  clientCallsQuerySchema,
  clientCallsSchema,
  clientStatsQuerySchema,
  clientStatsSchema,
  makeCallAnswerSchema,
  makeCallErrorSchema,
  makeCallSchema,
} from '../contract/client-calls.ts';
import {
  callCustomerSchema,
  callsInitiateAnswerSchema,
  callsInitiateErrorSchema,
  callsInitiateSchema,
  healthSchema,
  messageSchema,
  outboundCallAnswerSchema,
  outboundCallErrorSchema,
  outboundCallSchema,
} from '../contract/forms.ts';
import type { Area } from './operation.ts';

const type = 'application/json';
const openInSandbox = 'Needs no key while the carrier is simulated and the server is for this machine only.';

export const formOperations: readonly Area[] = [
  {
    tag: 'Form: call customer',
    description: openInSandbox,
    error: { schema: messageSchema, type },
    operations: [
      {
        route: 'POST /call-customer',
        summary: 'Call a number under a number of your own; the call is recorded and transcribed',
        body: callCustomerSchema,
        answer: { status: 200, body: messageSchema },
        errors: { 400: 'A field is missing or wrong.', 500: 'The carrier did not take the call.' },
      },
    ],
  },
  {
    tag: 'Form: outbound call',
    description: openInSandbox,
    error: { schema: outboundCallErrorSchema, type },
    operations: [
      {
        route: 'POST /api/outbound-call',
        summary: 'Call a number with parameters that the assistant is told',
        body: outboundCallSchema,
        answer: { status: 200, body: outboundCallAnswerSchema },
        errors: { 400: 'A field is missing or wrong.', 500: 'The carrier did not take the call.' },
      },
    ],
  },
  {
    tag: 'Form: initiate',
    description: openInSandbox,
    error: { schema: callsInitiateErrorSchema, type },
    operations: [
      {
        route: 'POST /calls/initiate',
        summary: 'Have a stored assistant call a number',
        body: callsInitiateSchema,
        answer: { status: 200, body: callsInitiateAnswerSchema },
        errors: {
          400: 'The number is not in E.164 format, or template variables are missing.',
          404: 'There is no such assistant.',
          422: 'The body is malformed.',
          502: 'The carrier did not take the call.',
        },
      },
    ],
  },
  {
    tag: 'Form: make call',
    description: 'For clients, with the token of `POST /auth/login` or an API key of the client.',
    error: { schema: makeCallErrorSchema, type },
    operations: [
      {
        route: 'POST /secure/make-call',
        summary: 'Call a number from the client’s own number, with the variables of its profile',
        access: 'client',
        body: makeCallSchema,
        answer: { status: 200, body: makeCallAnswerSchema },
        errors: {
          400: 'The number is missing or not in E.164 format.',
          401: 'No client is logged in.',
          403: 'The client is not active, or the call is not allowed.',
          404: 'The client is not there any more.',
          500: 'The carrier is not available.',
        },
      },
      {
        route: 'GET /secure/calls',
        summary: 'List the client’s calls, newest first',
        access: 'client',
        query: clientCallsQuerySchema,
        answer: { status: 200, body: clientCallsSchema },
      },
      {
        route: 'GET /secure/calls/:callId',
        summary: 'Get one of them, by our id or the carrier’s, with what was said and happened',
        access: 'client',
        answer: { status: 200, body: clientCallAnswerSchema },
      },
      {
        route: 'GET /secure/call-stats',
        summary: 'Count the client’s calls',
        access: 'client',
        query: clientStatsQuerySchema,
        answer: { status: 200, body: clientStatsSchema },
      },
    ],
  },
  {
    tag: 'Health',
    description: 'For whoever watches over the server.',
    error: { schema: healthSchema, type },
    operations: [
      {
        route: 'GET /healthz',
        summary: 'Whether the process serves',
        access: 'open',
        answer: { status: 200, body: healthSchema },
      },
      {
        route: 'GET /readyz',
        summary: 'Whether it can take calls',
        access: 'open',
        answer: { status: 200, body: healthSchema },
        errors: { 503: 'It starts, drains or has lost its database.' },
      },
    ],
  },
];
