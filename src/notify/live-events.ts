/** The stream of events as they happen in this process; what is stored is never waiting for who listens. */
import { messageOf } from '../base/errors.ts';
import { type Logger, silentLogger } from '../base/log.ts';
import type { EventRow } from '../store/events.ts';
import { inBackground } from '../store/urgency.ts';

export type EventListener = (event: EventRow) => void;

export interface LiveEvents {
  publish(events: readonly EventRow[]): void;
  /** Hears every event from now on; the returned function ends that. */
  subscribe(listener: EventListener): () => void;
}

/**
 * A listener that fails disturbs neither the others nor the call that the event is about; what it begins is not what
 * whoever caused the event waits for.
 */
export function createLiveEvents(log: Logger = silentLogger): LiveEvents {
  const listeners = new Set<EventListener>();
  const tell = (listener: EventListener, event: EventRow) => {
    try {
      listener(event);
    } catch (error) {
      log.error({ callId: event.call_id, reason: messageOf(error) }, 'listener to live events failed');
    }
  };
  return {
    publish(events) {
      inBackground(() => {
        for (const event of events) for (const listener of listeners) tell(listener, event);
      });
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
