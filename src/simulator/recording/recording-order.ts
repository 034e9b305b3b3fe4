/** What an application may ask of a recording, read from a form or from the attributes of a verb. */

export type RecordingEvent = 'in-progress' | 'completed' | 'absent';

export interface RecordingOrder {
  source: 'OutboundAPI' | 'StartCallRecordingAPI' | 'StartCallRecordingTwiML';
  track: 'inbound' | 'outbound' | 'both';
  channels: 1 | 2;
  callback: { url: string; method: 'GET' | 'POST'; events: readonly RecordingEvent[] } | null;
}

const events: readonly RecordingEvent[] = ['in-progress', 'completed', 'absent'];

/** Only `completed` unless events are named; names that are none are passed over. */
export function readRecordingEvents(named: readonly string[]): readonly RecordingEvent[] {
  const names = named.flatMap((text) => text.split(/\s+/)).filter((name) => name !== '');
  return names.length === 0 ? ['completed'] : events.filter((event) => names.includes(event));
}

/** Null for a track that there is not. */
export function readTrack(text: string): RecordingOrder['track'] | null {
  return text === 'inbound' || text === 'outbound' || text === 'both' ? text : null;
}
