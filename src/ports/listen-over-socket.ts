/** Ears over one socket to any recognizer: a codec says what the frames mean, everything else is here. */
import type { CancelTimer, Clock } from '../base/clock.ts';
import type { OpenSocket, SocketTarget } from '../base/raw-socket.ts';
import { openVendorSocket, type SocketFailure, type VendorSocketParts } from '../base/vendor-socket.ts';
import { createHearingTurn, type HearingTurn } from './hearing-turn.ts';
import type { Ears, HearingRequest } from './speech-to-text.ts';
import { countUnanswered } from './unanswered-voice.ts';
import { toVendorFailed } from './vendor-failed.ts';

/** What a frame of the vendor means. */
export type HearingStep =
  | { type: 'began' }
  /** All words of the turn so far. */
  | { type: 'heard'; text: string }
  | { type: 'may-be-over'; text: string }
  | { type: 'resumed' }
  | { type: 'over'; text: string }
  | { type: 'failed'; failure: SocketFailure };

/** One session in the vendor's own words. */
export interface HearingCodec {
  target: SocketTarget;
  /** Sent before any sound. */
  hello?: readonly string[];
  /** A piece of sound as a frame; it is one by itself unless told. */
  encode?(sound: Uint8Array): string | Uint8Array;
  /** Sound is sent in pieces of this many bytes; null: as it comes. */
  chunkBytes: number | null;
  keepAlive?: NonNullable<VendorSocketParts['keepAlive']>;
  /** Says good-bye; null where closing says it. */
  farewell: string | null;
  /**
   * The frame that asks to settle the turn, null when there is nothing yet that could be settled; or, where the vendor
   * cannot be asked, what makes the codec leave out from now on the words told so far. Who cannot be asked and told
   * nothing of a voice has failed; whoever hears it again may tell nothing of it, for a noise may sound like a voice.
   */
  settle: { frame: string } | { ask(): string | null } | { cut(): void };
  /** Never throws: what makes no sense means nothing. */
  decode(frame: string): HearingStep[];
}

export interface ListeningParts {
  vendor: string;
  openSocket: OpenSocket;
  clock: Clock;
  codec: HearingCodec;
  /** How many milliseconds of a piece of sound may be a voice. */
  voiceMsIn(sound: Uint8Array): number;
  /** So much voice may be sent without anything coming back in that time; default 5000. */
  deafMs?: number;
  /** How long a turn may go on without a word of a vendor that tells all the time how it stands; by default for ever. */
  stalledMs?: number;
  /** How long a turn may take to settle; default 700. */
  settleMs?: number;
}

/** So many frames in a row that make no sense end the session. */
const mostBadFrames = 5;

