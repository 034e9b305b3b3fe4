/** What the machine of a bridged conversation knows, hears and asks for: the vendor decides who speaks, we watch. */
import type { TurnEnding } from '../turn/turn-state.ts';

/** How patient we are with an agent and with the person on the line; times in milliseconds. */
export interface BridgePolicy {
  /** How long the agent may take to be there. */
  joinMs: number;
  /** The longest silence while it is the agent's turn to speak. */
  owedMs: number;
  /** After how much of it `filler` is said in another voice, so that nobody thinks the line is dead. */
  fillerAfterMs: number;
  filler: string;
  /** How long the agent may stay silent after that. */
  owedAfterFillerMs: number;
  /** What it is left of that in any case, when we learn late that it is its turn. */
  leastOwedMs: number;
  /** The same without a look at the silence: noise on the line must not keep a dead agent alive. */
  owedAtMostMs: number;
  /** The least sound of a voice that deserves a sign from the agent. */
  speechMs: number;
  /** How long after such sound it may give none, until we have it ask; the second where it knows of a speaker. */
  deafMs: number;
  deafWhileSpokenToMs: number;
  /** Silence after the agent has spoken until it is to ask whether anyone is there. */
  silenceMs: number;
  /** The longest time that the person may be said to speak. */
  personSpeakingMs: number;
  nudges: readonly string[];
  goodbyeAfterSilence: string;
  /** Asked when the agent seems not to have heard the person. */
  lostThread: string;
  goodbye: string;
  /** The same when it hands the person over to a colleague. */
  connecting: string;
  outOfTime: string;
  /** Quiet after a pressed key until the keys are told. */
  keysMs: number;
  /** How often in a row the agent may speak without a word of the person. */
  mostUnanswered: number;
  /** How late the carrier may confirm that sound was played. */
  playbackSlackMs: number;
  /** How long one may speak in the place of the agent without saying so again. */
  heldMs: number;
  /** How long a tool may take. */
  toolMs: number;
}

export const defaultBridgePolicy: BridgePolicy = {
  joinMs: 2500,
  owedMs: 3200,
  fillerAfterMs: 2500,
  filler: 'One moment, please. ',
  owedAfterFillerMs: 2000,
  leastOwedMs: 1500,
  owedAtMostMs: 10_000,
  speechMs: 650,
  deafMs: 1500,
  deafWhileSpokenToMs: 2000,
  silenceMs: 8000,
  personSpeakingMs: 60_000,
  nudges: ['Are you still there?', 'Hello? Can you hear me?'],
  goodbyeAfterSilence: 'I cannot hear you, so I will hang up now. Goodbye.',
  lostThread: 'Sorry, could you say that again?',
  goodbye: 'Goodbye.',
  connecting: 'One moment, please. I will connect you now.',
  outOfTime: 'We have run out of time for this call, so I have to hang up. Goodbye.',
  keysMs: 1500,
  mostUnanswered: 6,
  playbackSlackMs: 3000,
  heldMs: 300_000,
  toolMs: 2500,
};

/** The line at the moment of an event. */
export interface LineNow {
  /** Sound of ours that is still to be played. */
  soundLeftMs: number;
  /** For how long nothing of ours has sounded; 0 while it does. */
  quietMs: number;
  /** For how long nobody has sounded. */
  silentMs: number;
  /** Whether every reply that began was told to its end. */
  allTold: boolean;
}

/** What outlives a phase. */
export interface Memory {
  /** The number of the newest timer. */
  timer: number;
  /** Whether the vendor hears the person speak. */
  personSpeaking: boolean;
  /** Transcripts that are still to come for turns the vendor told by `person-speaking`. */
  transcriptsDue: number;
  /** How often the silence was broken since the person last spoke. */
  nudges: number;
  /** How often the agent spoke since the person last did. */
  unanswered: number;
  /** Whether tools of ours are at work. */
  tools: boolean;
  /** Whether the agent said anything in this turn of its own. */
  spoke: boolean;
  /** Whether more of the agent is to be expected once it was heard to the end. */
  owes: 'nothing' | 'perhaps' | 'reply';
  /** Whether the filler was said since the agent last spoke. */
  filled: boolean;
  /** Whether the agent told anything since the person's voice was last heard to stop. */
  toldSinceVoice: boolean;
}

