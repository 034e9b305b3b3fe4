/** What the assistant asked to have done, and what came of it. */
import type { ToolCallResource } from '../../../src/api/contract/tools.ts';
import { Badge, type Tone, toWords } from '../parts/badge.tsx';
import { toMs, toTimeOfDay } from '../parts/format.ts';
import { Panel } from '../parts/page.tsx';

const tones: Record<ToolCallResource['state'], Tone> = {
  confirming: 'info',
  running: 'accent',
  done: 'good',
  failed: 'bad',
  refused: 'warn',
  lost: 'bad',
};

export function ToolPanel({ toolCalls }: { toolCalls: readonly ToolCallResource[] }) {
  return (
    <Panel title="Tools">
      <ol className="flex flex-col divide-y divide-line">
        {toolCalls.map((call) => (
          <li key={call.number} className="p-4 text-[0.93rem]">
            <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <span className="font-medium">{toWords(call.name)}</span>
              <Badge tone={tones[call.state]}>{call.state}</Badge>
              <span className="text-[0.82rem] text-soft tabular-nums">
                {toTimeOfDay(call.asked_at)}
                {call.ended_at !== null && `, took ${toMs(Date.parse(call.ended_at) - Date.parse(call.asked_at))}`}
              </span>
            </p>
            {call.arguments !== '{}' && <Words text={call.arguments} />}
            {call.result !== null && <Words text={call.result} />}
          </li>
        ))}
      </ol>
    </Panel>
  );
}

function Words({ text }: { text: string }) {
  return (
    <pre className="mt-2 max-h-40 overflow-y-auto rounded-lg bg-raised p-2.5 font-mono text-[0.82rem] break-words whitespace-pre-wrap">
      {text}
    </pre>
  );
}
