/** Everything that works on calls, on a real store with a fake clock, carrier and model. */
import { defaultAssistant } from '../../assistant/assistant.ts';
import { createMcpCatalogue } from '../../assistant/tools/mcp/mcp-catalogue.ts';
import { createFakeClock, type FakeClock, systemClock } from '../../base/clock.ts';
import { createIds } from '../../base/ids.ts';
import { silentLogger } from '../../base/log.ts';
import { systemRandom } from '../../base/random.ts';
import { createLiveEvents } from '../../notify/live-events.ts';
import type { CarrierCallStatus, CarrierEvent } from '../../ports/carrier.ts';
import { noTelemetry } from '../../ports/telemetry.ts';
import { findCall } from '../../store/calls.ts';
import { listEvents } from '../../store/events.ts';
import type { Store } from '../../store/open-store.ts';
import { everyone } from '../../store/reach.ts';
import { createSessionTokens } from '../answer/session-token.ts';
import { createCallRecords } from '../converse/call-record.ts';
import { createConversations } from '../converse/conversation.ts';
import { createPacer } from '../converse/media/pacer.ts';
import { usualAttentionPolicy } from '../converse/turn/attention-policy.ts';
import { defaultTurnPolicy } from '../converse/turn/turn-policy.ts';
import type { DialPolicy } from '../dial/may-dial.ts';
import type { PaceLimits } from '../dial/pace.ts';
import { usualPlaceRules } from '../dial/rules/place-rules.ts';
import { createDispatcher } from '../dispatch.ts';
import type { FollowUp } from '../follow-ups.ts';
import { hearCarrier } from '../hear-carrier.ts';
import type { SessionParts } from '../join-session.ts';
import { noLineRules } from '../line-rules/line-rules.ts';
import { createLiveCommands } from '../live-commands.ts';
import { type CallRequest, placeCall } from '../place-call.ts';
import { createCallRunner } from '../run-call.ts';
import { createFakeCarrier, type FakeCarrier } from './fake-carrier.ts';
import { createFakeModel } from './fake-model.ts';
import { createFakeEars, createFakeMouths } from './fake-speech.ts';

export const request: CallRequest = {
  dialect: 'outbound-call',
  clientId: null,
  requestId: 'req_1',
  to: '+15550101',
  from: '+15550100',
  assistant: defaultAssistant,
  parameters: { customerName: 'Sarah', amount: 12.5 },
  assistantRef: null,
  engine: 'relay',
  instructions: () => ({ path: '/instructions?x=1' }),
};

const wideOpen: PaceLimits = {
  account: 'AC1',
  callsPerSecond: Number.POSITIVE_INFINITY,
  perNumberPerMinute: null,
};

const noLimits: DialPolicy = {
  allowedCountries: null,
  ownNumber: request.from,
  places: usualPlaceRules,
  callsPerNumberPerDay: null,
  callsPerNumberPerWeek: null,
};

interface RoomLimits {
  followUps: readonly FollowUp[];
  pace: PaceLimits;
  maxCallsOnLines: number;
  nodeId: string;
}

type RoomOptions = Partial<RoomLimits> & { beside?: { clock: FakeClock; carrier: FakeCarrier } };

/** What acts on calls, beside the conversations. */
function openParts(store: Store, changes: Partial<DialPolicy>, given: RoomOptions) {
  const lineRules = { table: noLineRules, recordsLines: false };
  const dialPolicy: DialPolicy = { ...noLimits, ...changes };
  const { beside, ...own } = given;
  const clock = beside?.clock ?? createFakeClock();
  const carrier = beside?.carrier ?? createFakeCarrier(clock);
  const live = createLiveEvents();
  const newId = createIds(clock, systemRandom);
  const limits = {
    maxCallsOnLines: 1000,
    dialPolicy,
    lineRules,
    followUps: [],
    pace: wideOpen,
    nodeId: newId('node'),
    ...own,
  };
  const parts = { store, carrier, clock, random: systemRandom, newId, log: silentLogger, live, ...limits };
  const runner = createCallRunner(parts);
  const dispatcher = createDispatcher({ ...parts, runner });
  return { ...parts, runner, dispatcher };
}

