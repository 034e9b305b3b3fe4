/** A voice agent whose every sound and word a test tells; it notes what it is told itself. */
import type { AgentEvent, AgentRequest, VoiceAgent } from '../../ports/voice-agent.ts';

export interface FakeAgent extends VoiceAgent {
  /** The request of the newest conversation. */
  readonly request: AgentRequest;
  tell(...events: AgentEvent[]): void;
  /** Tells a whole reply, each of its words so long. */
  reply(number: number, text: string, wordMs?: number): void;
  /** What we did, in order; the sound that it was given is only counted. */
  acts: unknown[];
  heardBytes: number;
  /** Hears the sound itself. */
  onSound(sound: Uint8Array): void;
  isClosed: boolean;
  /** Whether it can be told what to say. */
  canSay: boolean;
}

export function createFakeAgent(options: { name?: string; canSay?: boolean } = {}): FakeAgent {
  let request: AgentRequest | null = null;
  const agent: FakeAgent = {
    name: options.name ?? 'acme/agent',
    acts: [],
    heardBytes: 0,
    onSound() {},
    isClosed: false,
    canSay: options.canSay ?? true,
    get request() {
      if (!request) throw new Error('nobody asked the agent in');
      return request;
    },
    join(asked) {
      request = asked;
      return {
        hear(sound) {
          agent.heardBytes += sound.length;
          agent.onSound(sound);
        },
        say(text) {
          if (agent.canSay) agent.acts.push({ say: text });
          return agent.canSay;
        },
        instruct(text, respond) {
          agent.acts.push({ instruct: text, respond });
          return respond && agent.canSay;
        },
        hearKeys: (keys) => void agent.acts.push({ keys }),
        toolResult: (result) => void agent.acts.push({ result }),
        heard: (reply, heardMs) => void agent.acts.push({ heard: reply, heardMs }),
        close() {
          agent.isClosed = true;
        },
      };
    },
    tell(...events) {
      for (const event of events) if (!agent.isClosed) agent.request.on(event);
    },
    reply(number, text, wordMs = 200) {
      for (const [at, word] of text.split(/(?<=\s)/u).entries()) {
        agent.tell(
          { type: 'text', reply: number, text: word },
          { type: 'sound', reply: number, sound: new Uint8Array(wordMs * 8).fill(0x40 + number) },
          {
            ...{ type: 'words', reply: number },
            words: [{ word: word.trim(), startMs: at * wordMs, endMs: (at + 1) * wordMs }],
          },
        );
      }
      agent.tell({ type: 'reply-over', reply: number });
    },
  };
  return agent;
}
