/** What `/v1` can do with campaigns and their contacts. */
import {
  campaignSchema,
  campaignWithProgressSchema,
  cancelCampaignSchema,
  createCampaignSchema,
  listCampaignsQuerySchema,
  updateCampaignSchema,
} from '../contract/campaigns.ts';
import {
  addContactsQuerySchema,
  addContactsSchema,
  contactImportSchema,
  contactSchema,
  listContactsQuerySchema,
} from '../contract/contacts.ts';
import { pageOf, problemSchema } from '../contract/text.ts';
import type { Area } from './operation.ts';

const ok = (body: Area['error']['schema']) => ({ status: 200, body });
const one = ok(campaignWithProgressSchema);
const notNow = { 409: 'The campaign is in a state in which this is not possible; `code` names it.' };
const unfit = { 422: 'A template lacks variables, or a file cannot be read; `errors` names where.' };

export const campaignOperations: readonly Area[] = [
  {
    tag: 'Campaigns',
    description: 'Many calls with one assistant: contacts from a file, a pace, a window, retries, results.',
    error: { schema: problemSchema, type: 'application/problem+json' },
    operations: [
      {
        route: 'POST /v1/campaigns',
        summary: 'Make a campaign, as a draft',
        body: createCampaignSchema,
        answer: { status: 201, body: campaignWithProgressSchema },
        errors: { 404: 'There is no such published assistant.', ...unfit },
      },
      {
        route: 'GET /v1/campaigns',
        summary: 'List campaigns, newest first',
        query: listCampaignsQuerySchema,
        answer: ok(pageOf(campaignSchema)),
      },
      { route: 'GET /v1/campaigns/:id', summary: 'Get a campaign and how far it is', answer: one },
      {
        route: 'PATCH /v1/campaigns/:id',
        summary: 'Change a campaign; pace, window, retries and period also while it runs',
        body: updateCampaignSchema,
        answer: one,
        errors: { ...notNow, ...unfit },
      },
      {
        route: 'DELETE /v1/campaigns/:id',
        summary: 'Delete a draft or a campaign that is over, with its contacts; its calls stay',
        answer: { status: 204 },
        errors: notNow,
      },
      {
        route: 'POST /v1/campaigns/:id/start',
        summary: 'Begin to call',
        answer: one,
        errors: { ...notNow, ...unfit },
      },
      {
        route: 'POST /v1/campaigns/:id/pause',
        summary: 'Begin no more calls; those on the line go on',
        answer: one,
        errors: notNow,
      },
      {
        route: 'POST /v1/campaigns/:id/resume',
        summary: 'Go on after a pause, or after what halted it is mended',
        answer: one,
        errors: { ...notNow, ...unfit },
      },
      {
        route: 'POST /v1/campaigns/:id/cancel',
        summary: 'Call it off at once, for good: ringing calls end, nobody else is called',
        body: cancelCampaignSchema,
        answer: one,
        errors: notNow,
      },
      {
        route: 'POST /v1/campaigns/:id/contacts',
        summary: 'Add contacts, as a JSON array of 10,000 at most or as CSV of a million rows at most',
        query: addContactsQuerySchema,
        body: addContactsSchema,
        takesCsv: true,
        answer: ok(contactImportSchema),
        errors: { ...notNow, ...unfit, 413: 'Too many rows or bytes.' },
      },
      {
        route: 'GET /v1/campaigns/:id/contacts',
        summary: 'List contacts in the order in which they were added',
        query: listContactsQuerySchema,
        answer: ok(pageOf(contactSchema)),
      },
      {
        route: 'GET /v1/campaigns/:id/results',
        summary: 'Export what became of every contact as CSV that is safe for spreadsheets',
        answer: { status: 200, type: 'text/csv' },
      },
    ],
  },
];
