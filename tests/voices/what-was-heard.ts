/** Holds what we took down of a call against what really crossed the line. */
import { defaultTurnPolicy } from '../../src/call/converse/turn/turn-policy.ts';
import type { MemoryRecord } from '../../src/call/testing/memory-record.ts';
import type { SimulatedCallRecord } from '../../src/simulator/call-record.ts';

export const toWords = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];

type Turn = ReturnType<MemoryRecord['turns']>[number];

/**
 * What is wrong, in words; empty when every word agrees, but for one at the most at each cut. `breaks`: a vendor may
 * have left a word broken in the middle, and nobody cut it. Sorry said by a sound of ours has no words to compare.
 */
export function compareHeard(
  turns: readonly Turn[],
  truth: SimulatedCallRecord,
  { breaks = false }: { breaks?: boolean } = {},
): string[] {
  const heard = truth.heardWords.flatMap(({ text }) => toWords(text));
  const troubles: string[] = [];
  let at = 0;
  for (const turn of turns.filter(({ speaker }) => speaker === 'assistant')) {
    const [full, noted] = [toWords(turn.text), toWords(turn.heard_text ?? '')];
    let really = 0;
    while (really < full.length && heard[at + really] === full[really]) really += 1;
    if (really === 0 && isSpareApology(turn, truth, breaks)) continue;
    const slack = turn.interrupted || breaks ? 1 : 0;
    const where = `turn ${turn.index} "${turn.text}"`;
    if (noted.join(' ') !== full.slice(0, noted.length).join(' ')) {
      troubles.push(`${where}: "${turn.heard_text}" is not its beginning`);
    }
    if (Math.abs(really - noted.length) > slack) {
      troubles.push(`${where}: noted as heard "${turn.heard_text}", really ${really} words`);
    }
    if (turn.ended_at === null) troubles.push(`${where} never ended`);
    at += really;
  }
  if (at < heard.length) troubles.push(`heard, and in no turn: "${heard.slice(at, at + 12).join(' ')}"`);
  return troubles;
}

/** After a voice that starved its sound follows without a pause, and is not told apart from it. */
const isSpareApology = ({ text }: Turn, truth: SimulatedCallRecord, breaks: boolean) =>
  text === defaultTurnPolicy.apology && (breaks || (truth.heard.at(-1)?.text.startsWith('[') ?? false));

/** What the person said, word by word, against their turns; what began before the stream did is not all in it. */
export function compareSaid(turns: readonly Turn[], truth: SimulatedCallRecord): string[] {
  const noted = turns.filter(({ speaker }) => speaker === 'person').flatMap(({ text }) => toWords(text));
  const said = truth.said.filter(({ reachedApp }) => reachedApp).flatMap(({ text }) => toWords(text));
  if (noted.join(' ') === said.join(' ')) return [];
  const at = said.findIndex((word, index) => noted[index] !== word);
  const from = Math.max((at < 0 ? noted.length : at) - 3, 0);
  return [`said "…${said.slice(from, from + 10).join(' ')}…", noted "…${noted.slice(from, from + 10).join(' ')}…"`];
}

/** What the person's ear found odd: words lost, twice, stale or damaged; and problems of the stream. */
export function oddities(truth: SimulatedCallRecord): string[] {
  return truth.errors.map(({ message, atMs }) => `${atMs - (truth.answeredAtMs ?? 0)} ms: ${message}`);
}

interface Span {
  fromMs: number;
  untilMs: number;
}

/**
 * The longest silence while it is the assistant's turn, in ms. It is silent where neither side sounds on the line. It is
 * the assistant's turn from the stream's beginning, or from the person's last sound, until the assistant sounds; and
 * while one of its turns goes on that it has begun, until that turn is over.
 */
export function longestSilence(turns: readonly Turn[], truth: SimulatedCallRecord): { ms: number; atMs: number } {
  const [stream] = truth.streams;
  // On a relay there is no stream: the line is ours as soon as it is answered.
  const beginMs = stream ? stream.startedAtMs : truth.answeredAtMs;
  if (beginMs === null) return { ms: 0, atMs: 0 };
  const endMs = stream?.endedAtMs ?? truth.endedAtMs ?? truth.updatedAtMs;
  const person = truth.said.map((said): Span => ({ fromMs: said.startedAtMs, untilMs: said.endedAtMs }));
  const assistant = truth.heard.map((heard): Span => ({ fromMs: heard.startedAtMs, untilMs: heard.endedAtMs }));
  const open = turns
    .filter(({ speaker }) => speaker === 'assistant')
    .map((turn): Span => ({ fromMs: turn.started_at.getTime(), untilMs: turn.ended_at?.getTime() ?? endMs }));
  const isIn = (spans: readonly Span[], atMs: number) =>
    spans.some((span) => span.fromMs <= atMs && atMs < span.untilMs);
  let [owes, silentMs] = [true, 0];
  let longest = { ms: 0, atMs: 0 };
  for (let atMs = beginMs; atMs < endMs; atMs += 20) {
    const [isPerson, isAssistant] = [isIn(person, atMs), isIn(assistant, atMs)];
    if (isPerson) owes = true;
    else if (isAssistant) owes = false;
    const isSilent = !isPerson && !isAssistant && (owes || isIn(open, atMs));
    silentMs = isSilent ? silentMs + 20 : 0;
    if (silentMs > longest.ms) longest = { ms: silentMs, atMs: atMs - beginMs };
  }
  return longest;
}
