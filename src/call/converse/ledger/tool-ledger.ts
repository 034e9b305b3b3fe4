/**
 * Runs the tools that an assistant asks for and keeps a book of them, one for a call whatever engine holds it: what ran
 * stays run when its reply is thrown away, what is asked for again gets the answer it had, and loops come to an end.
 */
import type { Tool, ToolContext } from '../../../assistant/tools/tool.ts';
import { type Clock, waitFor } from '../../../base/clock.ts';
import { messageOf } from '../../../base/errors.ts';
import type { NewId } from '../../../base/ids.ts';
import type { ToolCall } from '../../../ports/language-model.ts';
import type { ToolCallRow } from '../../../store/tool-calls.ts';
import type { CallRecord } from '../call-record.ts';
import type { History } from '../history.ts';
import { toStorableText } from '../storable-text.ts';
import { declines } from './declines.ts';
import { judgeToolCall, type LedgerLimits, usualLedgerLimits, type Verdict } from './judge-tool-call.ts';
import { fromRow, type KeptToolCall, toEvent, toRow } from './kept-tool-call.ts';
import { readArguments } from './read-arguments.ts';
import type { ToolOutcome } from './tool-outcome.ts';
import { toWordsForModel } from './words-for-model.ts';

export interface ToolLedger {
  /** One tool, or null for one that this assistant does not have; never rejects. */
  run(tool: Tool | null, call: ToolCall, context: ToolContext): Promise<ToolOutcome>;
}

export interface ToolLedgerParts {
  callId: string;
  clientId: string | null;
  clock: Clock;
  newId: NewId;
  record: CallRecord;
  history: History;
  /** BCP 47: what the person speaks. */
  language: string;
  /** What was asked for before, when a conversation goes on after an interruption of the line. */
  earlier: readonly ToolCallRow[];
  limits?: LedgerLimits;
}

const longestName = 100;
const longestResult = 6000;
const usualTimeoutMs = 8000;

export function createToolLedger(parts: ToolLedgerParts): ToolLedger {
  const { clock, history, record } = parts;
  const book: KeptToolCall[] = parts.earlier.map(fromRow);
  for (const kept of book) history.toolCalled(kept, kept.turnIndex);
  const save = (kept: KeptToolCall) => record.saveToolCall(toRow(parts.callId, kept));

  const write = (call: ToolCall, more: Pick<KeptToolCall, 'argumentsKey' | 'state' | 'content'>): KeptToolCall => {
    const kept: KeptToolCall = {
      number: book.length + 1,
      request: history.said.turns,
      turnIndex: 0,
      id: toStorableText(call.id.slice(0, longestName)),
      name: toStorableText(call.name.slice(0, longestName)),
      argumentsJson: toStorableText(call.argumentsJson.slice(0, longestResult)),
      askedAtMs: clock.now(),
      endedAtMs: null,
      outcome: null,
      ...more,
    };
    kept.turnIndex = history.toolCalled(kept);
    book.push(kept);
    return kept;
  };

  const close = (kept: KeptToolCall, end: Ended): ToolOutcome => {
    const content = toStorableText(end.content).slice(0, longestResult);
    const outcome = { id: kept.id, content, endsCall: end.endsCall, failed: end.failed };
    // What took too long may still come to an end: the first word on it counts.
    if (kept.endedAtMs !== null) return outcome;
    Object.assign(kept, { state: end.state, content, endedAtMs: clock.now() });
    save(kept);
    record.announce(toEvent(parts, kept));
    return outcome;
  };

  const refuse = (call: ToolCall, about: { verdict: Verdict; argumentsKey: string; words: string }): ToolOutcome => {
    const isQuestion = about.verdict.type === 'ask-person';
    const answer = { content: about.words, endsCall: null, failed: !isQuestion };
    // A model that will not stop asking does not fill the book.
    const isFull = about.verdict.type === 'refuse' && about.verdict.why === 'too-many';
    if (isFull && book.at(-1)?.state === 'refused') return { id: call.id, ...answer };
    const state = isQuestion ? 'confirming' : 'refused';
    const kept = write(call, { argumentsKey: about.argumentsKey, state, content: about.words });
    return close(kept, { state, ...answer });
  };

  const perform = async (tool: Tool, kept: KeptToolCall, about: Running): Promise<ToolOutcome> => {
    save(kept);
    return close(kept, await runInTime({ clock, record }, tool, about));
  };

  return {
    async run(tool, call, context) {
      const read = readArguments(tool, call.argumentsJson);
      const asked = { request: history.said.turns, id: call.id, name: call.name, argumentsKey: read.key };
      const rules = tool && { mostPerCall: tool.rules?.mostPerCall ?? 30, confirm: tool.rules?.confirm !== undefined };
      const verdict = judgeToolCall({
        ...{ entries: book, asked, tool: rules, limits: parts.limits ?? usualLedgerLimits },
        personDeclines: declines(history.said.newest, parts.language),
        argumentsAreGood: read.problem === null,
      });
      if (verdict.type === 'repeat') return repeatOf(book[verdict.of - 1] as KeptToolCall, call);
      if (verdict.type !== 'run' || !tool) {
        return refuse(call, { verdict, argumentsKey: read.key, words: toWordsForModel(verdict, { call, tool, read }) });
      }
      const kept = write(call, { argumentsKey: read.key, state: 'running', content: null });
      kept.outcome = perform(tool, kept, { context, values: read.values });
      return { ...(await kept.outcome), id: call.id };
    },
  };
}

interface Running {
  context: ToolContext;
  values: Record<string, unknown>;
}

type Ended = Pick<KeptToolCall, 'state'> & Omit<ToolOutcome, 'id'>;

const failed = (content: string): Ended => ({ state: 'failed', content, endsCall: null, failed: true });

/** Never rejects. */
async function runInTime(
  { clock, record }: Pick<ToolLedgerParts, 'clock' | 'record'>,
  tool: Tool,
  { context, values }: Running,
): Promise<Ended> {
  const done = new AbortController();
  const { timeoutMs = usualTimeoutMs, actsOnWorld = false } = tool.rules ?? {};
  const tooLate = waitFor(clock, timeoutMs, done.signal).then(() => null);
  const work = async () => {
    // It must be known to have been begun before it acts on the world.
    if (actsOnWorld) await record.flushed();
    return done.signal.aborted ? null : tool.run({ ...context, signal: done.signal }, values);
  };
  try {
    const result = await Promise.race([work(), tooLate]);
    if (!result) return failed('The tool did not answer in time. It is not known whether it did what was asked.');
    return { ...result, failed: result.failed ?? false, state: result.failed ? 'failed' : 'done' };
  } catch (error) {
    return failed(`The tool failed: ${messageOf(error)}`);
  } finally {
    done.abort();
  }
}

async function repeatOf(kept: KeptToolCall, call: ToolCall): Promise<ToolOutcome> {
  if (kept.outcome) return { ...(await kept.outcome), id: call.id };
  const failed = kept.state !== 'done' && kept.state !== 'confirming';
  return { id: call.id, content: kept.content ?? 'It is not known what came of it.', endsCall: null, failed };
}
