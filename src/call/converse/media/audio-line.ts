/** A call's line as sound: what the person says comes in, utterances go out at the telephone's pace and are confirmed as played. */
import { frameMs } from '../../../audio/telephone-frame.ts';
import { createVoiceActivity } from '../../../audio/voice-activity.ts';
import type { Clock } from '../../../base/clock.ts';
import { messageOf } from '../../../base/errors.ts';
import type { Logger } from '../../../base/log.ts';
import { unreachable } from '../../../base/unreachable.ts';
import type { MediaCodec, MediaEvent } from '../../../ports/carrier.ts';
import type { TextSocket } from '../../text-socket.ts';
import type { CallRecorder } from './call-recorder.ts';
import { createIncomingSound } from './incoming-sound.ts';
import type { Pacer } from './pacer.ts';
import { Playback } from './playback.ts';

export type LineEvent =
  /** 20 ms of the person, gaps in the stream already filled with silence (bounded). */
  | { type: 'sound'; sound: Uint8Array }
  /** The energy detector: sound that may be speech has begun, or has been gone for a while. */
  | { type: 'voice'; active: boolean }
  | { type: 'key'; digit: string }
  /** The carrier confirms that everything of this utterance up to here was played. Rising within an utterance. */
  | { type: 'played'; utterance: number; playedMs: number }
  /** `end` was called and all of it has been confirmed as played. */
  | { type: 'finished'; utterance: number }
  | { type: 'first-frame'; utterance: number }
  | { type: 'closed'; clean: boolean };

export interface AudioLine {
  /** More sound of an utterance; it starts at once, at the telephone's pace. Sound of an utterance older than the newest, or one that was cleared, is dropped. */
  play(utterance: number, sound: Uint8Array): void;
  /** Sound that belongs to no utterance, such as keys: it is played when nothing else is, and `clear` leaves it. */
  playAside(sound: Uint8Array): void;
  /** What of such sound was not sent yet is dropped. */
  clearAside(): void;
  /** A confirmation is wanted when this much of the utterance has been played (word ends); past positions confirm as soon as possible. */
  confirmAt(utterance: number, playedMs: number): void;
  /** No more sound of this utterance will come. */
  end(utterance: number): void;
  /** Silence at once (carrier's buffer cleared); what was not confirmed as played is kept for `resume`. */
  pause(): void;
  resume(): void;
  /** Silence at once; everything is dropped. Gives what was confirmed as played of the newest utterance. */
  clear(): { utterance: number; playedMs: number } | null;
  /** Whether there is sound of ours being played, or waiting to be. */
  readonly isPlaying: boolean;
  /** How long nobody has spoken on the other side, by the detector; infinite before somebody did. */
  readonly personQuietMs: number;
  close(code?: number, reason?: string): void;
}

export interface AudioLineParts {
  callId: string;
  streamSid: string;
  socket: TextSocket;
  codec: MediaCodec;
  clock: Clock;
  pacer: Pacer;
  log: Logger;
  recorder: CallRecorder | null;
  on(event: LineEvent): void;
}

const mostBadFrames = 20;

/**
 * Listens on the socket from now on. Nothing is told before this has returned, after `close()`, or after `closed`;
 * `first-frame` may be told from within `play`.
 */
export function createAudioLine(parts: AudioLineParts): AudioLine {
  const { clock, socket, recorder } = parts;
  const tell = createTelling(parts.on);
  const startedAtMs = clock.monotonicMs();
  /** When the stream's first sound began: what came quickest says so best. */
  let originMs = startedAtMs;
  const onLine = (clockMs: number) => clockMs - originMs;
  const encode = parts.codec.encoderOf(parts.streamSid);
  const playback = new Playback({
    ...{ clock, pacer: parts.pacer, on: tell.now },
    send: (command) => socket.send(encode(command)),
    willPlay: (sound, atMs) => recorder?.played(sound, onLine(atMs)),
    cleared: (atMs) => recorder?.cleared(onLine(atMs)),
    overfull: (utterance) => parts.log.warn({ callId: parts.callId, utterance }, 'too much sound waits to be played'),
  });
  const voice = createVoiceActivity();
  const incoming = createIncomingSound(clock, (sound, atMs) => {
    originMs = Math.min(originMs, clock.monotonicMs() - atMs - frameMs);
    recorder?.heard(sound, atMs);
    tell.now({ type: 'sound', sound });
    const change = voice.hear(sound);
    if (change) tell.now({ type: 'voice', active: change === 'began' });
  });
  const closed = (clean: boolean) => {
    playback.stop();
    tell.now({ type: 'closed', clean });
    tell.stop();
  };
  const hear = (event: MediaEvent) => {
    switch (event.type) {
      case 'audio':
        return incoming.hear(event.sound, event.timestampMs);
      case 'mark':
        return playback.marked(event.name);
      case 'key':
        return tell.now(event);
      case 'stop':
        return closed(true);
      case 'start':
        return;
      default:
        return unreachable(event);
    }
  };
  socket.onFrame(createEars(parts, (event) => !tell.isStopped() && hear(event)));
  socket.onClose((clean) => tell.isStopped() || closed(clean));
  tell.begin();
  return {
    play: (utterance, sound) => playback.play(utterance, sound),
    playAside: (sound) => playback.playAside(sound),
    clearAside: () => playback.clearAside(),
    confirmAt: (utterance, playedMs) => playback.confirmAt(utterance, playedMs),
    end: (utterance) => playback.end(utterance),
    pause: () => playback.pause(),
    resume: () => playback.resume(),
    clear: () => playback.clear(),
    get isPlaying() {
      return playback.isPlaying;
    },
    get personQuietMs() {
      return voice.quietMs;
    },
    close(code = 1000, reason = 'conversation over') {
      playback.stop();
      tell.forget();
      socket.close(code, reason);
    },
  };
}

/** So many frames in a row that make no sense end the line. */
function createEars({ callId, codec, log, socket }: AudioLineParts, hear: (event: MediaEvent) => void) {
  let badFrames = 0;
  return (frame: string) => {
    let event: MediaEvent | null;
    try {
      event = codec.decode(frame);
    } catch (error) {
      badFrames += 1;
      if (badFrames === 1) log.warn({ callId, reason: messageOf(error) }, 'frame from the carrier makes no sense');
      if (badFrames >= mostBadFrames) socket.close(1008, 'too many bad frames');
      return;
    }
    badFrames = 0;
    if (event) hear(event);
  };
}

/** What happens before the line is there for who listens waits until it is. */
function createTelling(on: (event: LineEvent) => void) {
  let waiting: LineEvent[] | null = [];
  let isStopped = false;
  return {
    now(event: LineEvent): void {
      if (isStopped) return;
      if (waiting) waiting.push(event);
      else on(event);
    },
    begin(): void {
      if (waiting?.length === 0) {
        waiting = null;
        return;
      }
      queueMicrotask(() => {
        for (let event = waiting?.shift(); event; event = waiting?.shift()) on(event);
        waiting = null;
      });
    },
    /** What was told until now is still heard. */
    stop(): void {
      isStopped = true;
    },
    forget(): void {
      isStopped = true;
      waiting = waiting && [];
    },
    isStopped: () => isStopped,
  };
}
