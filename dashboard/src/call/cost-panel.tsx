/** What a call cost, or may cost at most, and of what that is made. */
import type { CostResource } from '../../../src/api/contract/prices.ts';
import { Badge, toWords } from '../parts/badge.tsx';
import { toCount, toMoney } from '../parts/format.ts';
import { Panel } from '../parts/page.tsx';

const statusWords: Record<CostResource['status'], string> = {
  reserved: 'set aside while it goes on',
  bounded: 'being counted',
  counted: 'counted by use',
  charged: 'as charged',
};

export function CostPanel({ cost }: { cost: CostResource }) {
  const { currency, status, total_micros, known_micros, reserved_micros, missing, lines } = cost;
  const isOpen = status === 'reserved' || status === 'bounded';
  const sum = isOpen ? reserved_micros : (total_micros ?? known_micros);
  return (
    <Panel title="Cost" actions={<Badge>{statusWords[status]}</Badge>}>
      <div className="flex flex-col gap-2 p-4 text-[0.93rem]">
        <p className="text-[1.2rem] font-semibold tabular-nums">
          {isOpen && 'at most '}
          {toMoney(sum, currency)}
        </p>
        {missing.length > 0 && (
          <p className="text-soft">Without {missing.map(toWords).join(', ')}, which has no price yet.</p>
        )}
        {lines.length > 0 && (
          <table className="w-full text-left text-[0.87rem]">
            <thead className="sr-only">
              <tr>
                <th>For</th>
                <th>Used</th>
                <th>Cost</th>
              </tr>
            </thead>
            <tbody>
              {lines.map((line) => (
                <tr key={`${line.vendor} ${line.item} ${line.model}`} className="border-t border-line align-top">
                  <td className="py-1.5 pr-2 break-words">
                    {toWords(line.item)} <span className="text-soft">{line.model ?? line.vendor}</span>
                  </td>
                  <td className="py-1.5 pr-2 text-right whitespace-nowrap text-soft tabular-nums">
                    {toCount(line.quantity)} {line.unit === 'second' ? 's' : line.unit}
                  </td>
                  <td className="py-1.5 text-right whitespace-nowrap tabular-nums">
                    {line.cost_micros === null ? 'no price' : toMoney(line.cost_micros, line.currency)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </Panel>
  );
}
