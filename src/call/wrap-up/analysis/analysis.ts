/** What is found out of a call once it is over. */

export interface Analysis {
  /** Who found it out: a language model, or rules that go by the facts alone. */
  source: 'model' | 'rules';
  /** The model's name. */
  model: string | null;
  outcome: string | null;
  ended_by: string | null;
  ended_reason: string | null;
  summary: string;
  /** By the assistant's own criteria; null where it has none, or nobody could tell. */
  success: boolean | null;
  success_reason: string | null;
  /** By the assistant's schema; null where it has none. */
  data: Record<string, ExtractedValue> | null;
  sentiment: 'positive' | 'neutral' | 'negative' | null;
  next_step: string | null;
}

export interface ExtractedValue {
  /** Null when the call does not tell. */
  value: unknown;
  /** The turn that says so, by its index. */
  turn: number | null;
}

/** What of a call it is found out from. */
export interface AnalysisFacts {
  status: string;
  outcome: string | null;
  endedBy: string | null;
  endedReason: string | null;
  answeredBy: string | null;
  durationSeconds: number | null;
  turns: readonly AnalyzedTurn[];
}

export interface AnalyzedTurn {
  index: number;
  /** An operator spoke in the place of the assistant. */
  speaker: 'person' | 'assistant' | 'operator';
  /** What was heard of it. */
  text: string;
}

export interface AnalysisWishes {
  /** JSON Schema of an object: each property is a value to be found. */
  schema: Readonly<Record<string, unknown>> | null;
  successCriteria: string | null;
  language: string;
}

/** The values that the schema asks for, each with its own schema. */
export function wantedValues({ schema }: AnalysisWishes): [string, Record<string, unknown>][] | null {
  if (!schema) return null;
  const properties = schema.properties;
  if (typeof properties !== 'object' || properties === null) return [];
  return Object.entries(properties).filter(
    (entry): entry is [string, Record<string, unknown>] => typeof entry[1] === 'object' && entry[1] !== null,
  );
}
