/** Deepgram's Aura (v1/speak): one stream of sound for one utterance after another, as a codec. */
import type { SpeakingCodec, SpeakingStep } from '../../ports/speak-over-socket.ts';
import { type AuraLimits, createAuraLimits } from './aura-limits.ts';
import { type DeepgramAccess, toTarget } from './nova-codec.ts';
import { auraMessageSchema, parseMessage } from './wire.ts';

/** Characters in one `Speak`; one more and it is refused. */
const longestSpeak = 2000;

export interface AuraOptions extends DeepgramAccess {
  voice: string;
  /** Milliseconds since some fixed moment. */
  nowMs(): number;
}

/** What the vendor still has to answer, in order; sound from before a clearing is nobody's. */
type Answer = { type: 'flushed'; isLast: boolean } | { type: 'cleared' };

/** Aura names no utterance, so one is spoken at a time: the text of a later one is held back until it is its turn. */
interface Utterance {
  number: number;
  texts: string[];
  isFinished: boolean;
}

export function createAuraCodec(options: AuraOptions): SpeakingCodec {
  const query = new URLSearchParams({ model: options.voice, encoding: 'mulaw', sample_rate: '8000' });
  const limits = createAuraLimits(options.nowMs);
  const speaker = new AuraSpeaker(limits);
  return {
    target: toTarget(options, '/v1/speak', query),
    farewell: '{"type":"Close"}',
    isWorn: limits.areNear,
    say: (utterance, text) => speaker.say(utterance, text),
    finish: (utterance) => speaker.finish(utterance),
    cancel: (utterance) => speaker.cancel(utterance),
    decode(data) {
      if (typeof data !== 'string') return speaker.sound(data);
      const message = parseMessage(auraMessageSchema, data);
      if (message?.type === 'Flushed') return speaker.flushed();
      if (message?.type === 'Cleared') return speaker.cleared();
      if (message?.type !== 'Error') return [];
      const said = [message.description, message.message, message.err_msg].filter((text) => text !== '').join(' ');
      const failure = { kind: 'unavailable', message: `deepgram broke off: ${said.slice(0, 300)}` } as const;
      return [{ type: 'failed', failure }];
    },
  };
}

class AuraSpeaker {
  readonly #limits: AuraLimits;
  #current: Utterance | null = null;
  #held: Utterance[] = [];
  #answers: Answer[] = [];
  /** Text was sent that no flush was asked for yet: the vendor may wait for more before it speaks it. */
  #hasUnflushed = false;

  constructor(limits: AuraLimits) {
    this.#limits = limits;
  }

  say(number: number, text: string): SpeakingStep[] {
    this.#current ??= { number, texts: [], isFinished: false };
    if (this.#current.number === number) return this.#speak(text);
    const waiting = this.#held.find((utterance) => utterance.number === number);
    if (waiting) waiting.texts.push(text);
    else this.#held.push({ number, texts: [text], isFinished: false });
    return [];
  }

  finish(number: number): SpeakingStep[] {
    const utterance = [this.#current, ...this.#held].find((each) => each?.number === number);
    if (!utterance) return [];
    utterance.isFinished = true;
    return utterance === this.#current ? this.#end(utterance) : [];
  }

  cancel(number: number): SpeakingStep[] {
    this.#held = this.#held.filter((utterance) => utterance.number !== number);
    if (this.#current?.number !== number) return [];
    this.#hasUnflushed = false;
    this.#answers.push({ type: 'cleared' });
    return [send({ type: 'Clear' }), ...this.#next()];
  }

  sound(sound: Uint8Array): SpeakingStep[] {
    const utterance = this.#current?.number;
    return utterance === undefined || this.#isClearing() ? [] : [{ type: 'sound', utterance, sound }];
  }

  flushed(): SpeakingStep[] {
    const answer = this.#answers[0];
    // One that was asked for before a clearing may be answered, or not.
    if (answer?.type !== 'flushed') return [];
    this.#answers.shift();
    if (!this.#current || this.#isClearing()) return [];
    if (answer.isLast) return [{ type: 'spoken', utterance: this.#current.number }, ...this.#next()];
    return this.#hasUnflushed && this.#limits.mayFlush() ? this.#flush(false) : [];
  }

  cleared(): SpeakingStep[] {
    const at = this.#answers.findIndex(({ type }) => type === 'cleared');
    this.#answers = this.#answers.slice(at + 1);
    return [];
  }

  #isClearing(): boolean {
    return this.#answers.some(({ type }) => type === 'cleared');
  }

  #speak(text: string): SpeakingStep[] {
    this.#hasUnflushed = true;
    this.#limits.spoke(text.length);
    const frames = toPieces(text).map((piece) => send({ type: 'Speak', text: piece }));
    // One flush at a time: what comes while one is being answered is spoken with the next.
    const mustWait = this.#answers.at(-1)?.type === 'flushed' || !this.#limits.mayFlush();
    return mustWait ? frames : [...frames, ...this.#flush(false)];
  }

  #flush(isLast: boolean): SpeakingStep[] {
    this.#hasUnflushed = false;
    this.#limits.flushed();
    this.#answers.push({ type: 'flushed', isLast });
    return [send({ type: 'Flush' })];
  }

  #end(utterance: Utterance): SpeakingStep[] {
    if (this.#hasUnflushed) return this.#flush(true);
    const last = this.#answers.at(-1);
    if (last?.type !== 'flushed') return [{ type: 'spoken', utterance: utterance.number }, ...this.#next()];
    last.isLast = true;
    return [];
  }

  #next(): SpeakingStep[] {
    const next = this.#held.shift() ?? null;
    this.#current = next;
    if (!next) return [];
    const steps = next.texts.flatMap((text) => this.#speak(text));
    return next.isFinished ? [...steps, ...this.#end(next)] : steps;
  }
}

function send(frame: Record<string, unknown>): SpeakingStep {
  return { type: 'send', frame: JSON.stringify(frame) };
}

/** Cuts text that is too long for one message, behind a space where there is one. */
function toPieces(text: string): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > longestSpeak) {
    const space = rest.lastIndexOf(' ', longestSpeak - 1);
    const cut = space > 0 ? space + 1 : longestSpeak;
    pieces.push(rest.slice(0, cut));
    rest = rest.slice(cut);
  }
  return [...pieces, rest];
}
