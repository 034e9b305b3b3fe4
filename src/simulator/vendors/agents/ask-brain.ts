/** One thought of an agent: everything its brain says and asks for in one go, in order. */
import type { Brain } from '../vendor.ts';

export type Talk = Parameters<Brain>[0];
export type Said = Talk['said'][number];

export type Thought = { type: 'text'; text: string } | { type: 'tool'; name: string; argumentsJson: string };

/** Texts in a row are joined. Ends early, with what there is, once the signal is aborted. */
export async function askBrain(brain: Brain, talk: Talk): Promise<Thought[]> {
  const thoughts: Thought[] = [];
  for await (const part of brain(talk)) {
    if (talk.signal.aborted) break;
    const last = thoughts.at(-1);
    if (part.type === 'text' && last?.type === 'text') last.text += part.text;
    else thoughts.push({ ...part });
  }
  return thoughts.filter((thought) => thought.type === 'tool' || thought.text.trim() !== '');
}
