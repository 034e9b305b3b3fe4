/** What `/v1` can do for people who want to be forgotten. */
import { erasePersonQuerySchema, erasureSchema, listErasuresQuerySchema } from '../contract/erasures.ts';
import { pageOf, problemSchema } from '../contract/text.ts';
import type { Area } from './operation.ts';

export const erasureOperations: Area = {
  tag: 'Erasures',
  description: 'People who are forgotten at their wish, and how far that is.',
  error: { schema: problemSchema, type: 'application/problem+json' },
  operations: [
    {
      route: 'DELETE /v1/people/:number',
      summary: 'Have all that is kept of a person erased; a wish that is open already stays the one',
      query: erasePersonQuerySchema,
      answer: { status: 202, body: erasureSchema },
    },
    {
      route: 'GET /v1/erasures',
      summary: 'List wishes to be forgotten, newest first',
      query: listErasuresQuerySchema,
      answer: { status: 200, body: pageOf(erasureSchema) },
    },
    { route: 'GET /v1/erasures/:id', summary: 'See how far one is', answer: { status: 200, body: erasureSchema } },
  ],
};
