/** Asks the Realtime API for responses: never for a second one while one runs, and only for the newest that is wanted. */
import { cancelResponse, type ResponseOrder, toResponse } from './realtime-codec.ts';

export interface ResponseOrders {
  /** What the response that runs was asked for; the vendor's own ones were asked for nothing special. */
  readonly current: ResponseOrder;
  /** What waits until the running response is over. */
  readonly waiting: ResponseOrder | null;
  want(order: ResponseOrder): void;
  /** In the place of whatever runs or is about to. */
  wantInstead(order: ResponseOrder): void;
  /** A response has begun; false when it is to be cancelled at once. */
  began(): boolean;
  over(): void;
  /** Our request did not become a response; `tooEarly`: it may be made again later. */
  refused(eventId: string | null, tooEarly: boolean): void;
}

export function createResponseOrders(send: (frame: string) => void): ResponseOrders {
  let count = 0;
  let isRunning = false;
  let isUnwanted = false;
  let current: ResponseOrder = {};
  let waiting: ResponseOrder | null = null;
  /** The newest that was asked for; `isPending` until a response begins. */
  let asked: { eventId: string; order: ResponseOrder } | null = null;
  let isPending = false;

  const flush = () => {
    if (!waiting || isRunning || isPending) return;
    count += 1;
    asked = { eventId: `order-${count}`, order: waiting };
    isPending = true;
    waiting = null;
    send(toResponse(asked.eventId, asked.order));
  };
  const want = (order: ResponseOrder) => {
    waiting = order;
    flush();
  };

  return {
    get current() {
      return current;
    },
    get waiting() {
      return waiting;
    },
    want,
    wantInstead(order) {
      if (isRunning) send(cancelResponse);
      isUnwanted = isPending;
      want(order);
    },
    began() {
      current = (isPending && asked?.order) || {};
      isRunning = true;
      isPending = false;
      const wasUnwanted = isUnwanted;
      isUnwanted = false;
      if (wasUnwanted) send(cancelResponse);
      return !wasUnwanted;
    },
    over() {
      isRunning = false;
      flush();
    },
    refused(eventId, tooEarly) {
      if (!asked || (eventId !== asked.eventId && !(tooEarly && eventId === null))) return;
      if (tooEarly && !isUnwanted) waiting ??= asked.order;
      asked = null;
      isPending = false;
      isUnwanted = false;
      flush();
    },
  };
}
