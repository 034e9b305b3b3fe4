/** Whether a tool that the assistant asks for is run: by what it may do, what was asked before, and what the person said. */

/** `lost`: the server stopped while it ran, so nobody knows whether it did. */
export type ToolCallState = 'confirming' | 'running' | 'done' | 'failed' | 'refused' | 'lost';

/** What the ledger knows of a tool call that was asked for in this call. */
export interface LedgerEntry {
  number: number;
  /** What the person had said when it was asked for: so many turns. */
  request: number;
  id: string;
  name: string;
  /** The arguments in one way of writing. */
  argumentsKey: string;
  state: ToolCallState;
}

export interface AskedTool {
  request: number;
  id: string;
  name: string;
  argumentsKey: string;
}

/** Null for a tool that this assistant does not have. */
export interface ToolLimits {
  mostPerCall: number;
  /** Whether the person has to say yes before it is run. */
  confirm: boolean;
}

export interface LedgerLimits {
  /** Tool calls between one turn of the person and the next. */
  perRequest: number;
  perCall: number;
}

export const usualLedgerLimits: LedgerLimits = { perRequest: 10, perCall: 60 };

export type Verdict =
  | { type: 'run' }
  /** It was asked for already: what came of that is the answer, or is being waited for. */
  | { type: 'repeat'; of: number }
  | { type: 'ask-person' }
  | { type: 'refuse'; why: 'unknown-tool' | 'too-many' | 'used-up' | 'declined' | 'bad-arguments' };

export interface Judged {
  entries: readonly LedgerEntry[];
  asked: AskedTool;
  tool: ToolLimits | null;
  /** Whether the person's newest words say no. */
  personDeclines: boolean;
  argumentsAreGood: boolean;
  limits: LedgerLimits;
}

export function judgeToolCall(judged: Judged): Verdict {
  const { entries, asked, tool, limits } = judged;
  const same = entries.filter((entry) => entry.name === asked.name && entry.argumentsKey === asked.argumentsKey);
  const earlier = same.findLast((entry) => isAnswerTo(entry, asked));
  if (earlier) return { type: 'repeat', of: earlier.number };
  if (isTooMany(entries, asked, limits)) return { type: 'refuse', why: 'too-many' };
  if (!tool) return { type: 'refuse', why: 'unknown-tool' };
  if (!judged.argumentsAreGood) return { type: 'refuse', why: 'bad-arguments' };
  const used = entries.filter(({ name, state }) => name === asked.name && wasRun(state)).length;
  if (used >= tool.mostPerCall) return { type: 'refuse', why: 'used-up' };
  if (!tool.confirm) return { type: 'run' };
  // The newest question counts, and only an answer that came right after it.
  const question = same.findLast(({ state }) => state === 'confirming');
  if (!question || question.request !== asked.request - 1) return { type: 'ask-person' };
  return judged.personDeclines ? { type: 'refuse', why: 'declined' } : { type: 'run' };
}

const wasRun = (state: ToolCallState) =>
  state === 'running' || state === 'done' || state === 'failed' || state === 'lost';

/** Whether an earlier tool call with the same name and arguments already answers this one. */
function isAnswerTo(entry: LedgerEntry, asked: AskedTool): boolean {
  if (entry.state === 'running') return true;
  if (entry.state === 'confirming') return entry.request === asked.request;
  if (entry.state === 'refused') return entry.request === asked.request;
  return entry.request === asked.request || entry.id === asked.id;
}

function isTooMany(entries: readonly LedgerEntry[], { request }: AskedTool, limits: LedgerLimits): boolean {
  const inRequest = entries.filter((entry) => entry.request === request).length;
  return inRequest >= limits.perRequest || entries.length >= limits.perCall;
}
