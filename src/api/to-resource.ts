/** Rows of the store as `/v1` shows them. */

import { transferOf } from '../call/transfer.ts';
import type { CallAnalysisRow } from '../store/call-analyses.ts';
import type { CallRow } from '../store/calls.ts';
import type { CarrierTranscriptRow } from '../store/carrier-transcripts.ts';
import type { EventRow } from '../store/events.ts';
import type { CallCostRow } from '../store/spend.ts';
import type { ToolCallRow } from '../store/tool-calls.ts';
import type { TurnRow } from '../store/turns.ts';
import type {
  AnalysisResource,
  CallResource,
  CallWithTurns,
  CarrierTranscriptResource,
  EventResource,
  TurnLatencyResource,
  TurnResource,
} from './contract/calls.ts';
import type { CostResource } from './contract/prices.ts';
import type { ToolCallResource } from './contract/tools.ts';

const orNull = (moment: Date | null) => moment?.toISOString() ?? null;

function toTransfer(row: CallRow): CallResource['transfer'] {
  const transfer = transferOf(row);
  if (!transfer) return null;
  const { target, number, mode, by, state, reason, asked_at, connected_at, ended_at, leg_seconds: seconds } = transfer;
  return { target, number, mode, by, state, reason, asked_at, connected_at, ended_at, seconds };
}

export function toCallResource(row: CallRow): CallResource {
  return {
    id: row.id,
    carrier_sid: row.carrier_sid,
    client_id: row.client_id,
    dialect: row.dialect,
    direction: row.direction as CallResource['direction'],
    to: row.to_number,
    from: row.from_number,
    status: row.status as CallResource['status'],
    state: row.ended_at === null ? 'in_progress' : 'ended',
    parameters: row.parameters as Record<string, unknown>,
    verification: row.verification,
    assistant: {
      name: (row.assistant as { name: string }).name,
      id: row.assistant_id,
      version: row.assistant_version,
    },
    welcome_message: row.welcome_message,
    agenda: row.agenda,
    metadata: row.metadata as Record<string, unknown> | null,
    request_id: row.request_id,
    created_at: row.created_at.toISOString(),
    dialing_at: orNull(row.dialing_at),
    ringing_at: orNull(row.ringing_at),
    answered_at: orNull(row.answered_at),
    ended_at: orNull(row.ended_at),
    duration_seconds: row.duration_seconds,
    outcome: row.outcome,
    answered_by: row.answered_by as CallResource['answered_by'],
    voicemail_message: row.voicemail_message as CallResource['voicemail_message'],
    transfer: toTransfer(row),
    ended_reason: row.ended_reason,
    ended_by: row.ended_by,
    fault: row.fault,
    error: row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' },
    recipient_timezone: row.recipient_timezone,
    due_at: orNull(row.due_at),
    not_before: orNull(row.not_before),
    not_after: orNull(row.not_after),
    attempt: row.attempt,
    retry_of: row.retry_of,
    next_attempt_call_id: row.next_attempt_call_id,
    call_back_of: row.call_back_of,
    call_back_reason: row.call_back_reason,
    call_back_call_id: row.call_back_call_id,
    campaign_id: row.campaign_id,
    contact_id: row.contact_id,
    policy: row.policy_decision as CallResource['policy'],
  };
}

export function toTurnResource(row: TurnRow): TurnResource {
  return {
    index: row.index,
    speaker: row.speaker as TurnResource['speaker'],
    text: row.text,
    heard_text: row.heard_text,
    heard_source: row.heard_source as TurnResource['heard_source'],
    interrupted: row.interrupted,
    started_at: row.started_at.toISOString(),
    ended_at: orNull(row.ended_at),
    reply_ms: row.reply_ms,
    latency: row.latency as TurnLatencyResource | null,
  };
}

export function toCarrierTranscript(row: CarrierTranscriptRow): CarrierTranscriptResource {
  const { sequence, text } = row;
  const speaker = row.speaker as CarrierTranscriptResource['speaker'];
  return { sequence, speaker, text, at: row.at.toISOString() };
}

export function toToolCallResource(row: ToolCallRow): ToolCallResource {
  const { number, id, name, result, turn_index } = row;
  const state = row.state as ToolCallResource['state'];
  const times = { asked_at: row.asked_at.toISOString(), ended_at: orNull(row.ended_at) };
  return { number, id, name, arguments: row.arguments, state, result, turn_index, ...times };
}

