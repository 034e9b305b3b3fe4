/** Conversations held by an agent that was made at ElevenLabs: one socket for a call, sound both ways as μ-law. */
import type { CancelTimer, Clock } from '../../base/clock.ts';
import type { OpenSocket } from '../../base/raw-socket.ts';
import { openVendorSocket, type SocketFailure, type VendorSocket } from '../../base/vendor-socket.ts';
import { toVendorFailed } from '../../ports/vendor-failed.ts';
import type { AgentRequest, AgentSession, VoiceAgent } from '../../ports/voice-agent.ts';
import {
  type AgentFrame,
  type AgentOverride,
  agentFrames,
  decodeAgentFrame,
  toEarlierWords,
  toInitiation,
  toPersonSound,
} from './agent-codec.ts';
import { createAgentReplies } from './agent-reply.ts';
import { signUrl } from './sign-url.ts';
import { toSocketUrl } from './wire-forms.ts';

export interface ElevenLabsAgentParts {
  apiKey: string;
  /** Without `/v1`; http or https. */
  baseUrl: string;
  openSocket: OpenSocket;
  fetch: typeof fetch;
  clock: Clock;
  /** The agent where an assistant names none. */
  agentId?: string;
  /** Asks for a signed address first, instead of sending the key to the socket. */
  signedUrl?: boolean;
  /** What an assistant replaces of the agent's settings; nothing unless told. */
  overrides?: readonly AgentOverride[];
}

const vendor = 'elevenlabs';
const path = '/v1/convai/conversation';
/** The only sound that the telephone knows. */
const format = 'ulaw_8000';
/** So many frames in a row that make no sense end the session. */
const mostBadFrames = 5;
/** Sound that waits until the agent is there, in pieces of 20 ms: 18 s. */
const mostHeld = 900;

export function createElevenLabsAgent(parts: ElevenLabsAgentParts): VoiceAgent {
  return { name: `${vendor}/agent`, join: (request) => joinAgent(parts, request) };
}

function joinAgent(parts: ElevenLabsAgentParts, request: AgentRequest): AgentSession {
  let isOver = false;
  const over = (failure: SocketFailure) => {
    if (isOver) return;
    isOver = true;
    talk.stop();
    request.on({ type: 'failed', error: toVendorFailed(vendor, failure) });
  };
  const line = openAgentLine(parts, request, {
    frame: (frame) => talk.hear(frame),
    failed: over,
    ended() {
      if (!talk.isReady) return over({ kind: 'unavailable', message: 'elevenlabs ended before it began.' });
      talk.end();
      isOver = true;
      talk.stop();
      request.on({ type: 'ended' });
    },
  });
  const talk = createAgentTalk(parts.clock, request, line);

  return {
    hear: talk.hearPerson,
    say: () => false,
    instruct(text) {
      line.send(agentFrames.context(text));
      // It speaks when it is its turn.
      return false;
    },
    hearKeys: talk.hearKeys,
    toolResult: (result) => line.send(agentFrames.toolResult(result)),
    // It goes by its own estimate of what was heard.
    heard() {},
    close() {
      isOver = true;
      talk.stop();
      line.close();
    },
  };
}

interface AgentLine {
  send(frame: string): void;
  fail(failure: SocketFailure): void;
  close(): void;
}

interface LineEars {
  frame(frame: AgentFrame): void;
  failed(failure: SocketFailure): void;
  ended(): void;
}

