/** An audio line on a fake clock and a carrier that plays, for tests. */
import { frameBytes } from '../../../../audio/telephone-frame.ts';
import { createFakeClock } from '../../../../base/clock.ts';
import { silentLogger } from '../../../../base/log.ts';
import { plainMediaCodec } from '../../../testing/fake-carrier.ts';
import { createAudioLine, type LineEvent } from '../audio-line.ts';
import type { CallRecorder } from '../call-recorder.ts';
import { createPacer } from '../pacer.ts';
import { createPlayingCarrier } from './playing-carrier.ts';

export function startLine(options: { latencyMs?: number; recorder?: CallRecorder } = {}) {
  const clock = createFakeClock();
  const carrier = createPlayingCarrier(clock, options.latencyMs);
  const events: LineEvent[] = [];
  const hooks: { on(event: LineEvent): void } = { on() {} };
  const line = createAudioLine({
    ...{ callId: 'call_1', streamSid: 'MZ1', socket: carrier.socket, codec: plainMediaCodec },
    ...{ clock, pacer: createPacer(clock), log: silentLogger, recorder: options.recorder ?? null },
    on(event) {
      events.push(event);
      hooks.on(event);
    },
  });
  return {
    ...{ clock, carrier, line, events, hooks },
    /** Everything told but the sound itself. */
    told: () => events.filter(({ type }) => type !== 'sound'),
    frames: () => carrier.sent.filter(({ type }) => type === 'audio').length,
  };
}

/** So many frames of sound that say whose they are: the utterance, and their number in it. */
export function toSound(utterance: number, frames: number, from = 0): Uint8Array {
  const sound = Buffer.alloc(frames * frameBytes, 0x55);
  for (let frame = 0; frame < frames; frame += 1) {
    sound.writeUInt16BE(utterance, frame * frameBytes);
    sound.writeUInt16BE(from + frame, frame * frameBytes + 2);
  }
  return new Uint8Array(sound);
}

export function fromSound(frame: Uint8Array): { utterance: number; index: number } {
  const bytes = Buffer.from(frame);
  return { utterance: bytes.readUInt16BE(0), index: bytes.readUInt16BE(2) };
}
