/** How much is spent of today and of this month, against its caps. */
import { useQuery } from '@tanstack/react-query';
import type { z } from 'zod';
import { limitsSchema } from '../../../src/api/contract/stats.ts';
import { read } from '../api/ask.ts';
import { toMoney } from '../parts/format.ts';
import { Panel } from '../parts/page.tsx';

export const useLimits = () =>
  useQuery({ queryKey: ['figures', 'limits'], queryFn: () => read(limitsSchema, '/v1/limits') });

type Spent = NonNullable<z.infer<typeof limitsSchema>['account']>['spend']['day'];

export function Spending() {
  const limits = useLimits().data;
  // A client's people see what is theirs, the operator's own all of it.
  const spend = limits?.account?.spend ?? limits?.client?.spend;
  if (!spend) return null;
  const { currency, day, month } = spend;
  return (
    <Panel title="Spending" actions={<span className="text-[0.85rem] text-soft">UTC</span>}>
      <div className="flex flex-col gap-4 p-4">
        <Against name="Today" spent={day} currency={currency} />
        <Against name="This month" spent={month} currency={currency} />
      </div>
    </Panel>
  );
}

function Against({ name, spent, currency }: { name: string; spent: Spent; currency: string }) {
  const { limit_micros: cap, spent_micros: settled, reserved_micros: reserved } = spent;
  const share = (micros: number) => (cap === null || cap === 0 ? 0 : Math.min(100, (micros / cap) * 100));
  const isNear = cap !== null && settled + reserved >= cap * 0.8;
  return (
    <div>
      <p className="flex flex-wrap justify-between gap-x-3 text-[0.93rem]">
        <span className="text-soft">{name}</span>
        <span className="tabular-nums">
          <span className="font-medium">{toMoney(settled, currency)}</span>
          {cap === null ? <span className="text-soft"> · no cap</span> : ` of ${toMoney(cap, currency)}`}
        </span>
      </p>
      {cap !== null && (
        <div aria-hidden="true" className="mt-1.5 flex h-2 overflow-hidden rounded-full bg-raised ring-1 ring-line">
          <span className={isNear ? 'bg-bad' : 'bg-accent'} style={{ width: `${share(settled)}%` }} />
          <span className={isNear ? 'bg-bad/45' : 'bg-accent/45'} style={{ width: `${share(reserved)}%` }} />
        </div>
      )}
      {reserved > 0 && (
        <p className="mt-1 text-[0.82rem] text-soft">
          and at most {toMoney(reserved, currency)} for calls that are not over
        </p>
      )}
    </div>
  );
}
