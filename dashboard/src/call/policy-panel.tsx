/** Whether the call might be made, by which rules. */
import type { CallWithTurns } from '../../../src/api/contract/calls.ts';
import { Badge, type Tone, toWords } from '../parts/badge.tsx';
import { Panel } from '../parts/page.tsx';

type Policy = NonNullable<CallWithTurns['policy']>;

const tones: Record<Policy['reasons'][number]['verdict'], Tone> = { allows: 'good', notes: 'warn', forbids: 'bad' };

export function PolicyPanel({ policy }: { policy: Policy }) {
  return (
    <Panel
      title="May it be called?"
      actions={<Badge tone={policy.allowed ? 'good' : 'bad'}>{policy.allowed ? 'allowed' : 'forbidden'}</Badge>}
    >
      <PolicyRules policy={policy} />
    </Panel>
  );
}

export function PolicyRules({ policy }: { policy: Policy }) {
  const { reasons, destination, detail, mend } = policy;
  const where = [...(destination.region ? [destination.region] : []), ...destination.countries].join(', ');
  return (
    <div className="flex flex-col gap-2 p-4 text-[0.93rem]">
      {!policy.allowed && <p className="font-medium">{detail}</p>}
      {mend && <p className="text-soft">{mend}</p>}
      {where && (
        <p className="text-soft">
          Rings in {where}
          {destination.zones.length > 0 &&
            ` (${destination.zones.slice(0, 2).join(', ')}${destination.zones.length > 2 ? ', …' : ''})`}
        </p>
      )}
      <ul className="flex flex-col gap-1.5">
        {reasons.map((reason) => (
          <li key={reason.rule} className="flex items-baseline gap-2">
            <Badge tone={tones[reason.verdict]}>{reason.verdict}</Badge>
            <span>
              {toWords(reason.rule)}
              <span className="block text-[0.85rem] text-soft">{reason.detail}</span>
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
