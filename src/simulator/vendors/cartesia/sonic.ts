/** Simulated Cartesia Sonic (tts/websocket): contexts of speech, each with its words' times. */
import { createIdleWatch, type IdleWatch } from '../idle-watch.ts';
import { parseObject, toComplaint } from '../parse-message.ts';
import type { SocketEndpoint, VendorParts, VendorSession, VendorSocket } from '../vendor.ts';
import { createSonicContext, type SonicContext } from './sonic-context.ts';
import { cancelOrder, type SonicOrder, sonicOrder } from './sonic-order.ts';
import { toErrorMessage } from './wire-values.ts';

const idleMs = 300_000;

class SonicSession implements VendorSession {
  readonly #socket: VendorSocket;
  readonly #parts: VendorParts;
  readonly #contexts = new Map<string, SonicContext>();
  readonly #idle: IdleWatch;

  constructor(socket: VendorSocket, parts: VendorParts) {
    this.#socket = socket;
    this.#parts = parts;
    this.#idle = createIdleWatch(parts.clock, idleMs, () => socket.close(1000, 'idle'));
  }

  message(data: string | Uint8Array): void {
    this.#idle.touch();
    const message = parseObject(data);
    const cancelled = cancelOrder.safeParse(message).data;
    if (cancelled) return this.#cancel(cancelled.context_id);
    const { data: order, error } = sonicOrder.safeParse(message);
    const contextId = typeof message?.context_id === 'string' ? message.context_id : undefined;
    if (!order) return this.#socket.send(toErrorMessage(400, toComplaint(error), contextId));
    this.#take(order);
  }

  closed(): void {
    this.#idle.stop();
    for (const context of this.#contexts.values()) context.stop();
  }

  #take(order: SonicOrder): void {
    const { context_id: id } = order;
    const open = this.#contexts.get(id);
    if (open && !open.fits(order)) {
      return this.#socket.send(toErrorMessage(400, 'only transcript, continue and flush may change in a context', id));
    }
    const context = open ?? this.#open(order);
    this.#contexts.set(id, context);
    context.take(order);
  }

  #open(order: SonicOrder): SonicContext {
    return createSonicContext(this.#parts, order, {
      send: (message) => this.#socket.send(JSON.stringify(message)),
      over: () => this.#contexts.delete(order.context_id),
    });
  }

  #cancel(id: string): void {
    this.#contexts.get(id)?.cancel();
    this.#contexts.delete(id);
  }
}

export const sonic: SocketEndpoint = {
  ...{ vendor: 'cartesia', kind: 'tts', path: /^\/tts\/websocket(?:\?|$)/u },
  open: (socket, _request, parts) => new SonicSession(socket, parts),
};
