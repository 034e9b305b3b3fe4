/** What one does while an assistant talks: have it say something, tell it what to do, hand the person over, listen. */
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { assistantVersionSchema } from '../../../src/api/contract/assistants.ts';
import type { CallWithTurns } from '../../../src/api/contract/calls.ts';
import { change, read } from '../api/ask.ts';
import { Button } from '../parts/button.tsx';
import { Icon } from '../parts/icon.tsx';
import { Panel } from '../parts/page.tsx';
import { useChange } from '../parts/use-change.ts';
import { useMay } from '../use-me.ts';
import { ListenCard } from './listen-card.tsx';

export function LivePanel({ call }: { call: CallWithTurns }) {
  const may = useMay();
  if (!may('calls:write') || call.status !== 'in_progress') return null;
  return (
    <Panel title="While it goes on">
      <div className="grid gap-x-8 gap-y-4 p-4 lg:grid-cols-2">
        <Tell callId={call.id} />
        <div className="flex flex-col gap-4">
          <ListenCard callId={call.id} />
          {may('assistants:read') && <Transfer call={call} />}
        </div>
      </div>
    </Panel>
  );
}

const ways = {
  say: { label: 'Have it say this', hint: 'Said word for word, in the place of what it is saying.', word: 'Say' },
  instruct: {
    label: 'Tell it what to do',
    hint: 'Followed from now on, and never read out.',
    word: 'Instruct',
  },
} as const;
type Way = keyof typeof ways;

function Tell({ callId }: { callId: string }) {
  const [way, setWay] = useState<Way>('instruct');
  const [text, setText] = useState('');
  const [respond, setRespond] = useState(true);
  const tell = useChange({
    send: (body: object) => change('POST', `/v1/calls/${callId}/${way}`, body),
    touches: ['call'],
    done: () => setText(''),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const words = text.trim();
    if (words !== '') tell.run(way === 'say' ? { text: words } : { text: words, respond });
  };
  const { hint, label, word } = ways[way];
  return (
    <form onSubmit={submit} className="flex flex-col gap-2">
      <fieldset className="flex flex-wrap gap-x-5 gap-y-1">
        <legend className="sr-only">What the assistant is to do with it</legend>
        {(Object.keys(ways) as Way[]).map((name) => (
          <label key={name} className="flex items-center gap-2">
            <input
              type="radio"
              name="way"
              className="size-4 accent-[var(--accent)]"
              checked={way === name}
              onChange={() => setWay(name)}
            />
            {ways[name].label}
          </label>
        ))}
      </fieldset>
      <div className="flex gap-2">
        <input
          className="control"
          aria-label={label}
          placeholder={hint}
          maxLength={2000}
          autoComplete="off"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Button type="submit" disabled={tell.isRunning || text.trim() === ''}>
          <Icon name="send" /> {word}
        </Button>
      </div>
      {way === 'instruct' && (
        <label className="flex items-center gap-2 text-[0.9rem] text-soft">
          <input
            type="checkbox"
            className="size-4 accent-[var(--accent)]"
            checked={respond}
            onChange={(event) => setRespond(event.target.checked)}
          />
          It speaks because of it now, and not only when it is its turn
        </label>
      )}
      <p role="status" className={`text-[0.87rem] ${tell.refusal ? 'text-bad' : 'text-soft'}`}>
        {tell.refusal ?? (tell.answer && text === '' ? 'Done.' : '')}
      </p>
    </form>
  );
}

/** To whom the version that the call was made with may hand a person over. */
function useTargets({ assistant: { id, version } }: CallWithTurns): string[] {
  const stored = useQuery({
    queryKey: ['assistants', id, 'versions', version],
    queryFn: () => read(assistantVersionSchema, `/v1/assistants/${id}/versions/${version}`),
    enabled: id !== null && version !== null,
  });
  const tools = stored.data?.definition.tools ?? [];
  return tools.flatMap((tool) =>
    typeof tool === 'object' && tool.type === 'transfer' ? tool.targets.map(({ name }) => name) : [],
  );
}

function Transfer({ call }: { call: CallWithTurns }) {
  const targets = useTargets(call);
  const transfer = useChange({
    send: (target: string) => change('POST', `/v1/calls/${call.id}/transfer`, { target }),
    touches: ['call', 'calls'],
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    transfer.run(String(new FormData(event.currentTarget).get('target')));
  };
  if (targets.length === 0) return null;
  return (
    <form onSubmit={submit} className="flex flex-wrap items-center gap-2">
      <select className="control !w-auto" name="target" aria-label="Hand the person over to">
        {targets.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <Button type="submit" disabled={transfer.isRunning}>
        <Icon name="out" /> Hand over
      </Button>
      {transfer.refusal && <p className="w-full text-[0.87rem] text-bad">{transfer.refusal}</p>}
    </form>
  );
}
