/** Hears of everything that happens, as it happens, and has what is shown of it read again. */
import type { QueryClient } from '@tanstack/react-query';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { useSyncExternalStore } from 'react';
import { type EventResource, eventSchema } from '../../../src/api/contract/calls.ts';
import { send } from './session.ts';

/** The server says something every 15 s. */
const quietMs = 40_000;
const retryMs = [1000, 2000, 5000, 10_000];

let isLive = false;
const listeners = new Set<() => void>();

function setLive(next: boolean): void {
  if (isLive === next) return;
  isLive = next;
  for (const listener of listeners) listener();
}

export function useIsLive(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isLive,
  );
}

/** Listens until it is told to stop, and comes back whenever the stream breaks. */
export function watchLive(client: QueryClient): () => void {
  const leaving = new AbortController();
  const refresh = createRefresher(client);
  const run = async () => {
    for (let tries = 0; !leaving.signal.aborted; tries += 1) {
      try {
        await listen(leaving.signal, (event) => {
          tries = 0;
          refresh(event);
        });
      } catch {}
      setLive(false);
      await pause(retryMs[Math.min(tries, retryMs.length - 1)] ?? 1000);
      if (!leaving.signal.aborted) void client.invalidateQueries();
    }
  };
  void run();
  return () => leaving.abort();
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function listen(signal: AbortSignal, hear: (event: EventResource) => void): Promise<void> {
  const quiet = new AbortController();
  let timer = setTimeout(() => quiet.abort(), quietMs);
  const stayAwake = () => {
    clearTimeout(timer);
    timer = setTimeout(() => quiet.abort(), quietMs);
  };
  try {
    const answer = await send('/v1/live', { signal: AbortSignal.any([signal, quiet.signal]) });
    if (!answer.ok || !answer.body) throw new Error(`no live events: ${answer.status}`);
    setLive(true);
    const parser = new EventSourceParserStream({ onComment: stayAwake });
    const reader = answer.body.pipeThrough(new TextDecoderStream()).pipeThrough(parser).getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      stayAwake();
      const event = eventSchema.safeParse(JSON.parse(next.value.data));
      if (event.success) hear(event.data);
    }
  } finally {
    clearTimeout(timer);
  }
}

/** Many events in a moment are one reason to read again. */
function createRefresher(client: QueryClient): (event: EventResource) => void {
  const due = new Map<string, ReturnType<typeof setTimeout>>();
  const soon = (key: readonly string[], ms: number) => {
    const name = key.join(' ');
    if (due.has(name)) return;
    const again = () => {
      due.delete(name);
      void client.invalidateQueries({ queryKey: key });
    };
    due.set(name, setTimeout(again, ms));
  };
  return ({ type, call_id }) => {
    if (call_id) soon(['call', call_id], 120);
    if (type !== 'turn.completed') soon(['calls'], 600);
    if (/^call\./.test(type)) soon(['figures'], 1500);
    if (/^campaign\./.test(type) || type === 'call.ended') {
      soon(['campaigns'], 1500);
      soon(['campaign'], 1000);
    }
  };
}
