/** What `/v1` can do with assistants and phone numbers. */
import {
  assistantSchema,
  assistantVersionSchema,
  createAssistantSchema,
  listAssistantsQuerySchema,
  listVersionsQuerySchema,
  previewResultSchema,
  previewSchema,
  updateAssistantSchema,
} from '../contract/assistants.ts';
import {
  createDocumentSchema,
  documentSchema,
  documentWithTextSchema,
  listDocumentsQuerySchema,
} from '../contract/documents.ts';
import {
  createPhoneNumberSchema,
  listPhoneNumbersQuerySchema,
  phoneNumberSchema,
  syncResultSchema,
  updatePhoneNumberSchema,
} from '../contract/phone-numbers.ts';
import { pageOf, problemSchema } from '../contract/text.ts';
import {
  mcpSecretSchema,
  mcpSecretsSchema,
  setMcpSecretSchema,
  toolSecretQuerySchema,
  toolSecretSchema,
} from '../contract/tools.ts';
import type { Area } from './operation.ts';

const error = { schema: problemSchema, type: 'application/problem+json' };

export const assistantOperations: readonly Area[] = [
  {
    tag: 'Assistants',
    description: 'Who speaks. One edits the draft; calls are made with the version that was published last.',
    error,
    operations: [
      {
        route: 'POST /v1/assistants',
        summary: 'Make an assistant; it is published at once',
        body: createAssistantSchema,
        answer: { status: 201, body: assistantSchema },
      },
      {
        route: 'GET /v1/assistants',
        summary: 'List assistants',
        query: listAssistantsQuerySchema,
        answer: { status: 200, body: pageOf(assistantSchema) },
      },
      { route: 'GET /v1/assistants/:id', summary: 'Get an assistant', answer: { status: 200, body: assistantSchema } },
      {
        route: 'PATCH /v1/assistants/:id',
        summary: 'Change the draft',
        body: updateAssistantSchema,
        answer: { status: 200, body: assistantSchema },
      },
      { route: 'DELETE /v1/assistants/:id', summary: 'Archive an assistant', answer: { status: 204 } },
      {
        route: 'POST /v1/assistants/:id/publish',
        summary: 'Publish the draft as the next version',
        answer: { status: 201, body: assistantVersionSchema },
      },
      {
        route: 'GET /v1/assistants/:id/versions',
        summary: 'List published versions, newest first',
        query: listVersionsQuerySchema,
        answer: { status: 200, body: pageOf(assistantVersionSchema) },
      },
      {
        route: 'GET /v1/assistants/:id/versions/:version',
        summary: 'Get a published version',
        answer: { status: 200, body: assistantVersionSchema },
      },
      {
        route: 'POST /v1/assistants/:id/preview',
        summary: 'See the greeting and the instructions as they would be filled in',
        body: previewSchema,
        answer: { status: 200, body: previewResultSchema },
      },
      {
        route: 'POST /v1/assistants/:id/documents',
        summary: 'Give an assistant a document that it can look up',
        body: createDocumentSchema,
        answer: { status: 201, body: documentSchema },
      },
      {
        route: 'GET /v1/assistants/:id/documents',
        summary: 'List the documents of an assistant',
        query: listDocumentsQuerySchema,
        answer: { status: 200, body: pageOf(documentSchema) },
      },
      {
        route: 'GET /v1/assistants/:id/documents/:documentId',
        summary: 'Get a document with its text',
        answer: { status: 200, body: documentWithTextSchema },
      },
      {
        route: 'DELETE /v1/assistants/:id/documents/:documentId',
        summary: 'Take a document away',
        answer: { status: 204 },
      },
      {
        route: 'POST /v1/assistants/:id/mcp-secrets',
        summary: 'Set what an MCP server is asked with',
        body: setMcpSecretSchema,
        answer: { status: 201, body: mcpSecretSchema },
      },
      {
        route: 'GET /v1/assistants/:id/mcp-secrets',
        summary: 'List which MCP servers have a secret',
        answer: { status: 200, body: mcpSecretsSchema },
      },
      {
        route: 'DELETE /v1/assistants/:id/mcp-secrets/:server',
        summary: 'Take the secret of an MCP server away',
        answer: { status: 204 },
      },
      {
        route: 'GET /v1/tool-secret',
        summary: 'Get what signs the requests of HTTP tools',
        query: toolSecretQuerySchema,
        answer: { status: 200, body: toolSecretSchema },
      },
    ],
  },
  {
    tag: 'Phone numbers',
    description: 'The numbers that people can call, and who answers them.',
    error,
    operations: [
      {
        route: 'POST /v1/phone-numbers',
        summary: 'Add a number',
        body: createPhoneNumberSchema,
        answer: { status: 201, body: phoneNumberSchema },
      },
      {
        route: 'GET /v1/phone-numbers',
        summary: 'List numbers',
        query: listPhoneNumbersQuerySchema,
        answer: { status: 200, body: pageOf(phoneNumberSchema) },
      },
      { route: 'GET /v1/phone-numbers/:id', summary: 'Get a number', answer: { status: 200, body: phoneNumberSchema } },
      {
        route: 'PATCH /v1/phone-numbers/:id',
        summary: 'Change who answers a number',
        body: updatePhoneNumberSchema,
        answer: { status: 200, body: phoneNumberSchema },
      },
      { route: 'DELETE /v1/phone-numbers/:id', summary: 'Remove a number', answer: { status: 204 } },
      {
        route: 'POST /v1/phone-numbers/sync',
        summary: 'Tell the carrier to bring calls of these numbers to this server',
        answer: { status: 200, body: syncResultSchema },
      },
    ],
  },
];
