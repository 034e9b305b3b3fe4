/** Opens a real WebSocket to a vendor; whatever goes wrong is told as its end, and nothing is thrown. */
import { type ClientOptions, WebSocket } from 'ws';
import type { OpenSocket, RawSocket, RawSocketEvents, SocketTarget } from './raw-socket.ts';

/** Bytes of one message; what we open is for speech, whose messages are far smaller. */
const largestMessage = 8 * 1_048_576;

const neverOpened: RawSocket = { send() {}, waitingBytes: 0, close() {}, drop() {} };

export const openWebSocket: OpenSocket = (target, events) => {
  try {
    return listenTo(connect(target), events);
  } catch {
    // A URL or a header that cannot be sent. The error's own text may quote it, and with it a key.
    queueMicrotask(() =>
      events.closed({ code: 1006, reason: 'its address or key cannot be sent', refusedStatus: null }),
    );
    return neverOpened;
  }
};

function connect(target: SocketTarget): WebSocket {
  const options: ClientOptions & { closeTimeout: number } = {
    headers: target.headers,
    // Speech does not get smaller by it, and it costs time and memory.
    perMessageDeflate: false,
    maxPayload: largestMessage,
    // A redirected handshake would carry the key elsewhere.
    followRedirects: false,
    // A vendor that does not answer our closing is left.
    closeTimeout: 3000,
  };
  return new WebSocket(target.url, options);
}

function listenTo(socket: WebSocket, events: RawSocketEvents): RawSocket {
  let refusedStatus: number | null = null;
  let trouble = '';
  socket.binaryType = 'nodebuffer';
  socket.on('open', () => events.opened());
  socket.on('message', (data: Buffer, isBinary: boolean) => events.message(isBinary ? data : data.toString('utf8')));
  socket.on('unexpected-response', (request, response) => {
    refusedStatus = response.statusCode ?? 0;
    response.resume();
    request.destroy();
    socket.terminate();
  });
  socket.on('error', (error) => {
    trouble ||= error.message;
  });
  socket.on('close', (code, reason) => {
    const text = reason.toString('utf8') || (refusedStatus === null ? trouble : '');
    events.closed({ code, reason: text, refusedStatus });
  });
  return {
    send: (data) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(data, ignoreResult);
    },
    get waitingBytes() {
      return socket.bufferedAmount;
    },
    close: (code, reason) => socket.close(code, reason),
    drop: () => socket.terminate(),
  };
}

/** A failed send is followed by the socket's end, which is told. */
function ignoreResult(): void {}
