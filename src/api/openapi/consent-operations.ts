/** What `/v1` can do with consents. */
import {
  addConsentSchema,
  checkConsentQuerySchema,
  consentCheckSchema,
  consentSchema,
  consentsImportSchema,
  importConsentsQuerySchema,
  importConsentsSchema,
  listConsentsQuerySchema,
  withdrawConsentSchema,
} from '../contract/consents.ts';
import { pageOf, problemSchema } from '../contract/text.ts';
import type { Area } from './operation.ts';

export const consentOperations: Area = {
  tag: 'Consents',
  description: 'Who agreed to be called, recorded or sold to, who says so, and who took it back.',
  error: { schema: problemSchema, type: 'application/problem+json' },
  operations: [
    {
      route: 'POST /v1/consents',
      summary: 'Write down a consent; one that is held already stays as it is',
      body: addConsentSchema,
      answer: { status: 201, body: consentSchema },
    },
    {
      route: 'POST /v1/consents/import',
      summary: 'Write down up to 100,000 consents, as a JSON array or as CSV',
      query: importConsentsQuerySchema,
      body: importConsentsSchema,
      takesCsv: true,
      answer: { status: 200, body: consentsImportSchema },
    },
    {
      route: 'GET /v1/consents',
      summary: 'List consents, newest first, also those that were taken back',
      query: listConsentsQuerySchema,
      answer: { status: 200, body: pageOf(consentSchema) },
    },
    {
      route: 'GET /v1/consents/check',
      summary: 'See whether a number has agreed',
      query: checkConsentQuerySchema,
      answer: { status: 200, body: consentCheckSchema },
    },
    {
      route: 'POST /v1/consents/:id/withdraw',
      summary: 'Take a consent back, with a reason',
      body: withdrawConsentSchema,
      answer: { status: 200, body: consentSchema },
    },
  ],
};
