/** What an ElevenLabs agent says, told apart into replies: the vendor never says where one ends. */
import type { CancelTimer, Clock } from '../../base/clock.ts';
import type { AgentEvent } from '../../ports/voice-agent.ts';
import type { AgentFrame } from './agent-codec.ts';
import { createWordJoiner, type WordJoiner } from './join-words.ts';

export interface AgentReplies {
  sound(frame: Extract<AgentFrame, { type: 'sound' }>): void;
  /** All words of a reply. */
  text(text: string): void;
  /** Nothing of the reply that is being told, nor of sound up to this event, is told any more. */
  cut(eventId: number): void;
  /** The agent had its turn and said nothing. */
  skip(): void;
  /** What was told is all. */
  close(): void;
  /** Nothing is told any more. */
  stop(): void;
  readonly newestEvent: number;
}

interface Reply {
  number: number;
  text: string | null;
  spelled: string;
  soundMs: number;
  /** When all sound that came would have been heard, had it been played at once. */
  heardAtMs: number;
  words: WordJoiner;
}

/** μ-law: 8 bytes for a millisecond. */
const bytesPerMs = 8;
/** Sound comes faster than it is heard: with none left for this long, the reply is over. */
const quietMs = 600;
/** Once all of its letters have sounded, only its last breath may follow. */
const breathMs = 200;

const squeezed = (text: string) => text.replaceAll(/\s+/gu, '');

export function createAgentReplies(clock: Clock, tell: (event: AgentEvent) => void): AgentReplies {
  let count = 0;
  let open: Reply | null = null;
  let newestEvent = Number.NEGATIVE_INFINITY;
  let cutUpTo = Number.NEGATIVE_INFINITY;
  let cancelTimer: CancelTimer = () => {};

  const begin = (): Reply => {
    count += 1;
    open = {
      number: count,
      text: null,
      spelled: '',
      soundMs: 0,
      heardAtMs: clock.monotonicMs(),
      words: createWordJoiner(),
    };
    return open;
  };
  const forget = () => {
    cancelTimer();
    open = null;
  };
  const tellWords = (reply: Reply, words: ReturnType<WordJoiner['end']>) => {
    if (words.length > 0) tell({ type: 'words', reply: reply.number, words });
  };
  const close = () => {
    const reply = open;
    forget();
    if (!reply) return;
    tellWords(reply, reply.words.end());
    tell({ type: 'reply-over', reply: reply.number });
  };
  /** It is over by its letters, or else by the silence after it. */
  const watch = (reply: Reply) => {
    cancelTimer();
    // Its words may come ahead of its sound.
    if (reply.soundMs === 0) return;
    const isSpelled = reply.text !== null && reply.spelled === squeezed(reply.text);
    cancelTimer = clock.startTimer(isSpelled ? breathMs : reply.heardAtMs - clock.monotonicMs() + quietMs, close);
  };

  return {
    close,
    stop: forget,
    get newestEvent() {
      return newestEvent;
    },
    sound({ eventId, sound, alignment }) {
      if (eventId <= cutUpTo) return;
      if (Number.isFinite(eventId)) newestEvent = Math.max(newestEvent, eventId);
      if (sound.length === 0) return;
      const reply = open ?? begin();
      const fromMs = reply.soundMs;
      reply.soundMs += sound.length / bytesPerMs;
      reply.heardAtMs = Math.max(reply.heardAtMs, clock.monotonicMs()) + sound.length / bytesPerMs;
      tell({ type: 'sound', reply: reply.number, sound });
      // What was told may have brought about its own end.
      if (open !== reply) return;
      if (alignment) {
        reply.spelled += squeezed(alignment.chars.join(''));
        tellWords(reply, reply.words.add(alignment, fromMs));
      }
      if (open === reply) watch(reply);
    },
    text(text) {
      if (open?.text != null) close();
      const reply = open ?? begin();
      reply.text = text;
      tell({ type: 'text', reply: reply.number, text });
      if (open === reply) watch(reply);
    },
    cut(eventId) {
      cutUpTo = Math.max(cutUpTo, eventId);
      forget();
    },
    skip() {
      close();
      begin();
      close();
    },
  };
}
