/** A carrier's relay in memory for tests: a socket whose frames a test reads and writes, with a codec of plain JSON. */
import type { RelayCodec, RelayCommand, RelayEvent } from '../../ports/carrier.ts';
import type { TextSocket } from '../text-socket.ts';

export interface FakeLine {
  socket: TextSocket;
  /** What was sent, with what the line said in between. */
  journal: ({ sent: RelayCommand } | { heard: RelayEvent })[];
  sent(): RelayCommand[];
  /** All text that was sent, as one. */
  words(): string;
  receive(event: RelayEvent): void;
  /** A frame as it is. */
  receiveFrame(frame: string): void;
  /** The other side closes, or its line breaks. */
  close(clean: boolean): void;
  closedByUs: { code: number; reason: string } | null;
}

export const plainCodec: RelayCodec = {
  decode: (frame) => JSON.parse(frame) as RelayEvent,
  encode: (command) => JSON.stringify(command),
};

export function createFakeLine(options: { isClosed?: boolean } = {}): FakeLine {
  let onFrame: (frame: string) => void = () => {};
  let onClose: (clean: boolean) => void = () => {};
  const line: FakeLine = {
    journal: [],
    closedByUs: null,
    socket: {
      send: (frame) => void line.journal.push({ sent: JSON.parse(frame) as RelayCommand }),
      close(code, reason) {
        line.closedByUs ??= { code, reason };
      },
      onFrame(listener) {
        onFrame = listener;
      },
      onClose(listener) {
        onClose = listener;
        if (options.isClosed) listener(false);
      },
    },
    sent: () => line.journal.flatMap((entry) => ('sent' in entry ? [entry.sent] : [])),
    words: () => line.sent().reduce((all, command) => (command.type === 'text' ? all + command.text : all), ''),
    receive(event) {
      line.journal.push({ heard: event });
      onFrame(JSON.stringify(event));
    },
    receiveFrame: (frame) => onFrame(frame),
    close: (clean) => onClose(clean),
  };
  return line;
}
