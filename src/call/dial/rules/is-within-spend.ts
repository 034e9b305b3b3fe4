/** Whether the call stays within what may be spent. No prices are known yet, so it can only say that nobody knows. */
import type { Rule } from './rule.ts';

export const isWithinSpend: Rule = () => ({
  verdict: 'notes',
  code: null,
  detail: 'No prices are known, so spending is not limited.',
});
