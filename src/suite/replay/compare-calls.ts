/** Lays a call and its replay side by side, what the person said being what both have in common. */
import type { CallWithTurns, TurnResource } from '../../api/contract/calls.ts';
import type { ToolCallResource } from '../../api/contract/tools.ts';

/** What the assistant did between two things that the person said. */
export interface AssistantPart {
  words: string[];
  /** `name(arguments)`. */
  tools: string[];
}

export interface ComparedStep {
  /** What the person said before; null at the beginning. */
  person: string | null;
  /** Null where this call did not come so far. */
  before: AssistantPart | null;
  after: AssistantPart | null;
  same: boolean;
}

export interface Comparison {
  steps: ComparedStep[];
  /** Index of the first step that differs; what the person says behind it was an answer to other words. */
  divergedAt: number | null;
  facts: { name: string; before: string | null; after: string | null; same: boolean }[];
}

interface Step {
  person: string | null;
  part: AssistantPart;
}

export function compareCalls(before: CallWithTurns, after: CallWithTurns): Comparison {
  const [old, now] = [toParts(before), toParts(after)];
  const steps = alignSteps(old, now);
  const diverged = steps.findIndex(({ same }) => !same);
  const facts = (['status', 'outcome', 'ended_by', 'ended_reason'] as const).map((name) => ({
    ...{ name, before: before[name], after: after[name], same: before[name] === after[name] },
  }));
  return { steps, divergedAt: diverged < 0 ? null : diverged, facts };
}

/** Both persons say the same in the same order; one may have been heard in fewer or more turns. */
function alignSteps(old: readonly Step[], now: readonly Step[]): ComparedStep[] {
  const steps: ComparedStep[] = [];
  let [at, other] = [0, 0];
  while (at < old.length || other < now.length) {
    const [one, two] = [old[at], now[other]];
    if (one && two && isAlike(one.person, two.person)) {
      steps.push({ person: one.person, before: one.part, after: two.part, same: isSamePart(one.part, two.part) });
      at += 1;
      other += 1;
    } else if (one && !now.slice(other).some(({ person }) => isAlike(one.person, person))) {
      steps.push({ person: one.person, before: one.part, after: null, same: false });
      at += 1;
    } else if (two) {
      steps.push({ person: two.person, before: null, after: two.part, same: false });
      other += 1;
    }
  }
  return steps;
}

function toParts({ turns, tool_calls: tools }: CallWithTurns): Step[] {
  const steps: Step[] = [{ person: null, part: { words: [], tools: [] } }];
  for (const turn of turns) {
    if (turn.speaker === 'person') steps.push({ person: turn.text, part: { words: [], tools: [] } });
    else if (turn.speaker === 'assistant') steps.at(-1)?.part.words.push(heardOf(turn));
    for (const tool of tools) if (tool.turn_index === turn.index) steps.at(-1)?.part.tools.push(toToolWords(tool));
  }
  const last = turns.at(-1)?.index ?? -1;
  for (const tool of tools) if (tool.turn_index > last) steps.at(-1)?.part.tools.push(toToolWords(tool));
  return steps;
}

const heardOf = (turn: TurnResource) => {
  const heard = (turn.heard_text ?? turn.text).trim();
  return turn.interrupted ? `${heard} …` : heard;
};

const toToolWords = ({ name, arguments: given }: ToolCallResource) => `${name}(${given})`;

const plain = (text: string) =>
  text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

const isAlike = (one: string | null, other: string | null) =>
  one === null || other === null ? one === other : plain(one) === plain(other);

const isSamePart = (one: AssistantPart, other: AssistantPart) =>
  plain(one.words.join(' ')) === plain(other.words.join(' ')) && one.tools.join() === other.tools.join();
