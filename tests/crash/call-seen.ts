/** A call as the API shows it. */
export interface CallSeen {
  id: string;
  to: string;
  from: string;
  direction: 'inbound' | 'outbound';
  status: string;
  state: 'in_progress' | 'ended';
  carrier_sid: string | null;
  ended_reason: string | null;
  retry_of: string | null;
}
