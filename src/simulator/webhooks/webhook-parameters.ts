/** The parameters that Twilio sends along with its webhooks. */
import type { SimulatedCallRecord } from '../call-record.ts';
import { toRfc2822 } from '../wire-values.ts';

export const apiVersion = '2010-04-01';

const places = ['City', 'State', 'Zip', 'Country'] as const;
const ends = ['From', 'To', 'Caller', 'Called'] as const;

/** What every webhook of a call carries. */
export function toBaseParameters(accountSid: string, record: SimulatedCallRecord): Record<string, string> {
  const { sid, from, to, direction } = record;
  return {
    AccountSid: accountSid,
    ApiVersion: apiVersion,
    CallSid: sid,
    CallStatus: record.status,
    Called: to,
    Caller: from,
    Direction: direction,
    From: from,
    To: to,
    ...(record.parentSid === undefined ? {} : { ParentCallSid: record.parentSid }),
  };
}

/** Adds what only requests for instructions carry: the (empty) places of both ends, and the marks of an incoming call. */
export function toVoiceParameters(accountSid: string, record: SimulatedCallRecord): Record<string, string> {
  const parameters = toBaseParameters(accountSid, record);
  for (const end of ends) {
    const number = end === 'From' || end === 'Caller' ? record.from : record.to;
    for (const place of places) {
      parameters[end + place] = place === 'Country' && number.startsWith('+1') ? 'US' : '';
    }
  }
  Object.assign(parameters, toVerdict(record));
  if (record.direction === 'inbound') {
    parameters.StirVerstat = 'TN-Validation-Passed-A';
    parameters.CallToken = JSON.stringify({ parentCallInfoToken: record.sid, identityHeaderTokens: [] });
  }
  return parameters;
}

/** Who answered, once that is known. */
function toVerdict({ answeredBy, detectionMs }: SimulatedCallRecord): Record<string, string> {
  return answeredBy === null ? {} : { AnsweredBy: answeredBy, MachineDetectionDuration: String(detectionMs ?? 0) };
}

export interface StatusDetails {
  status: string;
  sequence: number;
  atMs: number;
  /** Only for the last status of a call. */
  final: { sipCode: number; errorCode?: number; errorMessage?: string } | null;
}

export function toStatusParameters(
  accountSid: string,
  record: SimulatedCallRecord,
  details: StatusDetails,
): Record<string, string> {
  const parameters: Record<string, string> = {
    ...toBaseParameters(accountSid, record),
    CallStatus: details.status,
    CallbackSource: 'call-progress-events',
    SequenceNumber: String(details.sequence),
    Timestamp: toRfc2822(details.atMs),
  };
  if (!details.final) return parameters;
  if (record.answeredBy !== null) parameters.AnsweredBy = record.answeredBy;
  const seconds = durationSeconds(record);
  parameters.CallDuration = String(seconds);
  parameters.Duration = String(Math.ceil(seconds / 60));
  parameters.SipResponseCode = String(details.final.sipCode);
  if (details.final.errorCode !== undefined) parameters.ErrorCode = String(details.final.errorCode);
  if (details.final.errorMessage !== undefined) parameters.ErrorMessage = details.final.errorMessage;
  return parameters;
}

/** Whole seconds from answer to end; 0 for a call that was never answered. */
export function durationSeconds(record: SimulatedCallRecord): number {
  if (record.answeredAtMs === null || record.endedAtMs === null) return 0;
  return Math.max(0, Math.round((record.endedAtMs - record.answeredAtMs) / 1000));
}
