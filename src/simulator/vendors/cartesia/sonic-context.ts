/** One context of simulated Cartesia Sonic: fragments of text spoken as one, until it is finished, cancelled or expires. */
import type { CancelTimer } from '../../../base/clock.ts';
import { createSpeakingLine, type SpeakingLine } from '../speaking-line.ts';
import type { VendorParts } from '../vendor.ts';
import { createChunkEncoder } from '../wire-sound.ts';
import { type SonicOrder, toFixedPart } from './sonic-order.ts';

/** After its last sound. */
const expiresMs = 1000;
const sentenceEnd = /[.?!]["')\]]?\s*$/u;

export interface SonicContext {
  take(order: SonicOrder): void;
  /** Whether an order may belong to this context. */
  fits(order: SonicOrder): boolean;
  /** Nothing more is spoken, but for a piece that is on its way already. */
  cancel(): void;
  stop(): void;
}

export function createSonicContext(
  parts: VendorParts,
  first: SonicOrder,
  { send, over }: { send: (message: object) => void; over: () => void },
): SonicContext {
  const fixed = toFixedPart(first);
  const { context_id, output_format: encoding, add_timestamps: tellsTimes, max_buffer_delay_ms: delayMs } = first;
  const encode = createChunkEncoder(encoding);
  let text = '';
  let pieces = 0;
  let flushes = 0;
  let isFinished = false;
  let cancelWait: CancelTimer = () => {};
  const line: SpeakingLine = createSpeakingLine(parts, {
    voice: first.voice,
    send(chunk) {
      const { words } = chunk;
      if (tellsTimes && words.length > 0) {
        const start = words.map(({ startMs }) => startMs / 1000);
        const end = words.map(({ endMs }) => endMs / 1000);
        const word_timestamps = { words: words.map((word) => word.text), start, end };
        send({ type: 'timestamps', context_id, word_timestamps, done: false, status_code: 206 });
      }
      const data = Buffer.from(encode(chunk)).toString('base64');
      send({ type: 'chunk', context_id, data, done: false, status_code: 206, step_time: 1 });
    },
  });
  const end = () => {
    stop();
    send({ type: 'done', context_id, done: true, status_code: 200 });
    over();
  };
  const speak = () => {
    cancelWait();
    line.say(text);
    text = '';
    pieces += 1;
    const piece = pieces;
    line.after(() => {
      if (piece !== pieces) return;
      if (isFinished) return end();
      cancelWait = parts.clock.startTimer(expiresMs, end);
    });
  };
  function stop(): void {
    cancelWait();
    line.clear();
  }
  return {
    fits: (order) => toFixedPart(order) === fixed,
    take(order) {
      text += order.transcript;
      isFinished = !order.continue;
      if (order.flush) {
        speak();
        const flush_id = flushes;
        flushes += 1;
        line.after(() =>
          send({ type: 'flush_done', context_id, flush_id, flush_done: true, done: false, status_code: 206 }),
        );
      } else if (isFinished || delayMs === 0 || sentenceEnd.test(text)) speak();
      else {
        cancelWait();
        cancelWait = parts.clock.startTimer(delayMs, speak);
      }
    },
    cancel() {
      cancelWait();
      line.clearLate();
    },
    stop,
  };
}
