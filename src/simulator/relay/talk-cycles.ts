/** Turns what an application sends into talk cycles of the call's voice: opened, grown, preempted, interrupted. */
import type { Interruption, Utterance, Voice } from '../voice.ts';
import type { RelayMessage } from './relay-messages.ts';
import type { RelaySettings } from './relay-settings.ts';

/** Guessed, because sounds are not fetched. */
const soundMs = 3000;
const endlessLoops = 1000;

export function allows(setting: Interruption, input: 'speech' | 'dtmf'): boolean {
  return setting === 'any' || setting === input;
}

function toInterruption(value: boolean | Interruption): Interruption {
  if (typeof value === 'boolean') return value ? 'any' : 'none';
  return value;
}

export class TalkCycles {
  readonly #voice: Voice;
  readonly #settings: RelaySettings;
  #growing: Utterance | null = null;

  constructor(voice: Voice, settings: RelaySettings) {
    this.#voice = voice;
    this.#settings = settings;
  }

  greet(): void {
    const { welcomeGreeting, welcomeGreetingInterruptible } = this.#settings;
    if (welcomeGreeting === '') return;
    this.#voice.add({
      source: 'greeting',
      pending: welcomeGreeting,
      closed: true,
      interruptible: welcomeGreetingInterruptible,
      preemptible: false,
    });
  }

  /** The first token opens a talk cycle, `last` closes it; the settings of a token count for its whole cycle. */
  speak(message: RelayMessage & { type: 'text' }): void {
    const growing = this.#growing ?? this.#open(message);
    if (!growing) return;
    if (message.interruptible !== undefined) growing.interruptible = toInterruption(message.interruptible);
    growing.preemptible = message.preemptible ?? growing.preemptible;
    this.#growing = message.last ? null : growing;
    this.#voice.append(growing, message.token, message.last);
  }

  play(message: RelayMessage & { type: 'play' }): void {
    this.#preempt();
    this.#voice.add({
      source: 'play',
      pending: `[${message.source}]`,
      closed: true,
      interruptible: toInterruption(message.interruptible ?? this.#settings.interruptible),
      preemptible: message.preemptible ?? this.#settings.preemptible,
      mediaMs: soundMs * (message.loop === 0 ? endlessLoops : message.loop),
    });
  }

  /** Stops the voice if this input may; gives back what was heard of the talk cycle that was being spoken. */
  interrupt(input: 'speech' | 'dtmf'): { heard: string; playedMs: number } | null {
    const { speaking } = this.#voice;
    if (!speaking || !allows(speaking.interruptible, input)) return null;
    // Tokens that still come for a cycle that was cut open a new one.
    if (this.#growing && allows(this.#growing.interruptible, input)) this.#growing = null;
    return this.#voice.cut('interrupted', (utterance) => allows(utterance.interruptible, input));
  }

  /** An empty last token closes nothing and opens nothing. */
  #open(message: RelayMessage & { type: 'text' }): Utterance | null {
    if (message.last && message.token === '') return null;
    this.#preempt();
    const utterance: Utterance = {
      source: 'relay',
      pending: '',
      closed: false,
      interruptible: this.#settings.interruptible,
      preemptible: this.#settings.preemptible,
    };
    this.#voice.add(utterance);
    return utterance;
  }

  #preempt(): void {
    this.#voice.cut('preempted', (utterance) => utterance.preemptible);
  }
}
