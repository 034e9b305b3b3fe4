/** What an engine tells whoever wants to know who is at the other end, before it acts on it. */
import { createToneEar } from '../../audio/tone-ear.ts';
import type { VoiceAgent } from '../../ports/voice-agent.ts';
import type { LineEvent } from './media/audio-line.ts';

export type FarEndEvent =
  | { type: 'speaking'; speaking: boolean }
  | { type: 'said'; text: string }
  | { type: 'key' }
  | { type: 'tone'; tone: 'beep' | 'fax' }
  /** An utterance of ours is over; `saying`: under which number it was asked for. */
  | { type: 'spoken'; saying: number | null; whole: boolean };

export type HearFarEnd = (event: FarEndEvent) => void;

/** What a line of sound tells of it. */
export function createLineTelling(hear: HearFarEnd): (event: LineEvent) => void {
  const ear = createToneEar();
  return (event) => {
    if (event.type === 'voice') hear({ type: 'speaking', speaking: event.active });
    if (event.type === 'key') hear({ type: 'key' });
    const tone = event.type === 'sound' ? ear.hear(event.sound) : null;
    if (tone) hear({ type: 'tone', tone });
  };
}

/** The same agent, whose words on what the person said are told as well. */
export function overheard(agent: VoiceAgent, hear: HearFarEnd): VoiceAgent {
  return {
    ...agent,
    join: (request) =>
      agent.join({
        ...request,
        on(event) {
          if (event.type === 'person-said') hear({ type: 'said', text: event.text });
          request.on(event);
        },
      }),
  };
}

/** Which of our utterances were asked for under a number. */
export interface Sayings {
  /** Whether one of them is being said: it is said to its end. */
  readonly isOpen: boolean;
  begin(utterance: number, saying: number | undefined): void;
  end(utterance: number): number | null;
}

export function createSayings(): Sayings {
  const open = new Map<number, number>();
  return {
    get isOpen() {
      return open.size > 0;
    },
    begin: (utterance, saying) => void (saying !== undefined && open.set(utterance, saying)),
    end(utterance) {
      const saying = open.get(utterance) ?? null;
      open.delete(utterance);
      return saying;
    },
  };
}
