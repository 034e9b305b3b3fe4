/** One call of the simulated carrier: rings, is answered, follows its instructions and ends, as its person decides. */
import type { Random } from '../../../src/base/random.ts';
import {
  type CallProgress,
  newCall,
  newIncomingCall,
  type ProgressEvent,
  type StatusChange,
  stepProgress,
} from '../../../src/simulator/call-progress.ts';
import type { Scheduler } from './scheduler.ts';
import type { TrueCall, Truth } from './truth.ts';

export interface LineOrder {
  direction: 'outbound' | 'inbound';
  /** Of ours; none for an incoming call. */
  callId: string;
  to: string;
  from: string;
  url: string;
  statusUrl: string;
  ringMs: number;
  longestMs: number;
}

/** What a person does with a call. */
type Pickup = 'answers' | 'does-not-answer' | 'busy' | 'declines' | 'cannot-be-reached';

export interface CarrierLine {
  readonly order: LineOrder;
  readonly true: TrueCall;
  readonly progress: CallProgress;
  end(status: 'completed' | 'canceled' | 'busy' | 'no-answer' | 'failed'): void;
}

export interface LineParts {
  scheduler: Scheduler;
  truth: Truth;
  random: Random;
  announce(line: CarrierLine, change: StatusChange): void;
  /** The person has picked up: somebody has to say what comes next. */
  follow(line: CarrierLine): void;
  ended(line: CarrierLine): void;
}

function drawPickup(random: Random): Pickup {
  const chance = random.fraction();
  if (chance < 0.7) return 'answers';
  if (chance < 0.8) return 'does-not-answer';
  if (chance < 0.9) return 'busy';
  return chance < 0.96 ? 'declines' : 'cannot-be-reached';
}

const finals = { busy: 'busy', declines: 'busy', 'does-not-answer': 'no-answer' } as const;

export function createLine(parts: LineParts, order: LineOrder, carrierSid: string): CarrierLine {
  const { scheduler, truth, random } = parts;
  const { callId, to } = order;
  const createdAtMs = scheduler.nowMs();
  const record: TrueCall = {
    carrierSid,
    callId,
    to,
    createdAtMs,
    endedAtMs: null,
    answeredAtMs: null,
    status: 'queued',
  };
  let progress = order.direction === 'inbound' ? newIncomingCall : newCall;
  const step = (event: ProgressEvent): boolean => {
    const made = stepProgress(progress, event);
    if (!made) return false;
    progress = made[0];
    record.status = progress.status;
    truth.note('carrier', carrierSid, made[1].status);
    parts.announce(line, made[1]);
    return true;
  };
  const line: CarrierLine = {
    order,
    true: record,
    get progress() {
      return progress;
    },
    end(status) {
      if (record.endedAtMs !== null) return;
      record.endedAtMs = scheduler.nowMs();
      step({ type: 'ended', status });
      parts.ended(line);
    },
  };
  const later = (ms: number, work: () => void) =>
    scheduler.at(ms, () => {
      if (record.endedAtMs === null) work();
    });
  const answer = () => {
    record.answeredAtMs = scheduler.nowMs();
    step({ type: 'answered' });
    later(order.longestMs, () => line.end('completed'));
    parts.follow(line);
  };
  if (order.direction === 'inbound') {
    later(random.fraction() * 1000, answer);
    return line;
  }
  const pickup = drawPickup(random);
  const afterMs = 500 + random.fraction() * 8000;
  // Some cannot be reached at once: their end is told while the answer to our request is on its way.
  const rate = pickup === 'cannot-be-reached' && random.fraction() < 0.5 ? 0 : 1;
  later(rate * random.fraction() * 1500, () => {
    step({ type: 'dialed' });
    later(rate * (100 + random.fraction() * 2000), () => {
      if (pickup === 'cannot-be-reached') return line.end('failed');
      step({ type: 'rang' });
      if (pickup === 'answers' && afterMs < order.ringMs) return later(afterMs, answer);
      const final = pickup === 'answers' ? 'no-answer' : finals[pickup];
      return later(final === 'no-answer' ? order.ringMs : 1000, () => line.end(final));
    });
  });
  return line;
}
