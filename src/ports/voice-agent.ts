/** What we ask of a vendor that holds the conversation itself: sound in, sound out, with what was said and done. */
import type { ChatMessage, ToolCall, ToolDefinition } from './language-model.ts';
import type { WordTime } from './text-to-speech.ts';
import type { VendorFailed } from './vendor-failed.ts';

export interface VoiceAgent {
  /** Vendor and kind, for example `openai/gpt-realtime-2.1` or `elevenlabs/agent`. */
  name: string;
  /** Opens the agent for one call; connecting goes on behind. Never throws. */
  join(request: AgentRequest): AgentSession;
}

export interface AgentRequest {
  /** Instructions, and what was said before when a conversation goes on. */
  messages: readonly ChatMessage[];
  tools: readonly ToolDefinition[];
  /** Said first, word for word; null: it finds its own first words. */
  greeting: string | null;
  /** Whether it waits for the person's first words. */
  personSpeaksFirst: boolean;
  language: string;
  /** As the vendor names it; null: its usual one. */
  voice: string | null;
  /** An agent that was made at the vendor, where it has such. */
  agentId: string | null;
  /** Values for that agent's own templates. */
  dynamicVariables: Readonly<Record<string, string | number | boolean>>;
  on(event: AgentEvent): void;
  /** Told as it comes by vendors that charge for tokens. */
  onTokens?(tokens: AgentTokens): void;
}

export interface AgentTokens {
  textInput: number;
  textOutput: number;
  audioInput: number;
  audioOutput: number;
  /** Of either kind, that the vendor had worked on before; not counted among the others. */
  cachedInput: number;
}

/** `reply` numbers what the agent says, rising from 1; an interrupted one tells no more sound. */
export type AgentEvent =
  /** Sound is heard from now on. */
  | { type: 'ready' }
  /** μ-law, 8 kHz, mono, any length, in order, faster than it is heard. */
  | { type: 'sound'; reply: number; sound: Uint8Array }
  /** More of the words of a reply. */
  | { type: 'text'; reply: number; text: string }
  /** When those words sound, where the vendor knows; ms of sound since the reply began. */
  | { type: 'words'; reply: number; words: readonly WordTime[] }
  /** All of its sound and text has been told; without any, when the agent chose to say nothing. */
  | { type: 'reply-over'; reply: number }
  /** The person speaks over the reply: nothing of it is to be heard any more. */
  | { type: 'interrupted' }
  /** Where the vendor tells it; a `person-said`, perhaps without words, follows each time that they stop. */
  | { type: 'person-speaking'; speaking: boolean }
  /** What the person said in a turn that is over; may come after the reply to it began. */
  | { type: 'person-said'; text: string }
  /** Told before the `reply-over` of the reply that called it. */
  | { type: 'tool-called'; call: ToolCall }
  /** The vendor lives, and has nothing else to tell. */
  | { type: 'alive' }
  /** The agent has ended the conversation. */
  | { type: 'ended' }
  /** Told once, and last; its socket is closed. */
  | { type: 'failed'; error: VendorFailed };

export interface AgentSession {
  /** μ-law, 8 kHz, mono. */
  hear(sound: Uint8Array): void;
  /** Has the agent say this now, in the place of whatever it is saying. False where the vendor cannot be told to. */
  say(text: string): boolean;
  /** What the agent should know or do from now on. Whether it speaks because of that, in the place of whatever it is saying, where `respond` wants it. */
  instruct(text: string, respond: boolean): boolean;
  /** The person pressed these keys: the agent answers, in the place of whatever it is saying. */
  hearKeys(digits: string): void;
  /** Once the result of every tool of a reply is there, the agent goes on. */
  toolResult(result: { id: string; content: string; failed: boolean }): void;
  /** So much of a reply was heard, of one that was interrupted. */
  heard(reply: number, heardMs: number): void;
  close(): void;
}
