/** Whatever is said, cancelled and sent: the right sound for the right utterance, in order, in few contexts. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SpeakingStep } from '../../ports/speak-over-socket.ts';
import { createContextQueue } from './context-queue.ts';
import { decodeSpeech } from './text-to-speech-codec.ts';

/** A vendor that makes one byte of sound for each text, which is the number that the text is of. */
function createVendor(sent: (frame: Record<string, unknown>) => void) {
  const open = new Map<string, { texts: number[]; isFlushed: boolean }>();
  const waiting: Record<string, unknown>[] = [];
  let most = 0;
  const complete = (id: string, texts: readonly number[]) => {
    for (const byte of texts) waiting.push({ contextId: id, audio: Buffer.from([byte]).toString('base64') });
  };
  return {
    get mostContexts() {
      return most;
    },
    take(frame: Record<string, unknown>) {
      sent(frame);
      const id = String(frame.context_id);
      if (frame.close_context === true) {
        const context = open.get(id);
        if (!context) throw new Error(`no context ${id} to close`);
        if (context.isFlushed) complete(id, context.texts);
        waiting.push({ contextId: id, audio: null, isFinal: true });
        open.delete(id);
      } else if (frame.flush === true) {
        const context = open.get(id);
        if (!context) throw new Error(`no context ${id} to flush`);
        context.isFlushed = true;
      } else {
        const text = String(frame.text);
        if (!open.has(id) && text !== ' ') throw new Error(`context ${id} was not opened`);
        const context = open.get(id) ?? { texts: [], isFlushed: false };
        open.set(id, context);
        if (text.trim() !== '') context.texts.push(Number(text));
      }
      most = Math.max(most, open.size);
    },
    /** Makes the sound that it has text for. */
    work() {
      for (const [id, context] of open) complete(id, context.texts.splice(0));
    },
    next: () => waiting.shift(),
  };
}

const command = fc.oneof(
  { weight: 3, arbitrary: fc.constant('say' as const) },
  { weight: 2, arbitrary: fc.constant('finish' as const) },
  { weight: 2, arbitrary: fc.constant('cancel' as const) },
  { weight: 1, arbitrary: fc.constant('cancel the one before' as const) },
  { weight: 3, arbitrary: fc.constant('work' as const) },
  { weight: 4, arbitrary: fc.constant('hear' as const) },
  { weight: 1, arbitrary: fc.constant('keep-alive' as const) },
);

it('gives each utterance its own sound, once and in order, and cancelled ones none', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 120 }), (commands) => {
      const queue = createContextQueue();
      const vendor = createVendor(() => {});
      let number = 1;
      const cancelled = new Set<number>();
      let finished: number[] = [];
      const saidOf = new Map<number, number>();
      const heardOf = new Map<number, number>();
      const spoken: number[] = [];
      const apply = (steps: SpeakingStep[]) => {
        for (const step of steps) {
          if (step.type === 'send') vendor.take(JSON.parse(step.frame));
          if (step.type === 'sound') {
            expect(step.sound[0]).toBe(step.utterance % 200);
            expect(cancelled).not.toContain(step.utterance);
            heardOf.set(step.utterance, (heardOf.get(step.utterance) ?? 0) + 1);
          }
          if (step.type === 'spoken') spoken.push(step.utterance);
        }
      };
      const hear = () => {
        const frame = vendor.next();
        const decoded = frame ? decodeSpeech(JSON.stringify(frame)) : null;
        if (decoded?.type === 'speech') apply(queue.take(decoded));
        return frame !== undefined;
      };
      const finish = () => {
        apply(queue.finish(number));
        if (saidOf.has(number)) finished.push(number);
        number += 1;
      };
      apply([{ type: 'send', frame: queue.toKeepAlive() }]);
      for (const what of commands) {
        if (what === 'say') {
          saidOf.set(number, (saidOf.get(number) ?? 0) + 1);
          apply(queue.say(number, `${number % 200} `));
        } else if (what === 'finish') finish();
        else if (what === 'cancel') {
          cancelled.add(number);
          apply(queue.cancel(number));
          number += 1;
        } else if (what === 'cancel the one before') {
          const before = number - 1;
          if (!spoken.includes(before)) {
            cancelled.add(before);
            finished = finished.filter((utterance) => utterance !== before);
          }
          apply(queue.cancel(before));
        } else if (what === 'work') vendor.work();
        else if (what === 'hear') hear();
        else apply([{ type: 'send', frame: queue.toKeepAlive() }]);
      }
      finish();
      while (hear()) vendor.work();
      expect(spoken).toEqual(finished);
      for (const utterance of finished) expect(heardOf.get(utterance)).toBe(saidOf.get(utterance));
      expect(vendor.mostContexts).toBeLessThanOrEqual(2);
    }),
    { numRuns: 500 },
  );
});
