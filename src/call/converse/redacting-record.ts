/** A record that keeps nothing of what its assistant's author wants left out; the conversation itself goes on with it. */
import { type RedactKind, redact, redactJson } from '../../text/redact.ts';
import type { CallRecord } from './call-record.ts';

/** The same record where there is nothing to leave out. */
export function withRedaction(record: CallRecord, kinds: readonly RedactKind[]): CallRecord {
  if (kinds.length === 0) return record;
  const inText = <T extends string | null>(text: T) => (typeof text === 'string' ? redact(text, kinds) : text) as T;
  const inJson = (json: string) => redactJson(json, { kinds, numbers: false });
  return {
    ...record,
    saveTurn: (turn) =>
      record.saveTurn({ ...turn, text: inText(turn.text), heard_text: inText(turn.heard_text ?? null) }),
    saveToolCall: (row) =>
      record.saveToolCall({
        ...row,
        arguments: redactJson(row.arguments, { kinds, numbers: true }),
        result: inText(row.result ?? null),
      }),
    announce: (event) => record.announce({ ...event, data: inJson(event.data) }),
    log: (entry) => record.log({ ...entry, event: inJson(entry.event), effects: inJson(entry.effects) }),
  };
}