/** No tool of these calls asks anybody. */
function askNobody(clock: FakeClock): SessionParts['toolRequests'] {
  const guardedFetch = async () => {
    throw new Error('nobody is asked here');
  };
  return { guardedFetch, secretOf: () => 'whsec_', mcpCatalogue: createMcpCatalogue({ guardedFetch, clock }) };
}

/** A node of its own on the store; `beside` another it has the same clock and carrier. */
export function openRoom(store: Store, changes: Partial<DialPolicy> = {}, given: RoomOptions = {}) {
  const parts = openParts(store, changes, given);
  const { clock, carrier } = parts;
  const conversations = createConversations(clock);
  const commands = createLiveCommands({ ...parts, conversations });
  const tokens = createSessionTokens(systemRandom.bytes(32));
  const paths = { relayPath: '/relay', streamPath: '/streams', afterPath: '/after' };
  const instructions = { db: store.db, clock, tokens, ...paths };
  const ears = createFakeEars();
  const mouths = createFakeMouths();
  const speech = {
    ...{ earsFor: () => [ears], mouthsFor: () => [mouths] },
    ...{ speechToSpeech: null, agent: null, usualAgentId: null },
    needs: { cascade: 'ears and a mouth', 'speech-to-speech': 'a realtime vendor', 'agent-bridge': 'an agent' },
  };
  const records = createCallRecords(parts);
  const asked = askNobody(clock);
  const all = {
    ...parts,
    speech,
    ...{ conversations, commands, records, tokens, instructions },
    takesCalls: () => true,
    ...{ toolRequests: asked, inboundWebhooks: { clock, ...asked }, voicePath: '/voice' },
  };
  const hear = (event: CarrierEvent) => hearCarrier(all, event);
  const events = async (callId: string) => {
    const rows = await listEvents(store.db, callId, { afterPosition: 0, limit: 100 });
    return rows.map((row) => row.type);
  };
  let numbers = 0;
  /** A phone that nobody has rung yet. */
  const nextNumber = () => {
    numbers += 1;
    return `+1555${2_000_000 + numbers}`;
  };
  /** A call that the carrier took, to a number of its own unless told. */
  const place = async (changes: Partial<CallRequest> = {}) => {
    const call = await placeCall(all, { ...request, to: nextNumber(), ...changes });
    return { id: call.id, carrierSid: call.carrier_sid ?? '' };
  };
  const tell = (call: { id: string; carrierSid: string }, status: CarrierCallStatus, durationSeconds?: number) => {
    const known = carrier.calls.get(call.carrierSid);
    if (known) known.status = status;
    return hear({
      type: 'status-changed',
      carrierSid: call.carrierSid,
      status,
      sequence: null,
      durationSeconds: durationSeconds ?? null,
      sipCode: null,
      errorCode: null,
      errorMessage: null,
      query: new URLSearchParams({ callId: call.id }),
    });
  };
  const askInstructions = (call: { id: string; carrierSid: string }) => {
    const { to, from } = request;
    const query = new URLSearchParams({ callId: call.id });
    return hear({ type: 'instructions-wanted', carrierSid: call.carrierSid, to, from, direction: 'outbound', query });
  };
  const endSession = (call: { id: string; carrierSid: string }, session: 'ended' | 'completed' | 'failed') =>
    hear({
      type: 'session-ended',
      carrierSid: call.carrierSid,
      session,
      errorCode: null,
      query: new URLSearchParams({ callId: call.id }),
    });
  const find = async (callId: string) => {
    const call = await findCall(store.db, everyone, callId);
    if (!call) throw new Error(`there is no call ${callId}`);
    return call;
  };
  const findBySid = (carrierSid: string) => findCall(store.db, everyone, carrierSid);
  const model = createFakeModel();
  const policy = defaultTurnPolicy;
  const onLine = {
    ...{ ears, mouths, telemetry: noTelemetry, pacer: createPacer(clock), attention: usualAttentionPolicy },
    ...{ drafts: null, spareApology: null },
  };
  return { ...all, ...onLine, model, policy, hear, events, place, tell, askInstructions, endSession, find, findBySid };
}

export type Room = ReturnType<typeof openRoom>;

const longestWaitMs = 15_000;

/** Waits for work that a real database takes part in; fails the test when it does not come about. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const startedAt = systemClock.monotonicMs();
  while (!(await isSo())) {
    if (systemClock.monotonicMs() - startedAt > longestWaitMs) throw new Error('what was waited for did not happen');
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}
