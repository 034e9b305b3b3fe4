/** A comparison as lines for a terminal: what is the same once, what differs from both calls. */
import type { AssistantPart, Comparison } from './compare-calls.ts';

const shown = (text: string) => text.replaceAll(/\p{Cc}+/gu, ' ').trim();

const toPartLines = (sign: string, part: AssistantPart) => [
  ...part.words.map((words) => `${sign} assistant  ${shown(words)}`),
  ...part.tools.map((tool) => `${sign} tool       ${shown(tool)}`),
];

/** Two parts where one has nothing are told so, rather than left out. */
function toSideLines(sign: string, part: AssistantPart | null): string[] {
  if (part === null) return [`${sign} (the call did not come so far)`];
  const lines = toPartLines(sign, part);
  return lines.length === 0 ? [`${sign} (says nothing)`] : lines;
}

const behindDivergence = '! From here on the person answers what was said in the call before, not what was said now.';

export function toReplayLines({ steps, divergedAt, facts }: Comparison): string[] {
  const talk = steps.flatMap(({ person, before, after, same }, index) => [
    ...(person === null ? [] : [`  person     ${shown(person)}`]),
    ...(same && before ? toPartLines('=', before) : [...toSideLines('-', before), ...toSideLines('+', after)]),
    ...(index === divergedAt && index < steps.length - 1 ? [behindDivergence] : []),
  ]);
  const ends = facts.map(({ name, before, after, same }) =>
    same ? `= ${name}: ${before ?? 'none'}` : `- ${name}: ${before ?? 'none'}\n+ ${name}: ${after ?? 'none'}`,
  );
  const alike = steps.filter(({ same }) => same).length;
  const count = `${alike} of ${steps.length} answers are the same${divergedAt === null ? '' : `; the first that differs is number ${divergedAt + 1}`}.`;
  return [...talk, '', ...ends, '', count];
}
