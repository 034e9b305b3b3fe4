/** A call as the REST API shows it. */
import type { SimulatedCallRecord } from '../call-record.ts';
import { apiVersion, durationSeconds } from '../webhooks/webhook-parameters.ts';
import { toRfc2822 } from '../wire-values.ts';

const subresources = {
  notifications: 'Notifications',
  recordings: 'Recordings',
  payments: 'Payments',
  events: 'Events',
  siprec: 'Siprec',
  streams: 'Streams',
  transcriptions: 'Transcriptions',
  user_defined_message_subscriptions: 'UserDefinedMessageSubscriptions',
  user_defined_messages: 'UserDefinedMessages',
};

/** `(415) 555-0100` for a North American number, the number itself for any other. */
function toDisplayForm(number: string): string {
  return number.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '($1) $2-$3');
}

function toDate(ms: number | null): string | null {
  return ms === null ? null : toRfc2822(ms);
}

/** Play money, at Twilio's price for calls in the United States: known once the call is over, none for one that nobody answered. */
function toPrice(record: SimulatedCallRecord): string | null {
  if (record.endedAtMs === null || record.answeredAtMs === null) return null;
  const minutes = Math.ceil(durationSeconds(record) / 60);
  return `-${(minutes * 0.014).toFixed(5)}`;
}

export function toCallResource(
  accountSid: string,
  record: SimulatedCallRecord,
  phoneNumberSid: string | null,
): Record<string, unknown> {
  const path = `/${apiVersion}/Accounts/${accountSid}/Calls/${record.sid}`;
  return {
    sid: record.sid,
    account_sid: accountSid,
    parent_call_sid: null,
    phone_number_sid: phoneNumberSid,
    group_sid: null,
    trunk_sid: null,
    date_created: toDate(record.createdAtMs),
    date_updated: toDate(record.updatedAtMs),
    start_time: toDate(record.answeredAtMs),
    end_time: toDate(record.endedAtMs),
    to: record.to,
    to_formatted: toDisplayForm(record.to),
    from: record.from,
    from_formatted: toDisplayForm(record.from),
    status: record.status,
    duration: record.endedAtMs === null ? null : String(durationSeconds(record)),
    price: toPrice(record),
    price_unit: 'USD',
    direction: record.direction,
    answered_by: record.answeredBy,
    annotation: null,
    api_version: apiVersion,
    forwarded_from: null,
    caller_name: null,
    queue_time: String(record.queueMs),
    uri: `${path}.json`,
    subresource_uris: Object.fromEntries(
      Object.entries(subresources).map(([name, part]) => [name, `${path}/${part}.json`]),
    ),
  };
}
