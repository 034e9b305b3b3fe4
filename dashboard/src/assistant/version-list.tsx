/** The published versions of an assistant, each compared with its draft. */
import { useState } from 'react';
import {
  type AssistantResource,
  assistantVersionSchema,
  definitionSchema,
} from '../../../src/api/contract/assistants.ts';
import { toWords } from '../parts/badge.tsx';
import { toMoment } from '../parts/format.ts';
import { useList } from '../parts/list.tsx';
import { ErrorNotice } from '../parts/notice.tsx';
import { Loading } from '../parts/page.tsx';

const show = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value, null, 2));

export function VersionList({ assistant }: { assistant: AssistantResource }) {
  const [chosen, setChosen] = useState<number | null>(null);
  const list = useList({
    name: 'assistants',
    item: assistantVersionSchema,
    path: `/v1/assistants/${assistant.id}/versions`,
  });
  if (list.isPending) return <Loading />;
  if (list.isError) return <ErrorNotice error={list.error} />;
  const shown = list.rows.find(({ version }) => version === (chosen ?? list.rows[0]?.version));
  const draft: Record<string, unknown> = definitionSchema.parse(assistant);
  const changed = Object.entries(shown?.definition ?? {}).filter(([name, value]) => show(value) !== show(draft[name]));
  return (
    <div className="flex flex-col gap-4">
      <label className="flex items-center gap-3">
        Compare the draft with
        <select
          className="control !w-auto"
          value={shown?.version}
          onChange={(event) => setChosen(Number(event.target.value))}
        >
          {list.rows.map(({ version, published_at }) => (
            <option key={version} value={version}>
              version {version}, {toMoment(published_at)}
            </option>
          ))}
        </select>
      </label>
      {changed.length === 0 && <p className="text-soft">They are the same.</p>}
      {changed.map(([name, value]) => (
        <section key={name}>
          <h3 className="mb-1 font-medium">{toWords(name)}</h3>
          <div className="grid gap-2 sm:grid-cols-2">
            <pre className="rounded-lg bg-bad-wash p-3 font-mono text-[0.82rem] break-words whitespace-pre-wrap">
              {show(value)}
            </pre>
            <pre className="rounded-lg bg-good-wash p-3 font-mono text-[0.82rem] break-words whitespace-pre-wrap">
              {show(draft[name])}
            </pre>
          </div>
        </section>
      ))}
    </div>
  );
}
