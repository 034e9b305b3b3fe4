/** The id of an assistant as it stands in a path. */
import { notFound } from './problem.ts';

export const highestAssistantId = 2_147_483_647;

/** @throws ProblemError 404 for what cannot be one */
export function assistantIdOr404(text: string): number {
  const number = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number <= highestAssistantId)) throw notFound('assistant');
  return number;
}
