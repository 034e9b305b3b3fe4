/** Everything that goes on in calls, and how it comes to rest. */
import { defaultAssistant } from '../assistant/assistant.ts';
import { createScriptedAssistant } from '../assistant/scripted-assistant/scripted-assistant.ts';
import { waitFor } from '../base/clock.ts';
import { createSessionTokens } from '../call/answer/session-token.ts';
import { createCallSockets } from '../call/call-sockets.ts';
import { createCallRecords } from '../call/converse/call-record.ts';
import type { Conversations } from '../call/converse/conversation.ts';
import { createPacer } from '../call/converse/media/pacer.ts';
import { spareApology } from '../call/converse/spare-apology.ts';
import { usualAttentionPolicy } from '../call/converse/turn/attention-policy.ts';
import { defaultTurnPolicy } from '../call/converse/turn/turn-policy.ts';
import { createDispatcher } from '../call/dispatch.ts';
import { hearCarrier } from '../call/hear-carrier.ts';
import type { SessionParts } from '../call/join-session.ts';
import { createLiveCommands } from '../call/live-commands.ts';
import { type CallRequest, checkCall, placeCall, queueCall } from '../call/place-call.ts';
import { type CallParts, createCallRunner } from '../call/run-call.ts';
import type { SpeechVendors } from '../call/speech-vendors.ts';
import { createSweeper } from '../call/sweep.ts';
import { type WantedTransfer, wantTransfer } from '../call/want-transfer.ts';
import { createCampaigns } from '../campaign/run-campaigns.ts';
import type { BlobStore } from '../ports/blob-store.ts';
import type { LanguageModel } from '../ports/language-model.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import { createOpenAiLanguageModel } from '../providers/openai/language-model.ts';
import { countCallsOfNode, countCallsOnLines } from '../store/calls.ts';
import { listLivingNodes } from '../store/nodes.ts';
import { createAfterCalls } from './create-after-calls.ts';
import { type Foundation, paths, relayPath, streamPath } from './foundation.ts';
import { openDrafts } from './open-blobs.ts';

const farewell = 'I am sorry, I have to end this call now. Goodbye.';
/** How long a farewell may take when the server stops. */
const farewellMs = 8000;
/** What happens in so long is stored together, of all calls: no answer waits for the database beside it. */
const recordGatherMs = 100;

export interface WorkParts {
  sessionSecret: Uint8Array;
  blobs: BlobStore;
  speech: SpeechVendors;
  telemetry: Telemetry;
  model: LanguageModel;
  conversations: Conversations;
  toolRequests: SessionParts['toolRequests'];
}

export function createWork(base: Foundation, parts: CallParts, outside: WorkParts) {
  const { sessionSecret, blobs, speech, telemetry, model, conversations, toolRequests } = outside;
  const { config, overrides, clock } = base;
  const { store } = parts;
  const runner = createCallRunner(parts);
  const commands = createLiveCommands({ ...parts, conversations });
  const tokens = createSessionTokens(sessionSecret);
  const sweeper = createSweeper({ ...parts, runner });
  const instructions = { db: store.db, clock, tokens, relayPath, streamPath, afterPath: paths.after };
  const dispatcher = createDispatcher({ ...parts, runner });
  const inboundWebhooks = { clock, ...toolRequests };
  const policy = { ...defaultTurnPolicy, ...overrides.policy };
  const records = createCallRecords({ ...parts, gatherMs: recordGatherMs });
  const own = { runner, conversations, commands, records, model, policy, toolRequests, voicePath: paths.voice };
  const talk = { ...parts, ...own, pickupPolicy: overrides.pickup };
  const drafts = openDrafts(base);
  const afterCalls = createAfterCalls(base, parts, { runner, blobs, drafts, model });
  const onLine = {
    ...{ speech, telemetry, spareApology, pacer: createPacer(clock, telemetry.pacerLate) },
    attention: { ...usualAttentionPolicy, ...overrides.attention },
    drafts: config.recordCalls ? drafts : null,
  };
  const sockets = createCallSockets({ ...talk, ...onLine, tokens, relayPath, streamPath });
  const campaignParts = {
    ...{ ...parts, runner, speech, from: config.phoneNumber, voicePath: paths.voice },
    assistant: { ...defaultAssistant, ...overrides.assistant },
  };
  const campaigns = createCampaigns(campaignParts);
  let draining = false;
  return {
    async start() {
      await commands.start();
      await sweeper.start();
      dispatcher.start();
      campaigns.start();
      afterCalls.start();
    },
    socketRoutes: sockets.routes,
    isDraining: () => draining,
    place: (request: CallRequest) => placeCall({ ...parts, dispatcher, speech }, request),
    /** What one can do with calls from outside. */
    control: {
      runner,
      commands,
      wantTransfer: (callId: string, wanted: WantedTransfer) => wantTransfer(parts, callId, wanted),
      campaignWork: { ...campaignParts, campaigns },
      queueCall: (request: CallRequest, alongside?: Parameters<typeof queueCall>[2]) =>
        queueCall({ ...parts, dispatcher, speech }, request, alongside),
      checkCall: (request: CallRequest) => checkCall({ ...parts, dispatcher, speech }, request),
    },
    hear: (event: Parameters<typeof hearCarrier>[1]) =>
      hearCarrier(
        { ...parts, runner, speech, commands, instructions, inboundWebhooks, takesCalls: () => !draining },
        event,
      ),
    drain: async (longestMs: number) => {
      draining = true;
      await campaigns.stop();
      await dispatcher.stop();
      const patience = new AbortController();
      await Promise.race([noCallsLeft(parts, patience.signal), waitFor(clock, longestMs, patience.signal)]);
      patience.abort();
    },
    stop: async () => {
      draining = true;
      await campaigns.stop();
      await dispatcher.stop();
      for (const conversation of conversations.all()) {
        conversation.end({ reason: 'server_stopped', by: 'server' }, farewell);
      }
      await Promise.race([sockets.idle(), waitFor(clock, farewellMs)]);
      await Promise.all([sweeper.stop(), afterCalls.stop()]);
      await commands.stop();
      await runner.idle();
    },
  };
}

const drainLookMs = 250;

/** Resolves when no call of this node is under way any more: not talking, not ringing, not being placed. */
async function noCallsLeft({ store, clock, nodeId }: CallParts, signal: AbortSignal): Promise<void> {
  const isAlone = async () => (await listLivingNodes(store.db, new Date(clock.now()))).length <= 1;
  const count = async () => ((await isAlone()) ? countCallsOnLines(store.db) : countCallsOfNode(store.db, nodeId));
  while (!signal.aborted && (await count()) > 0) await waitFor(clock, drainLookMs, signal);
}

export function createLanguageModel(base: Pick<Foundation, 'config' | 'overrides' | 'clock' | 'log'>): LanguageModel {
  const { config, overrides, clock, log } = base;
  if (!config.languageModel) return createScriptedAssistant({ clock });
  return createOpenAiLanguageModel({ ...config.languageModel, fetch: overrides.fetch ?? globalThis.fetch, clock, log });
}
