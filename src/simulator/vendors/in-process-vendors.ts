/** The simulated vendors' in-process face: sockets and HTTP answers without a network, in the same (virtual) time. */
import { messageOf } from '../../base/errors.ts';
import type { OpenSocket, RawSocketEvents, SocketTarget } from '../../base/raw-socket.ts';
import { carryBody } from './faulty-body.ts';
import type { OpenSession } from './open-session.ts';
import type { VendorParts, VendorRequest } from './vendor.ts';
import type { Switchboard } from './vendor-switchboard.ts';

function toLowerNames(headers: Iterable<readonly [string, string]>): Record<string, string> {
  return Object.fromEntries(Array.from(headers, ([name, value]) => [name.toLowerCase(), value]));
}

/** Whatever crosses arrives a microtask later, in order, and is the receiver's own. */
export function createInProcessSockets(switchboard: Switchboard): OpenSocket {
  return (target, events) => connect(switchboard, target, events);
}

function connect(switchboard: Switchboard, target: SocketTarget, events: RawSocketEvents) {
  const leaving = new AbortController();
  let session: OpenSession | null = null;
  /** Whether the application may still send and be sent to. */
  let isOver = false;
  const end = (code: number, reason: string, refusedStatus: number | null = null) => {
    if (isOver) return;
    isOver = true;
    leaving.abort();
    queueMicrotask(() => events.closed({ code, reason, refusedStatus }));
  };
  const carry = (data: string | Uint8Array, take: (data: string | Uint8Array) => void) => {
    const own = typeof data === 'string' ? data : data.slice();
    queueMicrotask(() => take(own));
  };
  const leave = (code: number, reason: string) => {
    if (isOver) return;
    const theirs = session;
    end(session ? code : 1006, reason);
    queueMicrotask(() => theirs?.closed(code, reason));
  };
  const open = async () => {
    const request: VendorRequest = {
      method: 'GET',
      url: new URL(target.url),
      headers: toLowerNames(Object.entries(target.headers)),
    };
    const handshake = await switchboard.shakeHands(request, leaving.signal);
    if (isOver) return;
    if (handshake.type === 'nobody') return end(1006, '');
    if (handshake.type === 'refused') return end(1006, '', handshake.refusal.status);
    queueMicrotask(events.opened);
    session = switchboard.openSession(handshake, {
      deliver: (data) => carry(data, (own) => events.message(own)),
      close: (code, reason) => end(code, reason),
      drop: () => end(1006, ''),
    });
  };
  open().catch((error: unknown) => end(1006, messageOf(error)));
  return {
    send(data: string | Uint8Array) {
      if (!isOver && session) carry(data, (own) => session?.message(own));
    },
    waitingBytes: 0,
    close: leave,
    drop: () => leave(1006, ''),
  };
}

/** Like the runtime's own: rejects when nobody listens there, and answers are read as they are made. */
export function createInProcessFetch(switchboard: Switchboard, parts: VendorParts): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const { signal } = request;
    signal.throwIfAborted();
    const asked: VendorRequest = {
      method: request.method,
      url: new URL(request.url),
      headers: toLowerNames(request.headers),
      body: new Uint8Array(await request.arrayBuffer()),
    };
    const found = await orAborted(switchboard.findAnswer(asked, signal), signal);
    if (!found) throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
    const { status, headers } = found.answer;
    return new Response(toStream(carryBody(found, parts, signal), signal), { status, headers });
  };
}

function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function toStream(pieces: AsyncGenerator<Uint8Array>, signal: AbortSignal): ReadableStream<Uint8Array> {
  let abort = () => {};
  return new ReadableStream<Uint8Array>({
    start(controller) {
      abort = () => controller.error(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
    },
    async pull(controller) {
      const { value, done } = await pieces.next();
      if (signal.aborted) return;
      if (value) controller.enqueue(value);
      if (!done) return;
      signal.removeEventListener('abort', abort);
      controller.close();
    },
    async cancel() {
      signal.removeEventListener('abort', abort);
      await pieces.return(undefined);
    },
  });
}
