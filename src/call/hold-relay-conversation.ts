/** Holds the conversation of a call on a relay, where the carrier hears and speaks. */
import type { Assistant } from '../assistant/assistant.ts';
import type { LanguageModel } from '../ports/language-model.ts';
import type { CallRow } from '../store/calls.ts';
import { toInstructions } from './converse/instructions.ts';
import { countFor, meterModel } from './converse/meter-vendors.ts';
import { conductRelay } from './converse/relay.ts';
import { sayFirst, wordsBeforeOwn } from './converse/say-first.ts';
import type { TurnPolicy } from './converse/turn/turn-policy.ts';
import { inLanguage } from './converse/turn/turn-texts.ts';
import { personNumberOf } from './ends-of-call.ts';
import { joinSession, type SessionParts } from './join-session.ts';
import { openTools } from './open-tools.ts';
import type { TextSocket } from './text-socket.ts';
import { wordsOfReturn } from './transfer.ts';

export interface ConversationParts extends SessionParts {
  model: LanguageModel;
  policy: TurnPolicy;
}

/** Holds the conversation of a call on a relay socket until it is over and the call knows why. */
export async function holdRelayConversation(
  parts: ConversationParts,
  session: { call: CallRow; number: number; socket: TextSocket },
): Promise<void> {
  const { clock, policy } = parts;
  const { call, socket } = session;
  const assistant = call.assistant as Assistant;
  const personNumber = personNumberOf(call);
  const context = { callId: call.id, clientId: call.client_id, personNumber };
  const { charactersPerSecond } = policy;
  const { tools: ownTools, close } = await openTools(parts, call);
  await joinSession(
    parts,
    { call, number: session.number, charactersPerSecond },
    ({ endCall, earlier, ledger, logSeqOf, pickup, ...tools }) => {
      const back = wordsOfReturn(call, earlier);
      return conductRelay({
        ...tools,
        logSeq: logSeqOf.turn,
        callId: call.id,
        carrierSid: call.carrier_sid ?? '',
        socket,
        codec: parts.carrier.relay,
        clock,
        policy: { ...inLanguage(policy, assistant.language), silenceMs: assistant.silence_ms },
        reply: {
          model: sayFirst(meterModel(parts.model, countFor(tools.record, call.id)), wordsBeforeOwn(call)),
          tools: ownTools,
          context,
          ledger,
        },
        instructions: toInstructions(assistant, {
          customerPhone: personNumber,
          customParameters: call.parameters as Record<string, unknown>,
          agenda: call.agenda,
        }),
        resumed: session.number > 1 && back === null,
        // Where the line broke before a word was said, the greeting is still to come.
        greeting: earlier.length === 0 ? call.welcome_message : back,
        onEnding: endCall,
        hearFarEnd: pickup.hear,
      });
    },
  ).finally(close);
}
