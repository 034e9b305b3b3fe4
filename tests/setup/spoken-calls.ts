/** A server whose time, and that of its people and vendors, passes quickly alike, so that sound keeps its pace; and what both sides of a call say of it. */
import { expect } from 'vitest';
import type { CallWithTurns } from '../../src/api/contract/calls.ts';
import { createFastClock } from '../../src/base/clock.ts';
import type { SimulatedCallRecord } from '../../src/simulator/call-record.ts';
import { type RunningServer, type ServerOptions, startServer } from './running-server.ts';

/** A frame of sound every 10 ms: what a busy machine still keeps up with. */
const usualSpeed = 2;

export function startSpokenServer({ overrides, ...options }: ServerOptions = {}): Promise<RunningServer> {
  const speed = options.speed ?? usualSpeed;
  const clock = createFastClock(speed);
  return startServer({
    ...options,
    speed,
    overrides: { ...overrides, clock, simulator: { clock, ...overrides?.simulator } },
  });
}

/** Listens from now on; `happened` settles with so many events of this type about any call. */
export async function hearOf(server: RunningServer, type: string, times = 1): Promise<{ happened: Promise<void> }> {
  const leaving = new AbortController();
  const response = await fetch(`${server.url}/v1/live`, { signal: leaving.signal });
  const listen = async () => {
    let text = '';
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += Buffer.from(chunk).toString();
      if (text.split(`event: ${type}\n`).length > times) break;
    }
    leaving.abort();
  };
  return { happened: listen() };
}

const words = (text: string) => text.split(/\s+/).filter((word) => word !== '');

/**
 * Every word that the person heard is in our transcript and no other, and so is every word that the person said. Only
 * the last word before an interruption may be missing: its mark was still under way.
 */
export function expectBothSidesToAgree(call: CallWithTurns, truth: SimulatedCallRecord): void {
  const heard = truth.heard.flatMap(({ text }) => words(text));
  const spoken = call.turns.filter(({ speaker }) => speaker === 'assistant');
  if (!agree(spoken, heard)) expect(spoken.flatMap((turn) => words(turn.heard_text ?? ''))).toEqual(heard);
  const saidToUs = call.turns.filter(({ speaker, text }) => speaker === 'person' && !text.startsWith('[pressed'));
  const said = truth.said.filter(({ reachedApp }) => reachedApp).flatMap(({ text }) => words(text));
  expect(saidToUs.flatMap(({ text }) => words(text))).toEqual(said);
}

function agree([turn, ...later]: CallWithTurns['turns'], heard: string[]): boolean {
  if (!turn) return heard.length === 0;
  const known = words(turn.heard_text ?? '');
  if (known.some((word, index) => heard[index] !== word)) return false;
  if (agree(later, heard.slice(known.length))) return true;
  const next = words(turn.text)[known.length];
  return turn.interrupted && next === heard[known.length] && agree(later, heard.slice(known.length + 1));
}

/** Who spoke, in order, each turn's words as they were heard. */
export function spokenIn(call: CallWithTurns): string[] {
  return call.turns.map(
    ({ speaker, text, heard_text: heard }) => `${speaker}: ${(speaker === 'person' ? text : (heard ?? '')).trim()}`,
  );
}
