/** Who listens to which channel. */
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { NotificationListener } from './database-session.ts';

export interface ListenerBook {
  /** Says whether the channel is new. */
  add(channel: string, listener: NotificationListener): 'first' | 'another';
  /** Says whether nobody listens to the channel any more. */
  remove(channel: string, listener: NotificationListener): 'last' | 'others-remain';
  tell(channel: string, payload: string): void;
  /** The channels somebody listens to. */
  channels(): string[];
}

export function createListenerBook(log: Logger): ListenerBook {
  const book = new Map<string, Set<NotificationListener>>();
  return {
    add(channel, listener) {
      const listeners = book.get(channel);
      book.set(channel, (listeners ?? new Set()).add(listener));
      return listeners ? 'another' : 'first';
    },
    remove(channel, listener) {
      const listeners = book.get(channel);
      listeners?.delete(listener);
      if (!listeners || listeners.size > 0) return 'others-remain';
      book.delete(channel);
      return 'last';
    },
    tell(channel, payload) {
      for (const listener of book.get(channel) ?? []) {
        try {
          listener(payload);
        } catch (error) {
          log.error({ channel, error: messageOf(error) }, 'a notification listener failed');
        }
      }
    },
    channels: () => [...book.keys()],
  };
}