export function toAnalysis(row: CallAnalysisRow | undefined): AnalysisResource | null {
  if (!row?.analysis || !row.analyzed_at) return null;
  return { ...(row.analysis as Omit<AnalysisResource, 'analyzed_at'>), analyzed_at: row.analyzed_at.toISOString() };
}

/** What else is kept of a call. */
interface KeptWithCall {
  turns: TurnRow[];
  toolCalls: ToolCallRow[];
  cost: CallCostRow | undefined;
  analysis: CallAnalysisRow | undefined;
}

export function toCallWithTurns(row: CallRow, { turns, toolCalls, cost, analysis }: KeptWithCall): CallWithTurns {
  const shown = turns.map(toTurnResource);
  const found = {
    tool_calls: toolCalls.map(toToolCallResource),
    cost: cost ? toCost(cost) : null,
    analysis: toAnalysis(analysis),
    disclosures: toDisclosures(row, turns),
    consent: toConsent(row),
    line_rules: toLineRules(row),
  };
  return { ...toCallResource(row), turns: shown, ...found, latency: toFigures(shown) };
}

/** By what was heard of the turn that said it; null while that is not known. */
function toDisclosures(row: CallRow, turns: readonly TurnRow[]): CallWithTurns['disclosures'] {
  const text = (row.assistant as { disclosure?: string | null }).disclosure?.trim();
  if (!text) return [];
  return turns
    .filter((turn) => turn.speaker === 'assistant' && turn.text.startsWith(text))
    .map((turn) => ({
      ...{ text, said_at: turn.started_at.toISOString() },
      heard: turn.heard_text === null ? null : turn.heard_text.startsWith(text),
    }));
}

function toConsent({ recording_consent: consent }: CallRow): CallWithTurns['consent'] {
  return consent ? { recording: consent as NonNullable<CallWithTurns['consent']>['recording'] } : null;
}

function toLineRules({ line_rules: rules }: CallRow): CallWithTurns['line_rules'] {
  return rules as CallWithTurns['line_rules'];
}

export function toCost(row: CallCostRow): CostResource {
  const cost = row.cost as Pick<CostResource, 'missing' | 'lines'> | null;
  return {
    currency: row.currency,
    status: row.status as CostResource['status'],
    total_micros: row.total_micros,
    known_micros: row.settled_micros,
    reserved_micros: row.reserved_micros,
    missing: cost?.missing ?? [],
    lines: cost?.lines ?? [],
  };
}

function toFigures(turns: readonly TurnResource[]): CallWithTurns['latency'] {
  const step = (name: keyof TurnLatencyResource) => figuresOf(turns.map((turn) => turn.latency?.[name] ?? null));
  return {
    reply_ms: figuresOf(turns.map((turn) => turn.reply_ms)),
    decided_ms: step('decided_ms'),
    final_ms: step('final_ms'),
    first_token_ms: step('first_token_ms'),
    first_sound_ms: step('first_sound_ms'),
    first_frame_ms: step('first_frame_ms'),
    heard_ms: step('heard_ms'),
  };
}

function figuresOf(times: readonly (number | null)[]) {
  const sorted = times.filter((ms) => ms !== null).toSorted((a, b) => a - b);
  return { count: sorted.length, p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95) };
}

/** The smallest value that at least this share of the sorted values do not exceed. */
function percentile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(Math.ceil(sorted.length * share) - 1, 0)] ?? null;
}

export function toEventResource(row: EventRow): EventResource {
  const data = row.data as Record<string, unknown>;
  return { id: row.id, type: row.type, call_id: row.call_id, at: row.at.toISOString(), data };
}

const namesOf: Record<TurnResource['speaker'], string> = {
  person: 'Person',
  assistant: 'Assistant',
  operator: 'Operator',
};

/** The conversation as plain text, one line for each turn, with what was not heard in brackets. */
export function toTranscriptText(turns: TurnRow[]): string {
  return turns.map((turn) => `${namesOf[turn.speaker as TurnResource['speaker']]}: ${toLine(turn)}\n`).join('');
}

function toLine(turn: TurnRow): string {
  if (turn.heard_text === null) return `${turn.text} [not known how much was heard]`;
  if (!turn.interrupted) return turn.heard_text;
  const rest = turn.text.startsWith(turn.heard_text) ? turn.text.slice(turn.heard_text.length).trim() : turn.text;
  return `${turn.heard_text} [not heard: ${rest}]`.trim();
}
