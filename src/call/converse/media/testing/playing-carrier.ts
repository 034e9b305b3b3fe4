/** A carrier for tests that plays what it is sent at the telephone's pace, gives marks back, and clears. */
import { bytesPerMs } from '../../../../audio/mulaw.ts';
import type { FakeClock } from '../../../../base/clock.ts';
import type { MediaEvent } from '../../../../ports/carrier.ts';
import type { PlainMediaCommand } from '../../../testing/fake-carrier.ts';
import type { TextSocket } from '../../../text-socket.ts';

export interface PlayingCarrier {
  socket: TextSocket;
  /** What we sent, in its order. */
  sent: PlainMediaCommand[];
  /** Each piece of sound that was played to its end. */
  played: { sound: Uint8Array; fromMs: number }[];
  /** The most sound that ever waited here to be played. */
  mostAheadMs: number;
  say(event: MediaEvent): void;
  sayFrame(frame: string): void;
  /** 20 ms of the person; `timestampMs` left out, it follows what came before. */
  hear(sound: Uint8Array, timestampMs?: number): void;
  close(clean: boolean): void;
  closedByUs: { code: number; reason: string } | null;
}

interface Queued {
  endsAtMs: number;
  command: Exclude<PlainMediaCommand, { type: 'clear' }>;
}

/** What is sent arrives after `latencyMs`, and so does what comes back. */
export function createPlayingCarrier(clock: FakeClock, latencyMs = 0): PlayingCarrier {
  let onFrame: (frame: string) => void = () => {};
  let onClose: (clean: boolean) => void = () => {};
  let queue: Queued[] = [];
  let dryAtMs = 0;
  let heardMs = 0;
  const later = (work: () => void) => (latencyMs === 0 ? work() : void clock.startTimer(latencyMs, work));
  const giveBack = (name: string) => later(() => onFrame(JSON.stringify({ type: 'mark', name })));
  const finish = ({ command, endsAtMs }: Queued) => {
    if (command.type === 'mark') return giveBack(command.name);
    const sound = Buffer.from(command.payload, 'base64');
    carrier.played.push({ sound, fromMs: endsAtMs - sound.length / bytesPerMs });
  };
  const arrive = (command: PlainMediaCommand) => {
    const nowMs = clock.monotonicMs();
    if (command.type === 'clear') {
      const cleared = queue;
      queue = [];
      dryAtMs = nowMs;
      for (const { command: lost } of cleared) if (lost.type === 'mark') giveBack(lost.name);
      return;
    }
    const ms = command.type === 'audio' ? Buffer.from(command.payload, 'base64').length / bytesPerMs : 0;
    dryAtMs = Math.max(dryAtMs, nowMs) + ms;
    carrier.mostAheadMs = Math.max(carrier.mostAheadMs, dryAtMs - nowMs);
    const queued = { command, endsAtMs: dryAtMs };
    queue.push(queued);
    const play = () => {
      if (!queue.includes(queued)) return;
      queue.shift();
      finish(queued);
    };
    if (ms === 0 && queue.length === 1) return play();
    clock.startTimer(dryAtMs - nowMs, play);
  };
  const carrier: PlayingCarrier = {
    sent: [],
    played: [],
    mostAheadMs: 0,
    closedByUs: null,
    socket: {
      send(frame) {
        const command = JSON.parse(frame) as PlainMediaCommand;
        carrier.sent.push(command);
        later(() => arrive(command));
      },
      close(code, reason) {
        carrier.closedByUs ??= { code, reason };
      },
      onFrame(listener) {
        onFrame = listener;
      },
      onClose(listener) {
        onClose = listener;
      },
    },
    say: (event) => onFrame(JSON.stringify(event)),
    sayFrame: (frame) => onFrame(frame),
    hear(sound, timestampMs = heardMs) {
      heardMs = timestampMs + sound.length / bytesPerMs;
      onFrame(JSON.stringify({ type: 'audio', payload: Buffer.from(sound).toString('base64'), timestampMs }));
    },
    close: (clean) => onClose(clean),
  };
  return carrier;
}
