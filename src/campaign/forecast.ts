/** When a campaign will have called everybody once more, by its pace and its hours. Pure. */
import type { WhenToCall } from './when-to-call.ts';

export interface ForecastFacts {
  /** Contacts that wait or are being called. */
  left: number;
  callsPerMinute: number;
  atMs: number;
  /** No call begins after it; null: whenever. */
  endsAtMs: number | null;
  /** Whether somebody who waits may be called at a moment, or when. */
  when(atMs: number): WhenToCall;
}

const minute = 60_000;
/** Hours open and close at whole quarters; a look at each is enough for a forecast. */
const quarter = 15 * minute;
/** Looks ahead: more than a month of quarters. */
const mostLooks = 4000;

/** Null when there is no telling, or no end. */
export function expectedEnd({ left, callsPerMinute, atMs, endsAtMs, when }: ForecastFacts): number | null {
  if (left === 0) return atMs;
  if (callsPerMinute <= 0) return null;
  let neededMs = (left / callsPerMinute) * minute;
  let ms = atMs;
  for (let look = 0; look < mostLooks; look += 1) {
    if (endsAtMs !== null && ms >= endsAtMs) return endsAtMs;
    const opens = when(ms);
    if (opens === 'never') return null;
    if (opens !== 'now') {
      ms = opens;
      continue;
    }
    const stretchMs = Math.min(quarter - (ms % quarter), neededMs);
    ms += stretchMs;
    neededMs -= stretchMs;
    if (neededMs <= 0) return Math.min(ms, endsAtMs ?? ms);
  }
  return null;
}
