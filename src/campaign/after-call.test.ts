import { describe, expect, it } from 'vitest';
import { type AfterCall, afterCall } from './after-call.ts';

const retry = { attempts: 3, after_minutes: { busy: 10, no_answer: 60, failed: 5 } };
const plain: AfterCall = {
  call: {
    ...{ status: 'no_answer', outcome: 'no_answer', endedReason: 'no_answer', wasDialed: true, errorCode: null },
    ...{ retryAdvice: null, retryAfterSeconds: null },
  },
  contact: { attempts: 1, deferrals: 0 },
  ...{ retry, isCanceled: false, atMs: 1000, jitter: 0 },
};
const becomes = (call: Partial<AfterCall['call']>, more: Partial<Omit<AfterCall, 'call'>> = {}) =>
  afterCall({ ...plain, ...more, call: { ...plain.call, ...call } });
const busy = { status: 'busy', outcome: 'busy' };
const failed = { status: 'failed', outcome: 'failed', errorCode: 'carrier/1' };
const stopped = { status: 'canceled', outcome: 'canceled', endedReason: 'campaign_stopped', wasDialed: false };
const blocked = { status: 'blocked', outcome: 'blocked', errorCode: 'dial/do-not-call', wasDialed: false };

describe('a contact after its call', () => {
  it.each([
    ['that was talked in', becomes({ status: 'completed', outcome: 'talked' }), { state: 'done', code: null }],
    ['that nobody answered', becomes({}), { state: 'waiting', dueAtMs: 3_601_000 }],
    ['that was busy', becomes(busy), { state: 'waiting', dueAtMs: 601_000 }],
    [
      'that was busy, with the spread of retries',
      becomes(busy, { jitter: 0.5 }),
      { state: 'waiting', dueAtMs: 631_000 },
    ],
    ['that was the last try', becomes(busy, { contact: { attempts: 3, deferrals: 0 } }), { state: 'failed' }],
    ['that is not to be repeated', becomes(busy, { retry: null }), { state: 'failed', code: null }],
    ['that failed', becomes(failed), { state: 'waiting', dueAtMs: 301_000 }],
    ['whose phone may have rung', becomes({ ...failed, endedReason: 'carrier_unclear' }), { state: 'failed' }],
    ['to a number that is none', becomes({ ...failed, retryAdvice: 'no' }), { state: 'failed', code: 'carrier/1' }],
    [
      'that may be tried much later',
      becomes({ ...failed, retryAdvice: 'later' }),
      { state: 'waiting', dueAtMs: 14_401_000 },
    ],
    ['that a rule forbade', becomes(blocked), { state: 'skipped', code: 'dial/do-not-call' }],
    [
      'that a rule puts off',
      becomes({ ...blocked, retryAfterSeconds: 9 }),
      { state: 'waiting', dueAtMs: 10_000, deferrals: 1 },
    ],
    [
      'that rules put off again and again',
      becomes({ ...blocked, retryAfterSeconds: 9 }, { contact: { attempts: 0, deferrals: 5 } }),
      { state: 'skipped' },
    ],
    ['that a pause took back', becomes(stopped), { state: 'waiting', dueAtMs: 1000 }],
    ['that was called off with its campaign', becomes(stopped, { isCanceled: true }), { state: 'canceled' }],
    ['that somebody canceled', becomes({ ...stopped, endedReason: 'canceled' }), { state: 'canceled' }],
    ['of a canceled campaign', becomes(busy, { isCanceled: true }), { state: 'failed' }],
  ])('%s', (_name, next, wanted) => {
    expect(next).toMatchObject(wanted);
  });
});