/** Never throws. */
export function listenOverSocket(parts: ListeningParts, request: HearingRequest): Ears {
  const { vendor, clock, codec, deafMs = 5000, stalledMs = Number.POSITIVE_INFINITY, settleMs = 700 } = parts;
  let isOver = false;
  let mayTellNothing = request.hearsAgain === true;
  const unanswered = countUnanswered(clock, { deafMs, stalledMs });
  let stopSettling: CancelTimer | null = null;

  const turn = createHearingTurn((event) => {
    if (!isOver) request.on(event);
  });
  const stop = () => {
    isOver = true;
    stopSettling?.();
    stopSettling = null;
  };
  const endTurn = (text: string) => {
    const wasAskedFor = stopSettling !== null;
    stopSettling?.();
    stopSettling = null;
    turn.over(text, wasAskedFor);
  };
  const socket = openVendorSocket({
    vendor,
    openSocket: parts.openSocket,
    clock,
    target: codec.target,
    hello: codec.hello ?? [],
    ...(codec.keepAlive ? { keepAlive: codec.keepAlive } : {}),
    on(event) {
      if (event.type === 'message') return receive(event.data);
      const failure: SocketFailure =
        event.type === 'failed' ? event.error : { kind: 'broken-stream', message: `${vendor} stopped listening.` };
      if (isOver) return;
      stop();
      request.on({ type: 'failed', error: toVendorFailed(vendor, failure) });
    },
  });
  const makesSense = watchSense(() =>
    socket.fail({ kind: 'broken-stream', message: `${vendor} sends what makes no sense.` }),
  );
  const receive = (data: string | Uint8Array) => {
    if (!makesSense(data)) return;
    unanswered.clear();
    for (const step of codec.decode(data)) {
      mayTellNothing = false;
      if (!isOver) apply(step, { turn, endTurn, fail: socket.fail });
    }
  };
  const giveUpSettling = () => {
    const isUnheard = unanswered.isTelling(turn.isOpen);
    const isDeaf = isUnheard || turn.text !== '';
    // Words that nobody has heard are left to who hears the turn again, with those before them.
    if (!isUnheard) endTurn(turn.text);
    if (isDeaf) socket.fail({ kind: 'timeout', message: `${vendor} did not settle a turn within ${settleMs} ms.` });
  };
  const chunks = createChunks(codec.chunkBytes, (sound) => socket.send(codec.encode?.(sound) ?? sound));

  return {
    hear(sound) {
      if (isOver || sound.length === 0) return;
      chunks.add(sound);
      unanswered.add(parts.voiceMsIn(sound));
      const silentMs = unanswered.tooLongMs(turn.isOpen);
      if (silentMs === null) return;
      socket.fail({ kind: 'timeout', message: `${vendor} told nothing for ${silentMs} ms of a voice.` });
    },
    settle() {
      if (isOver || stopSettling) return;
      chunks.flush();
      if ('cut' in codec.settle) {
        if (unanswered.isTelling(turn.isOpen) && !mayTellNothing) {
          return socket.fail({ kind: 'broken-stream', message: `${vendor} told nothing of a voice.` });
        }
        codec.settle.cut();
        return turn.over(turn.text, true);
      }
      const frame = 'ask' in codec.settle ? codec.settle.ask() : codec.settle.frame;
      if (frame === null) return turn.over(turn.text, true);
      stopSettling = clock.startTimer(settleMs, giveUpSettling);
      socket.send(frame);
    },
    close() {
      if (isOver) return;
      chunks.flush();
      stop();
      socket.close(codec.farewell ?? undefined);
    },
  };
}

interface Applied {
  turn: HearingTurn;
  endTurn(text: string): void;
  fail(failure: SocketFailure): void;
}

function apply(step: HearingStep, { turn, endTurn, fail }: Applied): void {
  if (step.type === 'began') turn.began();
  else if (step.type === 'heard') turn.heard(step.text);
  else if (step.type === 'may-be-over') turn.mayBeOver(step.text);
  else if (step.type === 'resumed') turn.resumed();
  else if (step.type === 'over') endTurn(step.text);
  else fail(step.failure);
}

/** Tells frames of JSON from others, and when there were too many others in a row. */
function watchSense(onNonsense: () => void): (data: string | Uint8Array) => data is string {
  let badFrames = 0;
  return (data): data is string => {
    badFrames = typeof data === 'string' && isJson(data) ? 0 : badFrames + 1;
    if (badFrames >= mostBadFrames) onNonsense();
    return badFrames === 0;
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Joins small pieces of sound into the size that a vendor wants. */
function createChunks(size: number | null, send: (sound: Uint8Array) => void) {
  let chunk = new Uint8Array(size ?? 0);
  let filled = 0;
  const flush = () => {
    if (filled > 0) send(chunk.subarray(0, filled));
    chunk = new Uint8Array(size ?? 0);
    filled = 0;
  };
  return {
    flush,
    add(sound: Uint8Array) {
      if (size === null) return send(sound);
      for (let from = 0; from < sound.length; ) {
        const taken = sound.subarray(from, from + size - filled);
        chunk.set(taken, filled);
        filled += taken.length;
        from += taken.length;
        if (filled === size) flush();
      }
    },
  };
}
