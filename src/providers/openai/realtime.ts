/** Conversations held by OpenAI's Realtime API: one socket for a call, sound both ways in the telephone's own format. */
import type { Clock } from '../../base/clock.ts';
import type { OpenSocket } from '../../base/raw-socket.ts';
import { openVendorSocket, type SocketFailure } from '../../base/vendor-socket.ts';
import { toVendorFailed } from '../../ports/vendor-failed.ts';
import type { AgentRequest, AgentSession, VoiceAgent } from '../../ports/voice-agent.ts';
import {
  decode,
  type RealtimeEvent,
  toAppend,
  toHistory,
  toMessageItem,
  toSessionUpdate,
  toTruncation,
} from './realtime-codec.ts';
import { createRealtimeTalk } from './realtime-talk.ts';

export interface RealtimeParts {
  apiKey: string;
  /** Up to and including `/v1`; http or https. */
  baseUrl: string;
  openSocket: OpenSocket;
  clock: Clock;
  /** Default `gpt-realtime-2.1`. */
  model?: string;
  /** Where an assistant names no voice; default `marin`. */
  voice?: string;
  /** What writes down what the person says; default `gpt-live-transcribe`. */
  transcriptionModel?: string;
}

const vendor = 'openai';
/** So many frames in a row that make no sense end the session. */
const mostBadFrames = 5;

export function createRealtimeAgent(parts: RealtimeParts): VoiceAgent {
  const settings = {
    model: parts.model ?? 'gpt-realtime-2.1',
    voice: parts.voice ?? 'marin',
    transcriptionModel: parts.transcriptionModel ?? 'gpt-live-transcribe',
  };
  const url = `${parts.baseUrl.replace(/^http/u, 'ws')}/realtime?model=${encodeURIComponent(settings.model)}`;
  return {
    name: `openai/${settings.model}`,
    join: (request) => {
      const hello = [toSessionUpdate(request, settings), ...toHistory(request.messages)];
      const { openSocket, clock } = parts;
      const target = { url, headers: { Authorization: `Bearer ${parts.apiKey}` } };
      return joinSession(request, (hear) =>
        openVendorSocket({
          ...{ vendor, openSocket, clock, target, hello },
          on(event) {
            if (event.type === 'message') return hear.message(event.data);
            // A conversation of this vendor ends when we close it; anything else is a failure.
            if (event.type === 'ended')
              return hear.over({ kind: 'unavailable', message: 'OpenAI closed the session.' });
            hear.over(event.error);
          },
        }),
      );
    },
  };
}

interface SocketEars {
  message(data: string | Uint8Array): void;
  over(failure: SocketFailure): void;
}

interface OpenLine {
  send(data: string): void;
  fail(failure: SocketFailure): void;
  close(): void;
}

function joinSession(request: AgentRequest, open: (ears: SocketEars) => OpenLine): AgentSession {
  let isOver = false;
  let isReady = false;
  let badFrames = 0;
  const fail = (failure: SocketFailure) => socket.fail(failure);
  const socket: OpenLine = open({
    message(data) {
      const event = typeof data === 'string' ? decode(data) : undefined;
      if (event) hear(event);
      badFrames = event === undefined ? badFrames + 1 : 0;
      if (badFrames >= mostBadFrames) fail({ kind: 'broken-stream', message: 'OpenAI sends what makes no sense.' });
    },
    over(failure) {
      if (isOver) return;
      isOver = true;
      request.on({ type: 'failed', error: toVendorFailed(vendor, failure) });
    },
  });
  const talk = createRealtimeTalk(request, { send: (frame) => socket.send(frame), fail });

  const begin = () => {
    if (isReady) return;
    isReady = true;
    request.on({ type: 'ready' });
    if (request.greeting !== null) talk.want({ instructions: exactly(request.greeting) });
    else if (!request.personSpeaksFirst) talk.want({});
  };
  const hear = (event: RealtimeEvent) => {
    if (isOver) return;
    if (event.type === 'configured') return begin();
    if (event.type !== 'error') return talk.hear(event);
    if (event.kind === 'busy-talking' || event.regarding !== null) {
      talk.refused(event.regarding, event.kind === 'busy-talking');
    }
    if (event.kind === 'busy-talking') return;
    // Before the session stands, an error is about its settings: the same again would fail again.
    const kind = event.kind === 'harmless' && !isReady ? 'refused' : event.kind;
    if (kind !== 'harmless') fail({ kind, message: event.message });
  };

  return {
    hear: (sound) => socket.send(toAppend(sound)),
    say(text) {
      if (isOver || !isReady) return false;
      talk.wantInstead({ instructions: exactly(text) });
      return true;
    },
    instruct(text, respond) {
      socket.send(toMessageItem('system', text));
      if (!respond || isOver || !isReady) return false;
      talk.wantInstead({});
      return true;
    },
    hearKeys(digits) {
      socket.send(toMessageItem('user', `[pressed ${digits}]`));
      talk.wantInstead({});
    },
    toolResult: ({ id, content }) => talk.toolResult(id, content),
    heard(number, heardMs) {
      for (const cut of talk.cutsAt(number, heardMs)) socket.send(toTruncation(cut.item, cut.audioEndMs));
    },
    close() {
      isOver = true;
      socket.close();
    },
  };
}

const exactly = (text: string) =>
  `Say exactly the following to the person, word for word, and nothing else: ${JSON.stringify(text)}`;
