/** What went over each connection to a simulated vendor, in counts. */
import type { VendorKind, VendorName } from './vendor.ts';

export interface Traffic {
  messages: number;
  bytes: number;
}

export interface VendorSessionRecord {
  vendor: VendorName;
  kind: VendorKind;
  /** With its query, but for keys. */
  path: string;
  openedAtMs: number;
  /** What the vendor got. */
  received: Traffic;
  /** What the vendor wanted to send; faults come after. */
  sent: Traffic;
  /** Null while it is open. */
  end: { by: 'vendor' | 'application' | 'stop'; code: number; reason: string; atMs: number } | null;
}

const mostRecords = 1000;
const secretParameters = ['token', 'api_key', 'access_token', 'conversation_signature'];

export interface SessionLog {
  begin(facts: { vendor: VendorName; kind: VendorKind; url: URL; atMs: number }): VendorSessionRecord;
  /** Oldest first; the last 1,000. */
  all(): readonly VendorSessionRecord[];
}

export function createSessionLog(): SessionLog {
  const records: VendorSessionRecord[] = [];
  return {
    begin({ vendor, kind, url, atMs }) {
      const shown = new URL(url);
      for (const name of secretParameters) shown.searchParams.delete(name);
      const record: VendorSessionRecord = {
        ...{ vendor, kind, path: shown.pathname + shown.search, openedAtMs: atMs },
        received: { messages: 0, bytes: 0 },
        sent: { messages: 0, bytes: 0 },
        end: null,
      };
      records.push(record);
      if (records.length > mostRecords) records.shift();
      return record;
    },
    all: () => records,
  };
}

export function count(traffic: Traffic, data: string | Uint8Array): void {
  traffic.messages += 1;
  traffic.bytes += data.length;
}
