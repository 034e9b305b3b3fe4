/** Reads what a language model says about a call: strictly, and no value without words of the call that support it. */
import { z } from 'zod';
import { type AnalysisWishes, type AnalyzedTurn, type ExtractedValue, wantedValues } from './analysis.ts';

const found = z.object({
  value: z.unknown(),
  turn: z.number().int().nullish(),
  /** Words of that turn. */
  quote: z.string().max(2000).nullish(),
});

const answerSchema = z.object({
  summary: z.string().min(1).max(2000),
  success: z.boolean().nullish(),
  success_reason: z.string().max(1000).nullish(),
  sentiment: z.enum(['positive', 'neutral', 'negative']).nullish(),
  next_step: z.string().max(1000).nullish(),
  data: z.record(z.string(), found.nullish()).nullish(),
});

export interface ReadAnswer {
  summary: string;
  success: boolean | null;
  success_reason: string | null;
  sentiment: 'positive' | 'neutral' | 'negative' | null;
  next_step: string | null;
  data: Record<string, ExtractedValue> | null;
}

export type Reading = { ok: true; answer: ReadAnswer; faults: readonly string[] } | { ok: false; fault: string };

/** `faults`: values that do not fit their schema, which are left out. */
export function readAnswer(text: string, wishes: AnalysisWishes, turns: readonly AnalyzedTurn[]): Reading {
  const raw = parseObject(text);
  if (raw === undefined) return { ok: false, fault: 'The answer is not one JSON object.' };
  const read = answerSchema.safeParse(raw);
  if (!read.success) {
    const [issue] = read.error.issues;
    return { ok: false, fault: `${issue?.path.join('.') || 'the answer'}: ${issue?.message ?? 'is wrong'}` };
  }
  const { summary, success, success_reason, sentiment, next_step, data } = read.data;
  const faults: string[] = [];
  const hasCriteria = wishes.successCriteria !== null;
  const wanted = wantedValues(wishes);
  const values = wanted?.map(([name, schema]): [string, ExtractedValue] => {
    const given = data && Object.hasOwn(data, name) ? data[name] : null;
    const value = given && isSupported(given, turns) ? fitting(given.value, schema) : null;
    if (value === misfit) faults.push(`data.${name}.value: does not fit its schema`);
    if (value === null || value === misfit) return [name, { value: null, turn: null }];
    return [name, { value, turn: given?.turn ?? null }];
  });
  const answer: ReadAnswer = {
    summary: summary.trim(),
    success: hasCriteria ? (success ?? null) : null,
    success_reason: hasCriteria ? (success_reason ?? null) : null,
    ...{ sentiment: sentiment ?? null, next_step: next_step ?? null },
    data: values ? Object.fromEntries(values) : null,
  };
  return { ok: true, answer, faults };
}

/** The one object in it; models like to put it between words or fences. */
function parseObject(text: string): object | undefined {
  const [from, to] = [text.indexOf('{'), text.lastIndexOf('}')];
  if (from < 0 || to < from) return undefined;
  try {
    const parsed: unknown = JSON.parse(text.slice(from, to + 1));
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}

const toWords = (text: string) =>
  (
    text
      .toLowerCase()
      .normalize('NFKC')
      .match(/[\p{L}\p{N}]+/gu) ?? []
  ).join(' ');

/** The turn is one of this call, and says those words. */
function isSupported({ turn, quote }: z.infer<typeof found>, turns: readonly AnalyzedTurn[]): boolean {
  const said = turns.find(({ index }) => index === turn);
  const words = toWords(quote ?? '');
  return said !== undefined && words !== '' && ` ${toWords(said.text)} `.includes(` ${words} `);
}

const misfit = Symbol('misfit');

function fitting(value: unknown, schema: Record<string, unknown>): unknown {
  if (value === null || value === undefined) return null;
  try {
    const checked = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(value);
    return checked.success ? checked.data : misfit;
  } catch {
    // A schema that cannot be read promises nothing about its values.
    return misfit;
  }
}
