/** For tests: one client of simulated agents in virtual time, which sends and gets frames as they are on the wire. */
import { setImmediate } from 'node:timers/promises';
import { bytesPerMs, mulawSilence } from '../../../../audio/mulaw.ts';
import { createWordEar, type WordEvent, writeWords } from '../../../../audio/word-bits.ts';
import { createFakeClock, type FakeClock } from '../../../../base/clock.ts';
import { createSeededRandom } from '../../../../base/random.ts';
import type { RawSocket, RawSocketEnd } from '../../../../base/raw-socket.ts';
import { sketchSpeech } from '../../../voices/sketch-voice.ts';
import { createInProcessFetch, createInProcessSockets } from '../../in-process-vendors.ts';
import type { Brain, VendorDelays, VendorParts } from '../../vendor.ts';
import { createVendorFaults } from '../../vendor-faults.ts';
import { createSwitchboard } from '../../vendor-switchboard.ts';
import { createAgentEndpoints, type SimulatedAgent } from '../agent-endpoints.ts';

export type Frame = Record<string, unknown> & { type: string };

export const frameMs = 20;
const stepMs = 10;

export function frames(all: readonly Frame[], ...types: string[]): Frame[] {
  return all.filter(({ type }) => types.includes(type));
}

/** The whole words in a sound. */
export function wordsIn(sound: Uint8Array): string[] {
  const words: string[] = [];
  const ear = createWordEar(({ type, text }: WordEvent) => {
    if (type === 'word-heard') words.push(text);
  });
  ear.hear(sound);
  return words;
}

/** Speech of a person with its words in it. */
export function toSpeech(text: string): Uint8Array {
  return writeWords(sketchSpeech(text, 'person')).sound;
}

export function toSilence(ms: number): Uint8Array {
  return new Uint8Array(ms * bytesPerMs).fill(mulawSilence);
}

/** Answers by what was said last, and tells all that it was asked. */
export function createTestBrain(): { brain: Brain; asked: Parameters<Brain>[0][] } {
  const asked: Parameters<Brain>[0][] = [];
  return {
    asked,
    async *brain(talk) {
      asked.push(talk);
      const last = talk.said.at(-1);
      const text = last?.text ?? '';
      if (!last) yield { type: 'text', text: 'Good morning, what is it about?' };
      else if (last.by === 'tool') yield { type: 'text', text: `I found this: ${text}.` };
      else if (text.includes('broken')) throw new Error('the brain is broken');
      else if (text.includes('quietly')) yield { type: 'tool', name: 'look_up', argumentsJson: '{"day":"Monday"}' };
      else if (text.includes('free')) {
        yield* [
          { type: 'text' as const, text: 'Let me ' },
          { type: 'text' as const, text: 'look.' },
        ];
        yield { type: 'tool', name: 'look_up', argumentsJson: '{"day":"Monday"}' };
      } else if (text.includes('bye')) {
        yield { type: 'text', text: 'Thank you and goodbye.' };
        yield { type: 'tool', name: 'hang_up', argumentsJson: '{"reason":"done"}' };
      } else yield { type: 'text', text: `You said this: ${text}` };
    },
  };
}

export interface AgentWire {
  clock: FakeClock;
  /** What came, in order. */
  got: Frame[];
  asked: Parameters<Brain>[0][];
  ends: RawSocketEnd[];
  fetch: typeof fetch;
  /** In JSON, unless it is text already. */
  send(message: unknown): void;
  /** Lets time pass, so that everything that waits on promises gets its turn. */
  pass(ms: number): Promise<void>;
  /** Speaks at the telephone's pace, then is silent for a while; `toFrame` wraps the sound. */
  speak(sound: Uint8Array, toFrame: (base64: string) => unknown): Promise<void>;
  connect(target: { path: string; headers: Record<string, string> }): Promise<void>;
  close(): Promise<void>;
}

export function createAgentWire(
  { agents = [], delays = {} }: { agents?: readonly SimulatedAgent[]; delays?: Partial<VendorDelays> } = {},
  base = 'ws://vendors.test',
): AgentWire {
  const clock = createFakeClock();
  const { brain, asked } = createTestBrain();
  const parts: VendorParts = {
    ...{ clock, brain, random: createSeededRandom(7), faults: createVendorFaults() },
    synthesize: async (text, voice) => sketchSpeech(text, voice),
    delays: { firstSoundMs: 80, soundSpeed: 10, ...delays },
  };
  const endpoints = createAgentEndpoints({ agents });
  const switchboard = createSwitchboard(parts, { endpoints, rightKey: () => null });
  const openSocket = createInProcessSockets(switchboard);
  const got: Frame[] = [];
  const ends: RawSocketEnd[] = [];
  let socket: RawSocket | null = null;
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= stepMs) {
      clock.advance(Math.min(left, stepMs));
      await setImmediate();
    }
  };
  const send = (message: unknown) => socket?.send(typeof message === 'string' ? message : JSON.stringify(message));
  return {
    ...{ clock, got, ends, asked, pass, send, fetch: createInProcessFetch(switchboard, parts) },
    async speak(sound, toFrame) {
      for (let at = 0; at < sound.length; at += frameMs * bytesPerMs) {
        send(toFrame(Buffer.from(sound.subarray(at, at + frameMs * bytesPerMs)).toString('base64')));
        await pass(frameMs);
      }
    },
    async connect({ path, headers }) {
      const url = path.includes('://') ? path : `${base}${path}`;
      socket = openSocket(
        { url, headers },
        {
          opened() {},
          message: (data) => got.push(JSON.parse(String(data)) as Frame),
          closed: (end) => ends.push(end),
        },
      );
      await setImmediate();
    },
    async close() {
      socket?.close(1000, '');
      await setImmediate();
      switchboard.stop();
    },
  };
}
