/** What the rules of dialling say of a call before it is asked for. */
import { useQuery } from '@tanstack/react-query';
import { policySchema } from '../../../src/api/contract/calls.ts';
import { change } from '../api/ask.ts';
import { Problem } from '../api/problem.ts';
import { useSettled } from '../base/use-settled.ts';
import { PolicyPanel } from '../call/policy-panel.tsx';
import { type Draft, isWholeNumber, toBody } from './draft.ts';

/** Somebody who types is not asked about in the middle of it. */
const settledMs = 350;

export function usePolicyCheck(draft: Draft, names: readonly string[]) {
  const { to, assistant_id } = useSettled(toBody(draft, names), settledMs);
  // Which words are said is no matter of the rules, but a template that lacks a value would be refused.
  const blank = Object.fromEntries(names.map((name) => [name, '']));
  const body = { to, ...(assistant_id === undefined ? {} : { assistant_id }), variables: blank };
  return useQuery({
    queryKey: ['policy', body],
    enabled: isWholeNumber(to),
    retry: false,
    queryFn: async () => policySchema.parse(await change('POST', '/v1/calls/check', body)),
  });
}

/** About the number as it stands now; what was found of another is not shown. */
export function PolicyCheck({ check, isWhole }: { check: ReturnType<typeof usePolicyCheck>; isWhole: boolean }) {
  if (!isWhole) return null;
  if (check.data) return <PolicyPanel policy={check.data} />;
  if (check.error instanceof Problem) return <p className="text-[0.9rem] text-soft">{check.error.message}</p>;
  return null;
}
