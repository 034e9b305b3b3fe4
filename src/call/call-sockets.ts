/** Every socket that the carrier may open to us: under which path, with what right, and what is held on it. */
import { messageOf } from '../base/errors.ts';
import { findCall, isStreamAwaited } from '../store/calls.ts';
import { everyone } from '../store/reach.ts';
import { awaitStart, type StartedStream } from './answer/await-start.ts';
import { type OpenedSession, openOnlySession, openSession } from './answer/open-session.ts';
import type { SessionTokens } from './answer/session-token.ts';
import { holdLineConversation, type LineConversationParts } from './hold-line-conversation.ts';
import { holdRelayConversation } from './hold-relay-conversation.ts';
import type { TextSocket } from './text-socket.ts';

export interface SocketRoute {
  /** Matches the whole path, without a query; its named groups are what `admit` is given. */
  pattern: RegExp;
  /** A line on which nothing is heard for this long is broken. */
  idleMs: number;
  /** What to do with a socket that has the right to be there; null refuses it before it is opened. */
  admit(named: Record<string, string>): Promise<BeginSession | null>;
}

/** Settles when the socket is known to be a call's, or was closed because it is not. */
export type BeginSession = (socket: TextSocket) => Promise<void>;

export interface CallSocketParts extends LineConversationParts {
  tokens: SessionTokens;
  /** Paths without a trailing slash. */
  relayPath: string;
  streamPath: string;
}

export interface CallSockets {
  routes: SocketRoute[];
  /** Settles when nothing is held any more. */
  idle(): Promise<void>;
}

/** Under which the media streams of the form `POST /call-customer` are opened, as its documentation says. */
export const mediaStreamPath = '/media-stream';

/** The path of one call's media stream. */
export const mediaStreamPathOf = (verification: number, callId: string) =>
  `${mediaStreamPath}/${String(verification)}/${encodeURIComponent(callId)}`;

/** The relay is quiet while nobody speaks, but answers pings; a stream carries sound all the time. */
const relayIdleMs = 45_000;
const streamIdleMs = 15_000;

export function createCallSockets(parts: CallSocketParts): CallSockets {
  const { store, log } = parts;
  const held = new Set<Promise<void>>();

  const hold = (callId: string, socket: TextSocket, work: Promise<void>) => {
    const holding = work.catch((error: unknown) => {
      log.error({ callId, reason: messageOf(error) }, 'conversation failed');
      socket.close(1011, 'server fault');
    });
    held.add(holding);
    void holding.then(() => held.delete(holding));
  };
  const start = (socket: TextSocket) => awaitStart({ socket, codec: parts.carrier.media, clock: parts.clock });

  const relay: SocketRoute = {
    pattern: new RegExp(`^${parts.relayPath}/(?<callId>\\w{1,100})/(?<token>[\\w-]{1,100})$`),
    idleMs: relayIdleMs,
    async admit({ callId = '', token = '' }) {
      const session = await openSession({ ...parts, db: store.db }, { callId, token });
      if (!session) return null;
      return async (socket) => hold(callId, socket, holdRelayConversation(parts, { ...session, socket }));
    },
  };

  const mediaStream: SocketRoute = {
    pattern: new RegExp(`^${mediaStreamPath}/(?<verification>-?\\d[\\d.e+-]{0,30})/(?<callId>\\w{1,100})$`),
    idleMs: streamIdleMs,
    async admit({ callId = '', verification = '' }) {
      const session = await openOnlySession(store.db, { callId, verification });
      if (!session) return null;
      return async (socket) => {
        const stream = await start(socket);
        const call = stream && (await bind(parts, session, stream));
        if (call && stream)
          return hold(callId, socket, holdLineConversation(parts, { call, stream, number: session.number }));
        socket.close(1008, 'not the stream of this call');
        await parts.runner.apply(callId, { type: 'session-closed', clean: false });
      };
    },
  };

  const streams: SocketRoute = {
    pattern: new RegExp(`^${parts.streamPath}$`),
    idleMs: streamIdleMs,
    async admit() {
      // The documented URL has no room for the token, which comes with the stream's first message.
      if (!(await isStreamAwaited(store.db, new Date(parts.clock.now())))) return null;
      return async (socket) => {
        const stream = await start(socket);
        const session = stream && (await openSession({ ...parts, db: store.db }, toClaim(stream)));
        if (!session) return socket.close(1008, 'no right to a call');
        const { call } = session;
        hold(call.id, socket, holdLineConversation(parts, { call, stream, number: session.number }));
      };
    },
  };

  return {
    routes: [relay, mediaStream, streams],
    async idle() {
      while (held.size > 0) await Promise.all(held);
    },
  };
}

/** Whose stream it is says the call's own record; what the stream says is only compared with it. */
function toClaim({ parameters, carrierSid }: StartedStream) {
  const own = (name: string) => (Object.hasOwn(parameters, name) ? (parameters[name] ?? '') : '');
  return { callId: own('callId'), token: own('token'), carrierSid };
}

/** The call on this line; null when the line is another's. It may be the first to tell the carrier's id of the call. */
async function bind(parts: CallSocketParts, { call }: OpenedSession, { carrierSid }: StartedStream) {
  const { db } = parts.store;
  const owner = await findCall(db, everyone, carrierSid);
  if (owner) return owner.id === call.id ? owner : null;
  if ((await findCall(db, everyone, call.id))?.carrier_sid !== null) return null;
  await parts.runner.apply(call.id, { type: 'carrier-reported', carrierSid, status: 'in_progress', error: null });
  const bound = await findCall(db, everyone, call.id);
  return bound?.carrier_sid === carrierSid ? bound : null;
}
