/** One call: what is happening in it or what happened, told, heard and measured. */
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { type CallWithTurns, callWithTurnsSchema } from '../../../src/api/contract/calls.ts';
import { read } from '../api/ask.ts';
import { Problem } from '../api/problem.ts';
import { AnalysisPanel } from '../call/analysis-panel.tsx';
import { CallActions } from '../call/call-actions.tsx';
import { CallFacts } from '../call/call-facts.tsx';
import { CallPath } from '../call/call-path.tsx';
import { CostPanel } from '../call/cost-panel.tsx';
import { EventList } from '../call/event-list.tsx';
import { LatencyPanel } from '../call/latency-panel.tsx';
import { LivePanel } from '../call/live-panel.tsx';
import { PolicyPanel } from '../call/policy-panel.tsx';
import { RecordingPanel } from '../call/recording-panel.tsx';
import { ToolPanel } from '../call/tool-panel.tsx';
import { Transcript } from '../call/transcript.tsx';
import { usePlayer } from '../call/use-player.ts';
import { StatusBadge, toWords } from '../parts/badge.tsx';
import { ButtonLink } from '../parts/button.tsx';
import { toNumber } from '../parts/format.ts';
import { Empty, ErrorNotice, Notice } from '../parts/notice.tsx';
import { Loading, Page, Panel } from '../parts/page.tsx';
import { useMay } from '../use-me.ts';

export function CallPage() {
  const { id } = useParams({ from: '/calls/$id' });
  const call = useQuery({ queryKey: ['call', id], queryFn: () => read(callWithTurnsSchema, `/v1/calls/${id}`) });
  if (call.isPending) return <Page title="Call">{<Loading rows={10} />}</Page>;
  if (call.isError) return <NoCall error={call.error} retry={() => void call.refetch()} />;
  return <WholeCall key={id} call={call.data} />;
}

function NoCall({ error, retry }: { error: unknown; retry(): void }) {
  if (!(error instanceof Problem && error.status === 404)) {
    return (
      <Page title="Call">
        <ErrorNotice error={error} retry={retry} />
      </Page>
    );
  }
  return (
    <Page title="Call">
      <div className="panel">
        <Empty title="There is no such call">
          <ButtonLink to="/calls">Show all calls</ButtonLink>
        </Empty>
      </div>
    </Page>
  );
}

function WholeCall({ call }: { call: CallWithTurns }) {
  const mayHear = useMay()('recordings:read');
  const isOver = call.state === 'ended';
  const player = usePlayer({ callId: call.id, answeredAt: call.answered_at, isOver, mayHear });
  const [shown, setShown] = useState<'latency' | 'events'>('latency');
  const number = toNumber(call.direction === 'inbound' ? call.from : call.to);
  return (
    <Page
      title={number}
      lead={
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <StatusBadge status={call.status} />
          {call.outcome !== null && call.outcome !== call.status && <span>{toWords(call.outcome)}</span>}
          <span>
            {call.direction === 'inbound' ? 'called in, answered by' : 'called by'} {call.assistant.name}
          </span>
        </span>
      }
      actions={<CallActions call={call} />}
    >
      <Fault call={call} />
      <div className="panel">
        <CallPath call={call} />
      </div>
      <LivePanel call={call} />
      {call.answered_at !== null && <RecordingPanel call={call} player={player} />}
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="flex min-w-0 flex-col gap-5">
          <Panel title="Transcript">
            <Transcript call={call} player={player} />
          </Panel>
          {call.tool_calls.length > 0 && <ToolPanel toolCalls={call.tool_calls} />}
        </div>
        <div className="flex min-w-0 flex-col gap-5">
          {call.analysis && <AnalysisPanel call={call} analysis={call.analysis} />}
          <Panel title="Call">
            <CallFacts call={call} />
          </Panel>
          {call.cost && <CostPanel cost={call.cost} />}
          {call.policy && <PolicyPanel policy={call.policy} />}
        </div>
      </div>
      <Panel
        title={shown === 'latency' ? 'How long the person waited' : 'Events'}
        actions={
          <div role="tablist" aria-label="More about the call" className="flex gap-1 rounded-lg bg-raised p-0.5">
            {(['latency', 'events'] as const).map((name) => (
              <button
                key={name}
                type="button"
                role="tab"
                aria-selected={shown === name}
                onClick={() => setShown(name)}
                className={`rounded-md px-3 py-1 text-[0.87rem] ${shown === name ? 'bg-panel font-medium shadow-sm' : 'text-soft'}`}
              >
                {name === 'latency' ? 'Latency' : 'Events'}
              </button>
            ))}
          </div>
        }
      >
        {shown === 'latency' ? <LatencyPanel call={call} /> : <EventList call={call} />}
      </Panel>
    </Page>
  );
}

function Fault({ call }: { call: CallWithTurns }) {
  if (call.error) {
    return (
      <Notice tone="bad" title="The call could not be made">
        <p>{call.error.message}</p>
        <p className="mt-1 text-[0.85rem] text-soft">{call.error.code}</p>
      </Notice>
    );
  }
  if (call.fault) return <Notice tone="warn" title={`Something failed in this call: ${toWords(call.fault)}`} />;
  return null;
}
