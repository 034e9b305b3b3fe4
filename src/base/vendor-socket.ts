/** One socket to a vendor: opened in time, bounded both ways, kept alive, and told to have ended or failed just once. */
import type { CancelTimer, Clock } from './clock.ts';
import type { OpenSocket, RawSocket, RawSocketEnd, SocketTarget } from './raw-socket.ts';

/** Why a socket is of no more use; each vendor's provider makes its own error of it. */
export interface SocketFailure {
  kind: 'refused' | 'busy' | 'unavailable' | 'timeout' | 'broken-stream';
  /** Names the vendor, and never holds what was sent in a header. */
  message: string;
}

export type VendorSocketEvent =
  | { type: 'message'; data: string | Uint8Array }
  /** Closed by the vendor, in order (code 1000). Told last. */
  | { type: 'ended' }
  /** Told last; the connection is gone. */
  | { type: 'failed'; error: SocketFailure };

export interface VendorSocketParts {
  /** As it is named in error texts, for example `deepgram`. */
  vendor: string;
  openSocket: OpenSocket;
  clock: Clock;
  target: SocketTarget;
  /** Sent first, as soon as it is open. */
  hello?: readonly (string | Uint8Array)[];
  /** How long it may take to open; default 5000. */
  openMs?: number;
  /** Bytes that may wait, before it is open and at a slow network; beyond it the socket fails. Default 1 MiB. */
  mostWaitingBytes?: number;
  /** Bytes of one message of theirs; beyond it the socket fails. Default 4 MiB. */
  largestMessage?: number;
  /** `frame` is sent whenever nothing else was sent for a whole period of `everyMs`. */
  keepAlive?: { everyMs: number; frame(): string | Uint8Array };
  on(event: VendorSocketEvent): void;
}

export interface VendorSocket {
  /** Waits until the socket is open; dropped silently once it is over. */
  send(data: string | Uint8Array): void;
  /** Gives it up because of what the vendor said or did not say: the connection is cut and `failed` is told. */
  fail(failure: SocketFailure): void;
  /** Nothing is told from now on. What was sent, and `farewell`, still goes out if the socket is open. */
  close(farewell?: string | Uint8Array): void;
}

const mebibyte = 1_048_576;

/** Never throws, and tells nothing before it has returned. */
export function openVendorSocket(parts: VendorSocketParts): VendorSocket {
  const { vendor, clock, openMs = 5000, mostWaitingBytes = mebibyte, largestMessage = 4 * mebibyte } = parts;
  let phase: 'opening' | 'open' | 'over' = 'opening';
  let waiting: (string | Uint8Array)[] = [...(parts.hello ?? [])];
  let waitingBytes = 0;
  let stopTimer: CancelTimer = () => {};
  let sentInPeriod = false;

  const finish = () => {
    phase = 'over';
    waiting = [];
    stopTimer();
  };
  const fail = (failure: SocketFailure) => {
    if (phase === 'over') return;
    finish();
    raw.drop();
    parts.on({ type: 'failed', error: { ...failure, message: withoutSecrets(failure.message, parts.target) } });
  };
  const keepAlive = (rule: NonNullable<VendorSocketParts['keepAlive']>) => {
    stopTimer = clock.startTimer(rule.everyMs, () => {
      if (!sentInPeriod) transmit(rule.frame());
      sentInPeriod = false;
      if (phase === 'open') keepAlive(rule);
    });
  };
  const transmit = (data: string | Uint8Array) => {
    if (raw.waitingBytes > mostWaitingBytes) {
      return fail({ kind: 'broken-stream', message: `${vendor} takes what we send too slowly.` });
    }
    sentInPeriod = true;
    raw.send(data);
  };
  const opened = () => {
    if (phase !== 'opening') return;
    phase = 'open';
    stopTimer();
    const early = waiting;
    waiting = [];
    for (const data of early) if (phase === 'open') transmit(data);
    if (phase === 'open' && parts.keepAlive) keepAlive(parts.keepAlive);
  };
  stopTimer = clock.startTimer(openMs, () =>
    fail({ kind: 'timeout', message: `${vendor} did not open its socket within ${openMs} ms.` }),
  );
  const raw: RawSocket = parts.openSocket(parts.target, {
    opened,
    message(data) {
      if (phase !== 'open') return;
      if (data.length > largestMessage) {
        return fail({ kind: 'broken-stream', message: `${vendor} sent a message that is too large.` });
      }
      parts.on({ type: 'message', data });
    },
    closed(end) {
      if (phase === 'over') return;
      if (phase === 'opening' || end.code !== 1000) return fail(toFailure(vendor, end));
      finish();
      parts.on({ type: 'ended' });
    },
  });

  return {
    fail,
    send(data) {
      if (phase === 'open') return transmit(data);
      if (phase === 'over') return;
      waitingBytes += data.length;
      if (waitingBytes <= mostWaitingBytes) waiting.push(data);
      else fail({ kind: 'unavailable', message: `${vendor} has not opened its socket, and too much waits for it.` });
    },
    close(farewell) {
      if (phase === 'over') return;
      const wasOpen = phase === 'open';
      finish();
      if (!wasOpen) return raw.drop();
      if (farewell !== undefined) raw.send(farewell);
      raw.close(1000, '');
    },
  };
}

function toFailure(vendor: string, end: RawSocketEnd): SocketFailure {
  const said = end.reason === '' ? '' : `: ${end.reason.slice(0, 300)}`;
  if (end.refusedStatus !== null) {
    return { kind: kindOfStatus(end.refusedStatus), message: `${vendor} answered ${end.refusedStatus}${said}` };
  }
  return { kind: kindOfCode(end.code), message: `${vendor} closed its socket with ${end.code}${said}` };
}

/** What an HTTP status, as the answer to a handshake or inside a message, says about asking again. */
export function kindOfStatus(status: number): SocketFailure['kind'] {
  if (status === 429) return 'busy';
  if (status === 408) return 'timeout';
  return status >= 400 && status < 500 ? 'refused' : 'unavailable';
}

/** @see https://www.iana.org/assignments/websocket/websocket.xhtml, read on 2026-11-21 */
function kindOfCode(code: number): SocketFailure['kind'] {
  // 1002, 1003, 1007 to 1010: what we sent is wrong in form, in kind, or not allowed.
  if ([1002, 1003, 1007, 1008, 1009, 1010, 3000, 3003].includes(code)) return 'refused';
  if (code === 1013) return 'busy';
  if (code === 3008) return 'timeout';
  return code === 1000 || code === 1001 || code === 1005 ? 'broken-stream' : 'unavailable';
}

/** Vendors quote a wrong key in their answers. */
function withoutSecrets(message: string, target: SocketTarget): string {
  const secrets = Object.values(target.headers).flatMap((value) => value.split(' '));
  return secrets
    .filter((secret) => secret.length >= 8)
    .reduce((text, secret) => text.replaceAll(secret, '[secret]'), message);
}
