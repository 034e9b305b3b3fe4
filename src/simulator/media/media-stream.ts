/** One bidirectional media stream: the application's socket on one side, the sound of the person's line on the other. */
import type { Clock } from '../../base/clock.ts';
import {
  type CallProblem,
  note,
  type SaidUtterance,
  type SimulatedCallRecord,
  type StreamLog,
} from '../call-record.ts';
import type { SocketFault } from '../faults.ts';
import type { Outside, SocketEnd } from '../outside.ts';
import type { LineListener, LineSound, PhoneLine } from '../phone-line.ts';
import type { FrameTicker } from './frame-ticker.ts';
import { PersonFeed } from './person-feed.ts';
import { Playback } from './playback.ts';
import { parseStreamMessage, type StreamMessage } from './stream-messages.ts';
import { toStreamProblem } from './stream-problems.ts';
import type { StreamSettings } from './stream-settings.ts';
import { StreamWire } from './stream-wire.ts';
import { frameMs } from './streamed-sound.ts';

export interface StreamParts {
  clock: Clock;
  outside: Outside;
  account: { sid: string; authToken: string };
  record: SimulatedCallRecord;
  line: PhoneLine;
  ticker: FrameTicker;
  settings: StreamSettings;
  streamSid: string;
  fault: SocketFault;
  onStarted(): void;
  onProblem(problem: Omit<CallProblem, 'atMs'>): void;
}

export type StreamOutcome =
  /** The call is over or was redirected. */
  | { end: 'stopped' }
  /** The application closed its socket. */
  | { end: 'closed' }
  | { end: 'failed'; code: number; message: string };

/** Whoever was stopped for longer (a machine that slept) goes on at the present moment instead of making up for it. */
const longestCatchUpMs = 10_000;
/** A timer may fire this much early. */
const toleranceMs = 1;
/** How much before its time a frame is sent at most: that, and a wall clock of whole milliseconds on both ends. */
const mostEarlyMs = toleranceMs + 2;
/** How a file header looks in base64; Twilio plays it as noise. */
const wavHeader = 'UklGR';

/** Runs a stream to its end; an abort of `signal` means that the call is over or was redirected. */
export function runMediaStream(parts: StreamParts, signal: AbortSignal): Promise<StreamOutcome> {
  if (signal.aborted) return Promise.resolve({ end: 'stopped' });
  return new Promise((resolve) => {
    const stream = new MediaStream(parts, resolve);
    signal.addEventListener('abort', () => stream.stop(), { once: true });
    stream.open();
  });
}

class MediaStream implements LineListener {
  readonly #parts: StreamParts;
  readonly #resolve: (outcome: StreamOutcome) => void;
  readonly #log: StreamLog;
  readonly #wire: StreamWire;
  readonly #feed = new PersonFeed();
  readonly #playback = new Playback();
  readonly #warned = new Set<number | null>();
  #leaveLine: () => void = () => {};
  #startedAtMonotonicMs = 0;
  #chunk = 0;

