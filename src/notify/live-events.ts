/** The stream of events as they happen in this process; what is stored is never waiting for who listens. */
import type { EventRow } from '../store/events.ts';

export type EventListener = (event: EventRow) => void;

export interface LiveEvents {
  publish(events: readonly EventRow[]): void;
  /** Hears every event from now on; the returned function ends that. */
  subscribe(listener: EventListener): () => void;
}

export function createLiveEvents(): LiveEvents {
  const listeners = new Set<EventListener>();
  return {
    publish(events) {
      for (const event of events) for (const listener of listeners) listener(event);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
