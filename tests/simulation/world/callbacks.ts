/** The carrier's webhooks on their way to us: signed, and dropped, doubled, delayed or overtaken as it happens. */
import type { Random } from '../../../src/base/random.ts';
import type { CarrierReply, CarrierRequest } from '../../../src/ports/carrier.ts';
import type { StatusChange } from '../../../src/simulator/call-progress.ts';
import { signTwilioRequest } from '../../../src/simulator/twilio-signature.ts';
import type { CarrierLine } from './carrier-line.ts';
import type { Scheduler } from './scheduler.ts';
import type { Swarm } from './swarm.ts';
import type { Truth } from './truth.ts';

export const accountSid = `AC${'a'.repeat(32)}`;
export const authToken = 'token-of-the-simulation';
export const publicUrl = 'https://calls.example.org';

export interface CallbackParts {
  scheduler: Scheduler;
  truth: Truth;
  random: Random;
  swarm(): Swarm;
  /** Brings a request to whichever node is up; null when none is, or it died over it. */
  deliver(request: CarrierRequest): Promise<CarrierReply | null>;
  /** A node took the news of a call. */
  heard(line: CarrierLine, status: StatusChange['status']): void;
}

export interface Callbacks {
  /** How many are still on their way. */
  readonly pending: number;
  status(line: CarrierLine, change: StatusChange): void;
  /** Asks for instructions, twice where the first time fails; gives their markup, or null. */
  ask(line: CarrierLine, url: string, more: Record<string, string>): Promise<string | null>;
}

function toRequest(line: CarrierLine, url: string, more: Record<string, string>): CarrierRequest {
  const { order, true: call } = line;
  const parameters: Record<string, string> = {
    ...{ AccountSid: accountSid, ApiVersion: '2010-04-01', CallSid: call.carrierSid, CallStatus: call.status },
    ...{
      Direction: order.direction === 'inbound' ? 'inbound' : 'outbound-api',
      From: order.from,
      To: order.to,
      Caller: order.from,
      Called: order.to,
    },
    ...more,
  };
  return {
    method: 'POST',
    // What stands behind # tells the carrier how to ask, and is never sent.
    path: url.slice(publicUrl.length).split('#')[0] ?? '',
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      'x-twilio-signature': signTwilioRequest(authToken, url, parameters),
    },
    body: new URLSearchParams(parameters).toString(),
  };
}

export function createCallbacks(parts: CallbackParts): Callbacks {
  const { scheduler, truth, random, deliver } = parts;
  let pending = 0;
  const chance = (share: number, fault: string) => {
    if (share === 0 || random.fraction() >= share) return false;
    truth.strike(fault);
    return true;
  };
  const send = (request: CarrierRequest, afterMs: number, heard: () => void) => {
    pending += 1;
    const deliverOnce = () =>
      deliver(request).then(
        (reply) => {
          if (reply && reply.status < 300) heard();
          return reply;
        },
        () => null,
      );
    scheduler.at(afterMs, () => {
      void deliverOnce().then((reply) => {
        pending -= 1;
        // The carrier repeats a webhook once when nobody took it.
        if (reply === null) scheduler.at(1000, () => void deliverOnce());
      });
    });
  };
  return {
    get pending() {
      return pending;
    },
    status(line, { status, sequence }) {
      // Nobody asked to be told of an incoming call.
      if (line.order.statusUrl === '') return;
      const swarm = parts.swarm();
      const { answeredAtMs, endedAtMs } = line.true;
      const final =
        endedAtMs === null
          ? {}
          : { CallDuration: String(Math.round((endedAtMs - (answeredAtMs ?? endedAtMs)) / 1000)) };
      const more = { CallStatus: status, SequenceNumber: String(sequence), ...final };
      const request = toRequest(line, line.order.statusUrl, more);
      if (chance(swarm.callbackDropped, 'callback dropped')) return;
      const delay = () =>
        chance(swarm.callbackDelayed, 'callback delayed') ? random.fraction() * swarm.longestDelayMs : 0;
      const heard = () => parts.heard(line, status);
      send(request, 20 + random.fraction() * 80 + delay(), heard);
      if (chance(swarm.callbackDoubled, 'callback doubled'))
        send(request, 20 + random.fraction() * 3000 + delay(), heard);
    },
    async ask(line, url, more) {
      for (let tries = 0; tries < 2; tries += 1) {
        await new Promise<void>((resolve) => scheduler.at(20 + random.fraction() * 60, resolve));
        const reply = await deliver(toRequest(line, url, more)).catch(() => null);
        if (reply && reply.status < 300) return reply.body;
      }
      return null;
    },
  };
}
