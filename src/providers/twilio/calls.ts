/** Looks up, finds and ends calls over Twilio's REST API: requests that may be repeated safely. */
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import { type Carrier, type CarrierCall, CarrierUnavailable } from '../../ports/carrier.ts';
import { ask, isTwilioNotFound, toUnavailable } from './ask.ts';
import { parseCall, parseCallPage, parseRefusal } from './call-resource.ts';
import { clockSkewMs } from './carrier-clock.ts';
import type { RestClient } from './rest-client.ts';
import { writeTwiml } from './twiml.ts';

export interface CallsOptions {
  accountSid: string;
  rest: RestClient;
  clock: Clock;
  log: Logger;
  publicUrl: string;
}

const pageSize = 200;
const mostPages = 20;

/** Codes that answer "end this call" with "there is nothing to end". */
const nothingToEnd: ReadonlySet<number> = new Set([20404, 21220]);

/** Pages through the list, newest first, until it ends or a whole page is older than `sinceMs`; all times are by our clock. */
async function listCalls(options: CallsOptions, firstPath: string, sinceMs: number): Promise<CarrierCall[]> {
  const found: CarrierCall[] = [];
  let path = firstPath;
  for (let page = 0; page < mostPages; page += 1) {
    const answer = await ask(options.rest, { method: 'GET', path });
    const parsed = answer.httpStatus === 200 ? parseCallPage(answer.body) : null;
    if (!parsed) throw toUnavailable(options.log, answer);
    const skewMs = clockSkewMs(answer.date, options.clock.now());
    const calls = parsed.calls.map((call) => ({ ...call, createdAtMs: call.createdAtMs + skewMs }));
    const fresh = calls.filter((call) => call.createdAtMs >= sinceMs);
    found.push(...fresh);
    const onlyOlder = parsed.calls.length > 0 && fresh.length === 0;
    if (onlyOlder || parsed.nextPath === null) return found;
    path = parsed.nextPath;
  }
  // Half a list must not pass for "there is no such call": that could ring a phone twice.
  throw new CarrierUnavailable('Twilio lists more calls than can be looked through');
}

export function createCalls(
  options: CallsOptions,
): Pick<Carrier, 'fetchCall' | 'findCalls' | 'endCall' | 'redirectCall'> {
  const { rest, log, publicUrl } = options;
  const account = `/2010-04-01/Accounts/${options.accountSid}`;
  const pathOf = (carrierSid: string) => `${account}/Calls/${encodeURIComponent(carrierSid)}.json`;
  return {
    async fetchCall(carrierSid) {
      const answer = await ask(rest, { method: 'GET', path: pathOf(carrierSid) });
      if (isTwilioNotFound(answer)) return null;
      const call = answer.httpStatus === 200 ? parseCall(answer.body) : null;
      if (!call) throw toUnavailable(log, answer);
      return call;
    },

    async findCalls({ to, from, sinceMs }) {
      const query = new URLSearchParams({ To: to, From: from, PageSize: String(pageSize) });
      // Twilio's dates are whole seconds: a call made at .7 s is dated before a `sinceMs` of .5 s.
      const calls = await listCalls(options, `${account}/Calls.json?${query}`, Math.floor(sinceMs / 1000) * 1000);
      return calls.sort((a, b) => b.createdAtMs - a.createdAtMs);
    },

    async endCall(carrierSid) {
      const answer = await ask(rest, { method: 'POST', path: pathOf(carrierSid), form: { Status: 'completed' } });
      if (answer.httpStatus >= 200 && answer.httpStatus <= 299) return;
      if (nothingToEnd.has(parseRefusal(answer)?.code ?? 0)) return;
      throw toUnavailable(log, answer);
    },

    async redirectCall(carrierSid, instructions) {
      const form = { Twiml: writeTwiml(instructions, { publicUrl, log }) };
      const answer = await ask(rest, { method: 'POST', path: pathOf(carrierSid), form });
      if (answer.httpStatus < 200 || answer.httpStatus > 299) throw toUnavailable(log, answer);
    },
  };
}
