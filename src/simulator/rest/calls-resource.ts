/** /Calls: create, fetch, update, delete and list. */
import { waitFor } from '../../base/clock.ts';
import { unreachable } from '../../base/unreachable.ts';
import type { SimulatedCallRecord } from '../call-record.ts';
import type { PhoneNetwork } from '../phone-network.ts';
import type { SimulatedCall } from '../simulated-call.ts';
import { toCallResource } from './call-resource.ts';
import {
  checkFrom,
  checkTo,
  readInstructions,
  readSettings,
  readStatusCallback,
  readTarget,
} from './check-call-form.ts';
import { toListPage } from './list-page.ts';
import { isWithin } from './moment-filter.ts';
import { json, notFound, Refusal, type RestAnswer, type RestRequest, type RestResult } from './rest-exchange.ts';

function show(network: PhoneNetwork, record: SimulatedCallRecord, status = 200): RestAnswer {
  const ownNumber = record.direction === 'inbound' ? record.to : record.from;
  const own = network.numbers.find(({ number }) => number === ownNumber);
  return json(toCallResource(network.account.sid, record, own?.sid ?? null), status);
}

/** Creates a call, unless a planned fault has it otherwise. */
export async function createCall(network: PhoneNetwork, request: RestRequest): Promise<RestResult> {
  const fault = network.faults.nextForCreate();
  switch (fault.type) {
    case 'none':
      return placeCall(network, request);
    case 'slow':
      await waitFor(network.clock, fault.ms, network.stopSignal);
      return placeCall(network, request);
    case 'refused':
      throw new Refusal(fault.status, fault.code, fault.message);
    case 'too-many-requests':
      throw new Refusal(429, 20429, 'Too Many Requests');
    case 'lost':
      return 'cut';
    case 'ambiguous-cut':
      placeCall(network, request);
      return 'cut';
    case 'ambiguous-html':
      placeCall(network, request);
      return { status: 500, contentType: 'text/html', body: '<html><body>Internal Server Error</body></html>' };
    default:
      return unreachable(fault);
  }
}

function placeCall(network: PhoneNetwork, { body }: RestRequest): RestAnswer {
  const form = new URLSearchParams(body);
  const to = checkTo(form);
  const { anyCallerId = false } = network.account;
  const from = checkFrom(form, (number) => anyCallerId || network.numbers.some((own) => own.number === number));
  const settings = readSettings(form);
  if (network.isQueueFull) throw new Refusal(400, 22005, 'Too many calls are queued already');
  const request = Object.fromEntries([...form.keys()].map((name) => [name, form.getAll(name)]));
  return show(network, network.place({ to, from, request, settings }).record, 201);
}

function find(network: PhoneNetwork, sid: string, path: string): SimulatedCall {
  const call = network.find(sid);
  if (!call) throw notFound(path);
  return call;
}

export function fetchCall(network: PhoneNetwork, request: RestRequest, sid: string): RestAnswer {
  return show(network, find(network, sid, request.path).record);
}

export function deleteCall(network: PhoneNetwork, request: RestRequest, sid: string): RestAnswer {
  const call = find(network, sid, request.path);
  if (!call.isOver) throw new Refusal(409, 20409, `Call ${sid} is not over yet`);
  network.forget(sid);
  return { status: 204, contentType: 'application/json', body: '' };
}

export function updateCall(network: PhoneNetwork, request: RestRequest, sid: string): RestAnswer {
  const call = find(network, sid, request.path);
  const form = new URLSearchParams(request.body);
  if (call.isOver) throw new Refusal(400, 21220, 'Call is not in-progress. Cannot redirect.');
  const instructions = readInstructions(form);
  const status = form.get('Status');
  if (instructions && !call.isLive) throw new Refusal(400, 21220, 'Call is not in-progress. Cannot redirect.');
  if (instructions && form.get('Url') && form.get('Twiml')) {
    throw new Refusal(400, 20422, 'Url and Twiml exclude each other');
  }
  call.settings.fallback = readTarget(form, 'FallbackUrl', 'FallbackMethod') ?? call.settings.fallback;
  call.settings.statusCallback = readStatusCallback(form) ?? call.settings.statusCallback;
  if (status !== null) endCall(call, status);
  else if (instructions) call.redirect(instructions);
  return show(network, call.record);
}

/** `canceled` only ends what is not answered yet; `completed` ends anything. */
function endCall(call: SimulatedCall, status: string): void {
  if (status !== 'canceled' && status !== 'completed') {
    throw new Refusal(400, 20422, `Status ${status} is not valid: use canceled or completed`);
  }
  if (!call.isLive) return call.end({ status: 'canceled', by: 'api', sipCode: 487 });
  if (status === 'canceled') throw new Refusal(400, 21220, 'Call is in-progress. Cannot cancel.');
  call.end({ status: 'completed', by: 'api', sipCode: 200 });
}

export function listCalls(network: PhoneNetwork, { path, query }: RestRequest): RestAnswer {
  const is = (name: string, value: string) => (query.get(name) ?? value) === value;
  const items = network
    .records()
    .filter((record) => is('To', record.to) && is('From', record.from) && is('Status', record.status))
    .filter(() => !query.has('ParentCallSid'))
    // A call that never started counts from its making.
    .filter((record) => isWithin(record.answeredAtMs ?? record.createdAtMs, query, 'StartTime'))
    .filter((record) => isWithin(record.endedAtMs, query, 'EndTime'))
    .reverse();
  const { page, envelope } = toListPage({ items, sidOf: (record) => record.sid, path, query });
  const own = new Map(network.numbers.map(({ number, sid }) => [number, sid]));
  const calls = page.map((record) =>
    toCallResource(
      network.account.sid,
      record,
      own.get(record.direction === 'inbound' ? record.to : record.from) ?? null,
    ),
  );
  return json({ calls, ...envelope });
}
