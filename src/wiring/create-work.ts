/** Everything that goes on in calls, and how it comes to rest. */
import { createScriptedAssistant } from '../assistant/scripted-assistant/scripted-assistant.ts';
import { waitFor } from '../base/clock.ts';
import { createSessionTokens } from '../call/answer/session-token.ts';
import { createCallSockets } from '../call/call-sockets.ts';
import { createConversations } from '../call/converse/conversation.ts';
import { defaultTurnPolicy } from '../call/converse/turn/turn-policy.ts';
import { hearCarrier } from '../call/hear-carrier.ts';
import { type CallRequest, placeCall, queueCall } from '../call/place-call.ts';
import { type CallParts, createCallRunner } from '../call/run-call.ts';
import { createSweeper } from '../call/sweep.ts';
import { createRecordingKeeper } from '../call/wrap-up/keep-recordings.ts';
import type { BlobStore } from '../ports/blob-store.ts';
import type { LanguageModel } from '../ports/language-model.ts';
import { createOpenAiLanguageModel } from '../providers/openai/language-model.ts';
import { countUnfinishedCalls } from '../store/calls.ts';
import { type Foundation, paths, relayPath, streamPath } from './foundation.ts';

const farewell = 'I am sorry, I have to end this call now. Goodbye.';
/** How long a farewell may take when the server stops. */
const farewellMs = 8000;

export function createWork(
  base: Foundation,
  parts: CallParts,
  { sessionSecret, blobs }: { sessionSecret: Uint8Array; blobs: BlobStore },
) {
  const { config, overrides, clock } = base;
  const { store } = parts;
  const runner = createCallRunner(parts);
  const conversations = createConversations(clock);
  const tokens = createSessionTokens(sessionSecret);
  const sweeper = createSweeper({ ...parts, runner });
  const instructions = { db: store.db, clock, tokens, relayPath, streamPath, afterPath: paths.after };
  const pace = {
    account: config.twilio?.accountSid ?? 'simulated',
    callsPerSecond: config.callsPerSecond,
    maxConcurrentCalls: config.maxConcurrentCalls,
  };
  const model = overrides.languageModel ?? createLanguageModel(base);
  const policy = { ...defaultTurnPolicy, ...overrides.policy };
  const talk = { ...parts, runner, conversations, model, policy };
  const sockets = createCallSockets({ ...talk, tokens, relayPath, streamPath });
  const deleteCarrierCopies = config.deleteCarrierRecordings;
  const keeper = createRecordingKeeper({ ...parts, blobs, deleteCarrierCopies });
  let draining = false;
  return {
    async start() {
      await sweeper.start();
      keeper.start();
    },
    socketRoutes: sockets.routes,
    isDraining: () => draining,
    place: (request: CallRequest) => placeCall({ ...parts, runner, pace }, request),
    /** What one can do with calls from outside. */
    control: {
      runner,
      conversations,
      queueCall: (request: CallRequest) => queueCall({ ...parts, runner, pace }, request),
    },
    hear: (event: Parameters<typeof hearCarrier>[1]) =>
      hearCarrier({ ...parts, runner, conversations, instructions, takesCalls: () => !draining }, event),
    drain: async (longestMs: number) => {
      draining = true;
      const patience = new AbortController();
      await Promise.race([noCallsLeft(parts, patience.signal), waitFor(clock, longestMs, patience.signal)]);
      patience.abort();
    },
    stop: async () => {
      draining = true;
      for (const conversation of conversations.all()) {
        conversation.end({ reason: 'server_stopped', by: 'server' }, farewell);
      }
      await Promise.race([sockets.idle(), waitFor(clock, farewellMs)]);
      await Promise.all([sweeper.stop(), keeper.stop()]);
      await runner.idle();
    },
  };
}

const drainLookMs = 250;

/** Resolves when no call is under way any more: not talking, not ringing, not being placed. */
async function noCallsLeft({ store, clock }: CallParts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (await countUnfinishedCalls(store.db)) > 0) await waitFor(clock, drainLookMs, signal);
}

function createLanguageModel({ config, overrides, clock, log }: Foundation): LanguageModel {
  if (!config.languageModel) return createScriptedAssistant({ clock });
  return createOpenAiLanguageModel({ ...config.languageModel, fetch: overrides.fetch ?? globalThis.fetch, clock, log });
}
