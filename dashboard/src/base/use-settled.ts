/** A value as it was when it had not changed for a while. */
import { useEffect, useRef, useState } from 'react';

export function useSettled<T>(value: T, afterMs: number): T {
  const [settled, setSettled] = useState(value);
  const newest = useRef(value);
  newest.current = value;
  const written = JSON.stringify(value);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is written the same is the same.
  useEffect(() => {
    const timer = setTimeout(() => setSettled(newest.current), afterMs);
    return () => clearTimeout(timer);
  }, [written, afterMs]);
  return settled;
}
