/** What the assistant says when nobody has said anything for a while. */
import type { TurnPolicy } from './turn-policy.ts';
import type { TurnEnding } from './turn-state.ts';

/** @param nudges how often the silence was broken since the person last spoke */
export function whatBreaksSilence(nudges: number, policy: TurnPolicy): { text: string; ending: TurnEnding | null } {
  const nudge = policy.nudges[nudges];
  if (nudge !== undefined) return { text: nudge, ending: null };
  return { text: policy.goodbyeAfterSilence, ending: { reason: 'silence', by: 'assistant' } };
}
