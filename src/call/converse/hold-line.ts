/** Holds the line politely where nobody can speak yet: a soft tone now and then, keys written down, an end in any case. */
import { encodeMulaw, telephoneHz } from '../../audio/mulaw.ts';
import { toToneSamples } from '../../audio/tone.ts';
import { type CancelTimer, type Clock, waitFor } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { MediaCodec, MediaCommand, MediaEvent } from '../../ports/carrier.ts';
import type { TextSocket } from '../text-socket.ts';
import type { CallRecord } from './call-record.ts';
import type { Conversation } from './conversation.ts';
import type { History } from './history.ts';
import type { TurnEnding } from './turn/turn-state.ts';

export interface HoldLineParts {
  callId: string;
  streamSid: string;
  socket: TextSocket;
  codec: MediaCodec;
  clock: Clock;
  log: Logger;
  history: History;
  record: CallRecord;
  /** The number of the newest entry in the log of held lines; more than 0 when the line goes on after a break. */
  logSeq: number;
  maxDurationMs: number;
  /** Hears why we end the session; the socket is closed once this is done, or takes too long. */
  onEnding(ending: TurnEnding): Promise<unknown>;
}

const toneEveryMs = 5000;
/** Quiet after a pressed key until the keys count as said. */
const keysMs = 1500;
const mostKeys = 100;
const onEndingMs = 2000;
const mostBadFrames = 20;

const holdTone = Buffer.from(
  encodeMulaw(toToneSamples({ frequenciesHz: [440], ms: 300, sampleRateHz: telephoneHz, loudness: 0.06 })),
).toString('base64');

export function holdLine(parts: HoldLineParts): Conversation {
  const { clock, history, socket } = parts;
  const send = (command: MediaCommand) => socket.send(parts.codec.encode(command, parts.streamSid));
  const note = createNotes(parts);
  const keys = collectKeys(clock, (digits) => history.person(`[pressed ${digits}]`));
  const tone = repeatTone(clock, send, note);
  let isOver = false;
  let settle: (ending: TurnEnding) => void = () => {};
  const over = new Promise<TurnEnding>((resolve) => {
    settle = (ending) => void parts.record.flushed().then(() => resolve(ending));
  });

  const finish = (ending: TurnEnding): boolean => {
    if (isOver) return false;
    isOver = true;
    tone.stop();
    keys.flush();
    cancelMaxDuration();
    note({ type: 'ended', ...ending });
    history.close();
    return true;
  };
  const endByUs = (ending: TurnEnding) => {
    if (!finish(ending)) return;
    send({ type: 'clear' });
    const tooLate = new AbortController();
    const told = Promise.race([parts.onEnding(ending), waitFor(clock, onEndingMs, tooLate.signal)]);
    void told.finally(() => {
      tooLate.abort();
      socket.close(1000, 'conversation over');
      settle(ending);
    });
  };
  const disconnected = (clean: boolean) => {
    const ending: TurnEnding = clean
      ? { reason: 'person_hung_up', by: 'person' }
      : { reason: 'connection_failed', by: 'carrier' };
    if (!finish(ending)) return;
    socket.close(1000, 'conversation over');
    settle(ending);
  };
  const cancelMaxDuration = clock.startTimer(parts.maxDurationMs, () =>
    endByUs({ reason: 'max_duration', by: 'server' }),
  );
  const hear = (event: MediaEvent) => {
    if (event.type === 'key') {
      note({ type: 'key-pressed' });
      return keys.press(event.digit);
    }
    if (event.type === 'mark') return tone.played(event.name);
    return event.type === 'stop' ? disconnected(true) : undefined;
  };

  note({ type: 'started' });
  tone.start();
  socket.onFrame(createEars(parts, (event) => isOver || hear(event)));
  socket.onClose(disconnected);
  return { say: () => false, end: endByUs, disconnected, over };
}

/** So many frames in a row that make no sense end the session. */
function createEars({ callId, codec, log, socket }: HoldLineParts, hear: (event: MediaEvent) => unknown) {
  let badFrames = 0;
  return (frame: string) => {
    try {
      const event = codec.decode(frame);
      badFrames = 0;
      if (event) hear(event);
    } catch (error) {
      badFrames += 1;
      log.warn({ callId, reason: messageOf(error) }, 'frame from the carrier makes no sense');
      if (badFrames >= mostBadFrames) socket.close(1008, 'too many bad frames');
    }
  };
}

/** The call's log of what happened on the held line. */
function createNotes({ callId, clock, record, logSeq }: HoldLineParts) {
  const startedAtMs = clock.monotonicMs();
  let seq = logSeq;
  return (event: { type: string } & Record<string, unknown>) => {
    seq += 1;
    const atMs = Math.round(clock.monotonicMs() - startedAtMs);
    const at = new Date(clock.now());
    record.log({ call_id: callId, seq, at, machine: 'hold', event: JSON.stringify({ ...event, atMs }), effects: '[]' });
  };
}

/** A tone is only followed by another once the carrier has said that it was heard. */
function repeatTone(clock: Clock, send: (command: MediaCommand) => void, note: ReturnType<typeof createNotes>) {
  let number = 0;
  let awaited: string | null = null;
  let cancel: CancelTimer = () => {};
  const play = () => {
    cancel = clock.startTimer(toneEveryMs, play);
    if (awaited !== null) return;
    number += 1;
    awaited = `hold-${number}`;
    send({ type: 'audio', payload: holdTone });
    send({ type: 'mark', name: awaited });
  };
  return {
    start: play,
    stop: () => cancel(),
    played(name: string) {
      if (name !== awaited) return;
      awaited = null;
      note({ type: 'tone-played', number });
    },
  };
}

function collectKeys(clock: Clock, said: (digits: string) => void) {
  let digits = '';
  let cancel: CancelTimer = () => {};
  const flush = () => {
    cancel();
    if (digits !== '') said(digits);
    digits = '';
  };
  return {
    flush,
    press(digit: string) {
      cancel();
      digits += digit;
      if (digits.length >= mostKeys) return flush();
      cancel = clock.startTimer(keysMs, flush);
    },
  };
}
