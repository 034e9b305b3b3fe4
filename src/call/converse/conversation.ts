/** A conversation that is going on, as the rest of the call sees it, and the list of all of them in this process. */
import { type Clock, waitFor } from '../../base/clock.ts';
import type { CallAudio } from './media/call-audio.ts';
import type { Instruction } from './told-meanwhile.ts';
import type { TurnEnding } from './turn/turn-state.ts';

export interface Conversation {
  /**
   * Says this to the person now, in the place of whatever was being said; false where nobody can speak. With a number
   * it is said to its end, and `spoken` is told of it.
   */
  say(text: string, saying?: number): boolean;
  /** The assistant follows this from now on; false where nobody can be told. */
  instruct(instruction: Instruction): boolean;
  /** The assistant stops and answers nothing until `goOn`; false where a vendor decides who speaks. */
  hold(): boolean;
  /** It takes the talk up, with this or with words of its own. */
  goOn(greeting: string | null): void;
  /** Presses these keys on the line (0-9, *, #, w for half a second); false where that cannot be done now. */
  pressKeys(digits: string): boolean;
  /** Where its sound can be listened to, and the call be taken over; null where the carrier keeps the sound to itself. */
  readonly audio: CallAudio | null;
  /** Says a farewell, if any, and ends the session. */
  end(ending: TurnEnding, farewell: string | null): void;
  /** The carrier says that the session is over, whatever its socket says; `clean` unless the line to us broke. */
  disconnected(clean: boolean): void;
  /** Settles when the session is over and all that was said is stored. */
  over: Promise<TurnEnding>;
}

export interface Conversations {
  add(callId: string, conversation: Conversation): void;
  find(callId: string): Conversation | undefined;
  /** Waits until a call's conversation is over and stored, but not longer than `ms`. */
  settled(callId: string, ms: number): Promise<void>;
  all(): readonly Conversation[];
}

export function createConversations(clock: Clock): Conversations {
  const open = new Map<string, Conversation>();
  return {
    add(callId, conversation) {
      open.set(callId, conversation);
      void conversation.over.finally(() => {
        if (open.get(callId) === conversation) open.delete(callId);
      });
    },
    find: (callId) => open.get(callId),
    async settled(callId, ms) {
      const conversation = open.get(callId);
      if (!conversation) return;
      const patience = new AbortController();
      await Promise.race([conversation.over, waitFor(clock, ms, patience.signal)]);
      patience.abort();
    },
    all: () => [...open.values()],
  };
}
