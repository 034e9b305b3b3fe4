import { describe, expect, it } from 'vitest';
import type { CampaignWithProgress } from '../api/contract/campaigns.ts';
import { toImportLines, toProgressLine } from './campaign-lines.ts';

const now = Date.UTC(2026, 10, 28, 12);
const states = { waiting: 6, calling: 2, done: 3, failed: 1, skipped: 0, canceled: 0 };
const campaign = (changes: object, progress: object = {}) =>
  ({
    ...{ status: 'running', halt: null, ...changes },
    progress: {
      contacts: 12,
      by_state: states,
      by_outcome: {},
      dialed_per_minute: 3,
      expected_end_at: null,
      ...progress,
    },
  }) as unknown as CampaignWithProgress;

describe('a campaign in one line', () => {
  it.each([
    [{}, {}, 'running   4 of 12 done with, 2 on the line, 1 failed'],
    [
      {},
      { expected_end_at: '2026-11-28T12:20:30Z' },
      'running   4 of 12 done with, 2 on the line, 1 failed, about 21 min to go',
    ],
    [
      {},
      { expected_end_at: '2026-11-30T12:00:00Z' },
      'running   4 of 12 done with, 2 on the line, 1 failed, about 2 days to go',
    ],
    [
      { status: 'halted', halt: { code: 'campaign/calls-fail', message: '10 of the last 20 calls failed.' } },
      { by_state: { ...states, calling: 0, waiting: 8 } },
      'halted    4 of 12 done with, 1 failed, campaign/calls-fail: 10 of the last 20 calls failed.',
    ],
  ])('%j %j is %s', (changes, progress, line) => {
    expect(toProgressLine(campaign(changes, progress), now)).toBe(line);
  });
});

it('a file of contacts says what became of its rows and columns', () => {
  const columns = { number: 'Phone', name: 'Full Name', timezone: null, variables: ['amount'] };
  const errors = [{ line: 3, field: 'number', code: 'contact/number', message: 'is no phone number' }];
  const report = { dry_run: false, rows: 5, added: 2, duplicates: 1, rejected: 2, columns, errors };
  expect(toImportLines(report)).toEqual([
    '5 rows: 2 added, 1 twice, 2 wrong.',
    'Number from "Phone"; name from "Full Name"; variables amount.',
    '  line 3: is no phone number (contact/number)',
    '  …',
  ]);
  expect(toImportLines({ ...report, dry_run: true, duplicates: 0, rejected: 0, errors: [], columns: null })).toEqual([
    '5 rows: 2 would be added.',
  ]);
});
