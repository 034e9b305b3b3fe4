/** What was found out of a call once it was over. */
import type { CallWithTurns } from '../../../src/api/contract/calls.ts';
import { change } from '../api/ask.ts';
import { Badge, type Tone, toWords } from '../parts/badge.tsx';
import { Button } from '../parts/button.tsx';
import { Panel } from '../parts/page.tsx';
import { useChange } from '../parts/use-change.ts';
import { useMay } from '../use-me.ts';

type Analysis = NonNullable<CallWithTurns['analysis']>;

const moods: Record<NonNullable<Analysis['sentiment']>, Tone> = { positive: 'good', neutral: 'plain', negative: 'bad' };

export function AnalysisPanel({ call, analysis }: { call: CallWithTurns; analysis: Analysis }) {
  const may = useMay();
  const again = useChange({ send: () => change('POST', `/v1/calls/${call.id}/analyze`, {}), touches: ['call'] });
  const { summary, success, success_reason, sentiment, next_step, data, source, model } = analysis;
  return (
    <Panel
      title="What came of it"
      actions={
        may('calls:write') && (
          <Button size="small" look="quiet" disabled={again.isRunning} onClick={() => again.run(undefined)}>
            Analyze again
          </Button>
        )
      }
    >
      <div className="flex flex-col gap-3 p-4 text-[0.93rem]">
        <p className="break-words">{summary}</p>
        <p className="flex flex-wrap gap-2">
          {success !== null && <Badge tone={success ? 'good' : 'warn'}>{success ? 'success' : 'no success'}</Badge>}
          {sentiment !== null && <Badge tone={moods[sentiment]}>{sentiment}</Badge>}
        </p>
        {success_reason !== null && <p className="break-words text-soft">{success_reason}</p>}
        {next_step !== null && (
          <p className="break-words">
            <strong className="font-medium">Next:</strong> {next_step}
          </p>
        )}
        {data !== null && <Findings data={data} />}
        {again.refusal && <p className="text-bad">{again.refusal}</p>}
        <p className="text-[0.82rem] text-soft">
          {source === 'rules'
            ? 'By the facts of the call alone; no language model was asked.'
            : `Found out by ${model}.`}
        </p>
      </div>
    </Panel>
  );
}

function Findings({ data }: { data: NonNullable<Analysis['data']> }) {
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 border-t border-line pt-3">
      {Object.entries(data).map(([name, { value, turn }]) => (
        <div key={name} className="contents">
          <dt className="text-soft">{toWords(name)}</dt>
          <dd className="min-w-0 break-words">
            {value === null ? (
              <span className="text-soft">not said</span>
            ) : (
              String(typeof value === 'object' ? JSON.stringify(value) : value)
            )}
            {turn !== null && <span className="text-[0.82rem] text-soft"> in line {turn + 1}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
