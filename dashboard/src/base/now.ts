/** The time, now and again and again. */
import { useEffect, useState } from 'react';

export const readClock = () => Date.now();

export function useNow(everyMs: number): number {
  const [nowMs, setNowMs] = useState(readClock);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(readClock()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return nowMs;
}