export type BridgeState = Memory &
  /** `hearsAgain`: once the agent is there, it hears what the person said before that. */
  (
    | { phase: 'joining'; personFirst: boolean; hearsAgain: boolean }
    /** It is the agent's turn; `doubt`: perhaps it is not, if it lives. `silentBeforeMs`: how long they had waited by then. */
    | {
        phase: 'waiting';
        sinceMs: number;
        enteredAtMs: number;
        silentBeforeMs: number;
        doubt: 'none' | 'deaf' | 'nudged' | 'alive-settles';
      }
    /** Sound of the agent is being played, or is expected to go on. */
    | { phase: 'speaking' }
    /** It is the person's turn. */
    | { phase: 'listening'; sinceMs: number; checksEars: boolean }
    /** Somebody else speaks with the person: the agent is neither heard nor told what they say. */
    | { phase: 'held' }
    /** The last words are being played, or `awaited`: still to come. */
    | { phase: 'leaving'; ending: TurnEnding; awaited: boolean }
    /** The agent is gone; what it had told is being played. */
    | { phase: 'failing'; personWaits: boolean }
    | { phase: 'failed' }
    | { phase: 'over'; ending: TurnEnding }
  );

export type BridgeEvent = { atMs: number; line: LineNow } & (
  | { type: 'ready' }
  | { type: 'alive' }
  /** The first sound of a reply is there. */
  | { type: 'reply-began' }
  /** The agent chose to say nothing. */
  | { type: 'reply-empty' }
  /** All that the agent said was told and played. */
  | { type: 'spoken' }
  | { type: 'interrupted' }
  | { type: 'person-speaking'; speaking: boolean }
  | { type: 'person-said'; text: string }
  /** Our own ear; `voiceMs` is how long the voice sounded that stops. */
  | { type: 'voice'; active: boolean; voiceMs: number }
  | { type: 'keys'; digits: string }
  | { type: 'tools-called' }
  | { type: 'tools-done'; ending: TurnEnding | null }
  | { type: 'agent-ended' }
  | { type: 'agent-failed'; code: string }
  /** The agent was told by us to say something. */
  | { type: 'say' }
  /** Somebody else speaks in the place of the agent, or still does. */
  | { type: 'hold' }
  /** The agent has the person back; whether it was asked to speak. */
  | { type: 'go-on'; asked: boolean }
  /** Whether it can be told what an effect asked it to say. */
  | { type: 'asked'; took: boolean }
  | { type: 'end-wanted'; ending: TurnEnding; farewell: string | null }
  | { type: 'disconnected'; clean: boolean }
  | { type: 'timer'; timer: number }
);

export type BridgeEffect =
  /** Silence at once; what was played is what was heard. */
  | { type: 'cut' }
  /** Answered by `asked`. */
  | { type: 'ask'; text: string }
  /** The same, but an agent that cannot be told gets the results of its tools, to find its own words. */
  | { type: 'ask-goodbye'; text: string }
  | { type: 'answer-tools' }
  | { type: 'tell-keys'; digits: string }
  /** Says it in another voice than the agent's, where there is one. */
  | { type: 'fill'; text: string }
  /** The carrier owes us the word that all was played: done without. */
  | { type: 'take-as-spoken' }
  | { type: 'set-timer'; timer: number; ms: number }
  | { type: 'clear-timer' }
  /** The agent is of no more use; `personWaits` when the person waits for words. */
  | { type: 'fail'; personWaits: boolean }
  | { type: 'finish'; ending: TurnEnding };

export interface BridgeStep {
  state: BridgeState;
  effects: BridgeEffect[];
}

export type In<P extends BridgeState['phase']> = Extract<BridgeState, { phase: P }>;
