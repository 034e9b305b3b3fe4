/** What `/v1` can do with prices. */
import {
  createPriceSchema,
  importPricesQuerySchema,
  importPricesSchema,
  listPricesQuerySchema,
  priceSchema,
  pricesImportSchema,
} from '../contract/prices.ts';
import { pageOf, problemSchema } from '../contract/text.ts';
import type { Area } from './operation.ts';

export const priceOperations: Area = {
  tag: 'Prices',
  description: 'What things cost: your own prices come before those that vendors published.',
  error: { schema: problemSchema, type: 'application/problem+json' },
  operations: [
    {
      route: 'POST /v1/prices',
      summary: 'Set a price; it follows the one that held',
      body: createPriceSchema,
      answer: { status: 201, body: priceSchema },
    },
    {
      route: 'POST /v1/prices/import',
      summary: 'Set many prices, from JSON or CSV',
      query: importPricesQuerySchema,
      body: importPricesSchema,
      takesCsv: true,
      answer: { status: 200, body: pricesImportSchema },
    },
    {
      route: 'GET /v1/prices',
      summary: 'List your own prices, newest first, or the published ones',
      query: listPricesQuerySchema,
      answer: { status: 200, body: pageOf(priceSchema) },
    },
    { route: 'DELETE /v1/prices/:id', summary: 'End a price of your own', answer: { status: 204 } },
  ],
};
