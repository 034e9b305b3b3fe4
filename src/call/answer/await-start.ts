/** Waits for the first words of a media stream, which say whose it is; what comes meanwhile is kept for who goes on. */
import type { Clock } from '../../base/clock.ts';
import type { MediaCodec, MediaEvent } from '../../ports/carrier.ts';
import type { TextSocket } from '../text-socket.ts';

export interface StartedStream {
  carrierSid: string;
  streamSid: string;
  parameters: Record<string, string>;
  /** The same socket; what came after the start is heard by the first who listens. */
  socket: TextSocket;
}

const startLimitMs = 5000;
/** A carrier begins with one word before the start. */
const mostBeforeStart = 20;
/** As much as comes while the call is looked up, and far more. */
const mostKept = 2000;

/** Null when the socket closes, or something else than a start comes, or nothing does for 5 s; it is not closed here. */
export function awaitStart(parts: {
  socket: TextSocket;
  codec: MediaCodec;
  clock: Clock;
}): Promise<StartedStream | null> {
  const { socket, codec, clock } = parts;
  const kept: string[] = [];
  let isSettled = false;
  let before = 0;
  let closed: { clean: boolean } | null = null;
  let hear: (frame: string) => void = (frame) => {
    if (kept.length < mostKept) kept.push(frame);
  };
  let hearClose: (clean: boolean) => void = () => {};
  const handedOn: TextSocket = {
    send: (frame) => socket.send(frame),
    close: (code, reason) => socket.close(code, reason),
    onFrame(listener) {
      hear = listener;
      for (const frame of kept.splice(0)) listener(frame);
    },
    onClose(listener) {
      hearClose = listener;
      if (closed) listener(closed.clean);
    },
  };
  return new Promise((resolve) => {
    const settle = (started: StartedStream | null) => {
      isSettled = true;
      stopTimer();
      resolve(started);
    };
    const stopTimer = clock.startTimer(startLimitMs, () => settle(null));
    socket.onFrame((frame) => {
      if (isSettled) return hear(frame);
      before += 1;
      const event = decodeOrNull(codec, frame);
      if (event?.type === 'start') return settle({ ...event, socket: handedOn });
      if (before >= mostBeforeStart) settle(null);
    });
    socket.onClose((clean) => {
      closed = { clean };
      if (!isSettled) settle(null);
      hearClose(clean);
    });
  });
}

function decodeOrNull(codec: MediaCodec, frame: string): MediaEvent | null {
  try {
    return codec.decode(frame);
  } catch {
    return null;
  }
}