  constructor(parts: StreamParts, resolve: (outcome: StreamOutcome) => void) {
    const { clock, outside, account, record, settings, streamSid, fault } = parts;
    this.#parts = parts;
    this.#resolve = resolve;
    this.#log = note(record.streams, {
      ...{ sid: streamSid, url: settings.url, startedAtMs: null, endedAtMs: null, end: null },
      ...{ framesSent: 0, bytesReceived: 0, bytesPlayed: 0, bytesCleared: 0, messages: [] },
    });
    this.#wire = new StreamWire({ clock, outside, account, log: this.#log, fault });
  }

  open(): void {
    this.#wire.open({
      opened: () => this.#begin(),
      message: (text) => this.#receive(text),
      closed: (end) => this.#socketClosed(end),
    });
  }

  /** The call is over or was redirected. */
  stop(): void {
    if (this.#isOver) return;
    const { account, record } = this.#parts;
    if (this.#log.startedAtMs !== null) {
      this.#advance();
      this.#wire.send('stop', { accountSid: account.sid, callSid: record.sid });
    }
    this.#finish({ end: 'stopped' });
  }

  keyPressed(digit: string): void {
    this.#wire.send('dtmf', { track: 'inbound_track', digit });
  }

  /** A frame may have been sent just before its time was over: what begins in that moment is in the next one, whole. */
  soundStarted(sound: LineSound): void {
    const nextAtMs = (this.#log.startedAtMs ?? 0) + this.#chunk * frameMs;
    const isJustMissed = sound.atMs < nextAtMs && nextAtMs - sound.atMs <= mostEarlyMs;
    this.#feed.add(isJustMissed ? { ...sound, atMs: nextAtMs } : sound);
  }

  /** What began before the stream did has not been told whole. */
  speechEnded(said: SaidUtterance): void {
    said.reachedApp = said.startedAtMs >= (this.#log.startedAtMs ?? Number.POSITIVE_INFINITY);
  }

  get #isOver(): boolean {
    return this.#log.end !== null;
  }

  #begin(): void {
    if (this.#isOver) return;
    const { clock, account, record, line, settings, streamSid, ticker, onStarted } = this.#parts;
    this.#log.startedAtMs = clock.now();
    this.#startedAtMonotonicMs = clock.monotonicMs();
    this.#wire.greet();
    this.#wire.send('start', {
      ...{ accountSid: account.sid, streamSid, callSid: record.sid, tracks: ['inbound'] },
      mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
      customParameters: settings.parameters,
    });
    if (line.sounding) this.#feed.add(line.sounding);
    const unlisten = line.listen(this);
    const untick = ticker.add(() => this.#advance());
    this.#leaveLine = () => {
      unlisten();
      untick();
      line.streamed.close();
    };
    line.streamed.open();
    onStarted();
  }

  /** Sends and plays every frame that is due. */
  #advance(): void {
    const elapsedMs = this.#parts.clock.monotonicMs() - this.#startedAtMonotonicMs + toleranceMs;
    const due = Math.floor(elapsedMs / frameMs);
    this.#chunk = Math.max(this.#chunk, due - longestCatchUpMs / frameMs);
    while (this.#chunk < due && !this.#isOver) {
      const atMs = (this.#log.startedAtMs ?? 0) + this.#chunk * frameMs;
      this.#chunk += 1;
      this.#wire.sendSound(this.#feed.toPayload(atMs), this.#chunk);
      this.#play(atMs);
    }
  }

  #play(atMs: number): void {
    const { sound, bytes, marks } = this.#playback.play();
    this.#log.bytesPlayed += bytes;
    this.#parts.line.streamed.hear(sound, atMs);
    this.#echo(marks);
  }

  #echo(marks: readonly string[]): void {
    for (const name of marks) this.#wire.send('mark', { name });
  }

  #receive(text: string): void {
    if (this.#isOver) return;
    const message = parseStreamMessage(text);
    if (message.event !== 'media') this.#wire.noteMessage('from-app', text);
    if (message.event === 'invalid') {
      return this.#warn(message.code, `Stream: invalid message ignored: ${message.problem}`);
    }
    if (message.streamSid !== this.#parts.streamSid) {
      return this.#warn(31951, `Stream: message ignored: its streamSid is not ${this.#parts.streamSid}`);
    }
    this.#obey(message);
  }

  #obey(message: StreamMessage): void {
    switch (message.event) {
      case 'media':
        return this.#queueSound(message.media.payload);
      case 'mark':
        return this.#echo(this.#playback.addMark(message.mark.name));
      case 'clear': {
        const { marks, bytes } = this.#playback.clear();
        this.#log.bytesCleared += bytes;
        this.#parts.line.streamed.cut(bytes);
        return this.#echo(marks);
      }
    }
  }

  #queueSound(payload: string): void {
    if (this.#log.bytesReceived === 0 && payload.startsWith(wavHeader)) {
      this.#warn(null, 'Stream: the sound begins with a WAV header, which is heard as noise: send bare μ-law');
    }
    const sound = Buffer.from(payload, 'base64');
    this.#log.bytesReceived += sound.length;
    if (!this.#playback.addSound(sound)) {
      this.#warn(31931, 'Stream: too much sound is waiting; the newest was discarded');
    }
  }

  /** Twilio warns of each kind once in a stream. */
  #warn(code: number | null, message: string): void {
    if (this.#warned.has(code)) return;
    this.#warned.add(code);
    this.#parts.onProblem({ code, level: 'warning', message });
  }

  #socketClosed(end: SocketEnd): void {
    if (this.#isOver) return;
    const problem = toStreamProblem(end);
    if (!problem) return this.#finish({ end: 'closed' });
    this.#parts.onProblem({ ...problem, level: 'error' });
    this.#finish({ end: 'failed', ...problem });
  }

  #finish(outcome: StreamOutcome): void {
    if (this.#isOver) return;
    this.#log.endedAtMs = this.#parts.clock.now();
    this.#log.end = outcome.end;
    this.#leaveLine();
    this.#wire.close();
    this.#resolve(outcome);
  }
}