/** The socket, and before it the signature of its address where one is asked for. */
function openAgentLine(parts: ElevenLabsAgentParts, request: AgentRequest, ears: LineEars): AgentLine {
  const { clock, openSocket } = parts;
  const abort = new AbortController();
  let socket: VendorSocket | null = null;
  let badFrames = 0;

  const take = (data: string | Uint8Array) => {
    const frame = decodeAgentFrame(data);
    badFrames = frame ? 0 : badFrames + 1;
    if (frame?.type === 'failed') return line.fail(frame.failure);
    if (frame) return ears.frame(frame);
    if (badFrames < mostBadFrames) return;
    line.fail({ kind: 'broken-stream', message: 'elevenlabs sends what makes no sense.' });
  };
  const open = (target: { url: string; headers: Record<string, string> }) =>
    openVendorSocket({
      ...{ vendor, openSocket, clock, target },
      hello: [toInitiation(request, parts.overrides ?? [])],
      on(event) {
        if (event.type === 'message') return take(event.data);
        return event.type === 'ended' ? ears.ended() : ears.failed(event.error);
      },
    });
  const begin = async (agentId: string | undefined) => {
    if (!agentId) {
      await Promise.resolve();
      const message = 'no ElevenLabs agent is named: set ELEVENLABS_AGENT_ID, or name one in the assistant.';
      return abort.signal.aborted ? undefined : ears.failed({ kind: 'refused', message });
    }
    const signed = await signUrl({ ...parts, signal: abort.signal }, agentId);
    if (abort.signal.aborted) return;
    if (typeof signed !== 'string') return ears.failed(signed);
    socket = open({ url: signed, headers: {} });
  };

  const agentId = request.agentId ?? parts.agentId;
  if (agentId && !parts.signedUrl) {
    const query = new URLSearchParams({ agent_id: agentId });
    socket = open({ url: toSocketUrl(parts.baseUrl, path, query), headers: { 'xi-api-key': parts.apiKey } });
  } else {
    void begin(agentId);
  }
  const line: AgentLine = {
    // Before the agent is there, nothing is sent that could be lost.
    send: (frame) => socket?.send(frame),
    fail: (failure) => socket?.fail(failure),
    close() {
      abort.abort();
      socket?.close();
    },
  };
  return line;
}

/** What goes on in the conversation, frame by frame. */
function createAgentTalk(clock: Clock, request: AgentRequest, line: AgentLine) {
  const pongs = new Set<CancelTimer>();
  let held: Uint8Array[] = [];
  let isReady = false;
  const replies = createAgentReplies(clock, request.on);

  const begin = (frame: Extract<AgentFrame, { type: 'metadata' }>) => {
    if (isReady) return;
    const wrong = toFormatProblem(frame);
    if (wrong !== null) return line.fail({ kind: 'refused', message: wrong });
    isReady = true;
    const earlier = toEarlierWords(request);
    if (earlier !== null) line.send(agentFrames.context(earlier));
    for (const sound of held) line.send(toPersonSound(sound));
    held = [];
    request.on({ type: 'ready' });
  };
  const answerPing = (eventId: number, delayMs: number) => {
    const cancel = clock.startTimer(delayMs, () => {
      pongs.delete(cancel);
      line.send(agentFrames.pong(eventId));
    });
    pongs.add(cancel);
    request.on({ type: 'alive' });
  };

  return {
    get isReady() {
      return isReady;
    },
    end: replies.close,
    stop() {
      replies.stop();
      held = [];
      for (const cancel of pongs) cancel();
      pongs.clear();
    },
    hearPerson(sound: Uint8Array) {
      if (isReady) return line.send(toPersonSound(sound));
      held.push(sound);
      if (held.length > mostHeld) held.shift();
    },
    hearKeys(digits: string) {
      replies.cut(replies.newestEvent);
      line.send(agentFrames.typed(`[pressed ${digits}]`));
    },
    hear(frame: AgentFrame) {
      switch (frame.type) {
        case 'metadata':
          return begin(frame);
        case 'sound':
          return replies.sound(frame);
        case 'text':
          return replies.text(frame.text);
        case 'interruption':
          replies.cut(frame.eventId);
          return request.on({ type: 'interrupted' });
        case 'person-said':
          return request.on({ type: 'person-said', text: frame.text });
        case 'ping':
          return answerPing(frame.eventId, frame.delayMs);
        case 'tool-called':
          return request.on({ type: 'tool-called', call: frame.call });
        case 'skipped':
          return replies.skip();
        default:
          return request.on({ type: 'alive' });
      }
    },
  };
}

/** Null for none. */
function toFormatProblem({ agentFormat, personFormat }: Extract<AgentFrame, { type: 'metadata' }>): string | null {
  if (agentFormat !== format) {
    return `the ElevenLabs agent speaks ${agentFormat}: set its TTS output format to "${format}" (μ-law 8000 Hz).`;
  }
  if (personFormat !== format) {
    return `the ElevenLabs agent hears ${personFormat}: set its user input audio format to "${format}" (μ-law 8000 Hz).`;
  }
  return null;
}
