/** Joins the conversation of an opened session to its call: the record so far, who may end it, and the call's end. */
import type { Assistant } from '../assistant/assistant.ts';
import type { HttpToolParts } from '../assistant/tools/http-tool.ts';
import type { McpCatalogue } from '../assistant/tools/mcp/mcp-catalogue.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { lastLogSeqs } from '../store/call-log.ts';
import type { CallRow } from '../store/calls.ts';
import { listEventsOfType } from '../store/events.ts';
import type { Store } from '../store/open-store.ts';
import { listToolCalls } from '../store/tool-calls.ts';
import { listTurns, type TurnRow } from '../store/turns.ts';
import { whileAwaited } from '../store/urgency.ts';
import type { CallRecord, CallRecords } from './converse/call-record.ts';
import type { Conversation, Conversations } from './converse/conversation.ts';
import { createHistory, type History } from './converse/history.ts';
import { createToolLedger, type ToolLedger } from './converse/ledger/tool-ledger.ts';
import { withRedaction } from './converse/redacting-record.ts';
import { handedBackEvent, instructedEvent, toToldBefore } from './converse/told-meanwhile.ts';
import type { TurnEnding } from './converse/turn/turn-state.ts';
import type { EndedReason, Ending, Fault } from './lifecycle-state.ts';
import type { LiveCommands } from './live-commands.ts';
import { type ConsentWatch, type RecordingSwitch, watchConsent } from './recording-consent.ts';
import type { CallRunner } from './run-call.ts';
import { untilStored } from './until-stored.ts';
import { beginTransfer } from './want-transfer.ts';
import { type PickupParts, type PickupWatch, watchPickup } from './watch-pickup.ts';

export interface SessionParts extends PickupParts {
  runner: CallRunner;
  conversations: Conversations;
  commands: LiveCommands;
  records: CallRecords;
  /** How tools ask the services of their authors. */
  toolRequests: Pick<HttpToolParts, 'guardedFetch' | 'secretOf'> & { mcpCatalogue: McpCatalogue };
  /** Path that the carrier asks for instructions. */
  voicePath: string;
}

/** Whose steps are kept with the call. */
type LoggedMachine = 'turn' | 'attention' | 'bridge' | 'pickup';

/** What every engine is given. */
export interface SessionTools {
  log: Logger;
  record: CallRecord;
  history: History;
  ledger: ToolLedger;
  /** What was said before this session. */
  earlier: readonly TurnRow[];
  /** The number of the newest entry in a machine's log. */
  logSeqOf: Readonly<Record<LoggedMachine, number>>;
  maxDurationMs: number;
  /** Hears who is at the other end. */
  pickup: PickupWatch;
  /** Notes why the call is ended by our side; never rejects. */
  endCall(ending: TurnEnding): Promise<unknown>;
}

/** Begins a conversation and settles when it is over and the call knows why. */
export async function joinSession(
  parts: SessionParts,
  session: { call: CallRow; number: number; charactersPerSecond: number; recording?: RecordingSwitch },
  begin: (tools: SessionTools) => Conversation,
): Promise<void> {
  const { store, clock, runner, conversations } = parts;
  const { call, number, charactersPerSecond, recording = null } = session;
  const log = parts.log.child({ callId: call.id });
  // A call has one conversation: a session that the carrier gave up may have left a socket that looks alive.
  await parts.commands.send(call.id, { type: 'give-way' });
  const [earlier, earlierTools, seqs, instructed, handedBack] = await readSoFar(store, call.id);
  const seqOf = (machine: LoggedMachine) => seqs.get(machine) ?? 0;
  const logSeqOf = {
    turn: seqOf('turn'),
    attention: seqOf('attention'),
    bridge: seqOf('bridge'),
    pickup: seqOf('pickup'),
  };
  const pickup = await watchPickup(parts, call, logSeqOf.pickup);
  const { language, redact = [] } = call.assistant as Assistant;
  const record = withRedaction(parts.records.open(), redact);
  const about = { callId: call.id, clientId: call.client_id };
  const { newId } = parts;
  const said = { earlier, toldBefore: [...instructed, ...handedBack].map(toToldBefore), charactersPerSecond };
  const history = createHistory({ ...about, ...said, record, clock, newId });
  const consent = watchConsent(parts, { call, history, recording });
  const kept = { ...about, clock, newId: parts.newId, record, history };
  const ledger = createToolLedger({ ...kept, language, earlier: earlierTools });
  let opened: Promise<unknown> = Promise.resolve();
  const noteEnd = (ending: TurnEnding, more: Parameters<CallRunner['apply']>[2] = {}) =>
    runner.apply(call.id, { type: 'conversation-ended', ending: toEnding(ending) }, more);
  // The call first has to know that it was opened, or it would not take its end from us.
  const endCall = async (ending: TurnEnding) => {
    await opened;
    if (ending.reason === 'transferring') return beginTransfer(parts, call.id).catch(() => false);
    return noteEnd(ending).catch(() => null);
  };
  const maxDurationMs = remainingMs(call, clock.now());
  const conversation = begin({
    log,
    record,
    history,
    ledger,
    earlier,
    logSeqOf,
    maxDurationMs,
    pickup: heardByBoth(pickup, consent),
    endCall,
  });
  pickup.attach(conversation);
  conversations.add(call.id, conversation);
  opened = runner.apply(call.id, { type: 'session-opened' }).catch((error) => {
    log.warn({ reason: messageOf(error) }, 'session not noted as open');
  });
  await opened;
  const ending = await conversation.over;
  await pickup.close();
  await consent.close();
  const isBroken = ending.reason === 'connection_failed';
  const isTransfer = ending.reason === 'transferring';
  if (isTransfer) await endCall(ending);
  // What is told late must not end the session that has gone on since.
  const isOurs = { onlyIf: (row: CallRow) => row.sessions_opened <= number };
  await untilStored({ clock, log }, async () => {
    if (!isBroken && !isTransfer) await noteEnd(ending, isOurs);
    await runner.apply(call.id, { type: 'session-closed', clean: !isBroken }, isOurs);
  });
}

/** What was said and done in the call; the person on the line waits for it. */
const readSoFar = ({ db }: Store, callId: string) =>
  whileAwaited('carrier', () =>
    Promise.all([
      listTurns(db, callId),
      listToolCalls(db, callId),
      lastLogSeqs(db, callId),
      listEventsOfType(db, callId, instructedEvent),
      listEventsOfType(db, callId, handedBackEvent),
    ]),
  );

const heardByBoth = (pickup: PickupWatch, consent: ConsentWatch): PickupWatch => ({
  ...pickup,
  hear(event) {
    consent.hear(event);
    pickup.hear(event);
  },
});

function remainingMs(call: CallRow, nowMs: number): number {
  const talkedMs = call.answered_at ? nowMs - call.answered_at.getTime() : 0;
  return Math.max((call.assistant as Assistant).max_duration_seconds * 1000 - talkedMs, 0);
}

const faults: Partial<Record<EndedReason, Fault>> = { assistant_failed: 'provider', connection_failed: 'carrier' };

/** The reasons of the engines are those of the lifecycle, by name. */
function toEnding(ending: TurnEnding): Ending {
  const reason = ending.reason as EndedReason;
  return { reason, by: ending.by, fault: faults[reason] ?? null };
}
