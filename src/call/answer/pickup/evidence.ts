/** What each sign of who has picked up is worth: where two contradict, the one of the higher rank is believed. */
import type { CarrierVerdict, Verdict } from './pickup-state.ts';
import type { Said } from './sounds-like.ts';

/** Words say most, since only they tell a mailbox from a screener or a menu; the carrier hears nothing but sound. */
const ranks = { silence: 0, speech: 1, human: 2, machine: 3, greetingOver: 4, tone: 5, words: 6, conversation: 7 };

const ofCarrier: Readonly<Record<CarrierVerdict, Verdict | null>> = {
  human: { who: 'person', source: 'carrier', rank: ranks.human },
  machine_start: { who: 'voicemail', source: 'carrier', rank: ranks.machine },
  machine_end_other: { who: 'voicemail', source: 'carrier', rank: ranks.greetingOver },
  machine_end_silence: { who: 'voicemail', source: 'carrier', rank: ranks.greetingOver },
  machine_end_beep: { who: 'voicemail', source: 'carrier', rank: ranks.greetingOver },
  fax: { who: 'fax', source: 'carrier', rank: ranks.tone },
  unknown: null,
};

export const fromCarrier = (verdict: CarrierVerdict): Verdict | null => ofCarrier[verdict];

/** A greeting alone proves little, since a mailbox has one too; over a silence that waits for a mailbox it does. */
export function fromWords(said: Said, isHeld: boolean): Verdict | null {
  if (said === 'hold-on' || said === 'not-available') return null;
  if (said === 'person' && !isHeld) return someoneSpoke;
  return { who: said, source: 'words', rank: ranks.words };
}

export const fromTone = (tone: 'beep' | 'fax'): Verdict => ({
  who: tone === 'fax' ? 'fax' : 'voicemail',
  source: 'tone',
  rank: ranks.tone,
});

export const nobodySpoke: Verdict = { who: 'nobody', source: 'silence', rank: ranks.silence };
export const someoneSpoke: Verdict = { who: 'person', source: 'speech', rank: ranks.speech };
export const spokeTooLong: Verdict = { who: 'voicemail', source: 'speech', rank: ranks.speech };
export const answeredUs: Verdict = { who: 'person', source: 'conversation', rank: ranks.conversation };

/** A mailbox by its sound alone: somebody who talks for long, a screener and a menu sound like one, too. */
export const isByMereSound = ({ rank }: Verdict): boolean => rank === ranks.speech || rank === ranks.machine;

/** What is said later is the truth of later; any other sign of the same rank is only heard of once. */
export function isBetter(next: Verdict, known: Verdict | null): boolean {
  if (!known || next.rank > known.rank) return true;
  return next.rank === known.rank && next.source === 'words' && next.who !== known.who;
}
