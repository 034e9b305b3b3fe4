/** The phone network's in-process face: an application in the same process, in the same (virtual) time, without sockets. */
import type {
  Outside,
  OutsideSocket,
  SocketEvents,
  SocketRequest,
  WebhookRequest,
  WebhookResponse,
} from './outside.ts';

/** The application's end of a socket. */
export interface ApplicationSocket {
  send(text: string): void;
  close(code?: number, reason?: string): void;
  /** Breaks the connection without a word. */
  drop(): void;
}

export interface ApplicationSocketEvents {
  message?(text: string): void;
  closed?(code: number, reason: string): void;
}

export interface Application {
  /** @throws OutsideUnreachable to play an application that is not there */
  webhook(request: WebhookRequest): WebhookResponse | Promise<WebhookResponse>;
  /** A text refuses the socket. */
  socket?(request: SocketRequest, socket: ApplicationSocket): ApplicationSocketEvents | string;
}

export function createInProcessOutside(application: Application): Outside {
  return {
    async requestWebhook(request) {
      return application.webhook(request);
    },
    openSocket: (request, events) => connect(application, request, events),
  };
}

/** Frames and closings arrive a microtask later, in order, as over a wire. */
function connect(application: Application, request: SocketRequest, events: SocketEvents): OutsideSocket {
  let isOpen = true;
  let theirs: ApplicationSocketEvents = {};
  const end = (code: number, reason: string) => {
    if (!isOpen) return;
    isOpen = false;
    queueMicrotask(() => {
      theirs.closed?.(code, reason);
      events.closed({ code, reason });
    });
  };
  const later = (work: () => void) =>
    queueMicrotask(() => {
      if (isOpen) work();
    });
  /** What was sent before a closing still arrives before it. */
  const carry = (deliver: () => void) => {
    if (isOpen) queueMicrotask(deliver);
  };
  const applicationEnd: ApplicationSocket = {
    send: (text) => carry(() => events.message(text)),
    close: (code = 1000, reason = '') => later(() => end(code, reason)),
    drop: () => end(1006, ''),
  };
  later(() => {
    const answer = application.socket?.(request, applicationEnd) ?? 'there is no socket';
    if (typeof answer === 'string') {
      isOpen = false;
      return events.closed({ code: 1006, reason: '', refused: answer });
    }
    theirs = answer;
    events.opened();
  });
  return {
    send: (text) => carry(() => theirs.message?.(text)),
    close: (code, reason) => end(code, reason),
    drop: () => end(1006, ''),
  };
}
