/** One open connection to a simulated vendor: its session, its misfortunes, its counts and its single end. */
import { createFaultySending } from './faulty-sending.ts';
import { count, type SessionLog } from './session-log.ts';
import type { SocketEndpoint, VendorParts, VendorRequest, VendorSession } from './vendor.ts';

/** The wire of one connection as a face gives it; none of these tells the session anything synchronously. */
export interface Connection {
  deliver(data: string | Uint8Array): void;
  close(code: number, reason: string): void;
  drop(): void;
}

/** What the application does; exactly one `closed` ends it. */
export interface OpenSession {
  message(data: string | Uint8Array): void;
  closed(code: number, reason: string): void;
}

export function openSession(given: {
  endpoint: SocketEndpoint;
  request: VendorRequest;
  connection: Connection;
  parts: VendorParts;
  log: SessionLog;
  /** Holds what breaks each open connection. */
  open: Set<() => void>;
}): OpenSession {
  const { endpoint, request, connection, parts, log, open } = given;
  const { vendor, kind } = endpoint;
  const record = log.begin({ vendor, kind, url: request.url, atMs: parts.clock.now() });
  let session: VendorSession | null = null;
  const end = (by: 'vendor' | 'application' | 'stop', code: number, reason: string) => {
    if (record.end) return;
    record.end = { by, code, reason, atMs: parts.clock.now() };
    open.delete(stop);
    sending.stop();
    session?.closed();
  };
  const drop = (by: 'vendor' | 'stop') => {
    end(by, 1006, '');
    connection.drop();
  };
  const stop = () => drop('stop');
  open.add(stop);
  const sending = createFaultySending({
    ...{ clock: parts.clock, faults: parts.faults, vendor, kind },
    wire: {
      deliver: connection.deliver,
      close(code, reason) {
        end('vendor', code, reason);
        connection.close(code, reason);
      },
    },
  });
  const socket = {
    send(data: string | Uint8Array) {
      if (record.end) return;
      count(record.sent, data);
      sending.deliver(data);
    },
    close: sending.close,
    drop: () => drop('vendor'),
  };
  const made = endpoint.open(socket, request, parts);
  session = made;
  if (record.end) made.closed();
  else if (parts.faults.of(kind, vendor) === 'close') sending.close(1011, 'simulated fault');
  return {
    message(data) {
      if (record.end) return;
      count(record.received, data);
      made.message(data);
    },
    closed: (code, reason) => end('application', code, reason),
  };
}
