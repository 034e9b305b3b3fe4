/** Any two versions of an assistant, or its draft, compared field by field. */
import { useState } from 'react';
import {
  type AssistantResource,
  assistantVersionSchema,
  definitionSchema,
} from '../../../src/api/contract/assistants.ts';
import { toWords } from '../parts/badge.tsx';
import { Button } from '../parts/button.tsx';
import { toMoment } from '../parts/format.ts';
import { useList } from '../parts/list.tsx';
import { ErrorNotice } from '../parts/notice.tsx';
import { Loading } from '../parts/page.tsx';
import { diffLines } from './line-diff.ts';

type Definition = Record<string, unknown>;

interface Choice {
  /** The version's number, or `draft`. */
  key: string;
  name: string;
  definition: Definition;
}

const toText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value ?? null, null, 2));

export function VersionList({ assistant }: { assistant: AssistantResource }) {
  const [before, setBefore] = useState<string | null>(null);
  const [after, setAfter] = useState('draft');
  const list = useList({
    name: 'assistants',
    item: assistantVersionSchema,
    path: `/v1/assistants/${assistant.id}/versions`,
  });
  if (list.isPending) return <Loading />;
  if (list.isError) return <ErrorNotice error={list.error} />;
  const draft: Choice = { key: 'draft', name: 'The draft', definition: definitionSchema.parse(assistant) };
  const versions = list.rows.map(({ version, published_at, definition }): Choice => {
    return { key: String(version), name: `Version ${version}, ${toMoment(published_at)}`, definition };
  });
  const choices = [draft, ...versions];
  const one = choices.find(({ key }) => key === before) ?? versions[0] ?? draft;
  const other = choices.find(({ key }) => key === after) ?? draft;
  return (
    <div className="flex flex-col gap-4">
      <div className="grid gap-3 sm:grid-cols-2">
        <Chooser label="From" chosen={one.key} choices={choices} choose={setBefore} />
        <Chooser label="To" chosen={other.key} choices={choices} choose={setAfter} />
      </div>
      <Changes before={one.definition} after={other.definition} />
      {list.hasNextPage && (
        <Button className="self-start" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          Older versions
        </Button>
      )}
    </div>
  );
}

function Chooser({
  label,
  chosen,
  choices,
  choose,
}: {
  label: string;
  chosen: string;
  choices: readonly Choice[];
  choose(key: string): void;
}) {
  return (
    <label className="flex items-center gap-3">
      <span className="w-10 text-soft">{label}</span>
      <select className="control" value={chosen} onChange={(event) => choose(event.target.value)}>
        {choices.map(({ key, name }) => (
          <option key={key} value={key}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function Changes({ before, after }: { before: Definition; after: Definition }) {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changed = names.filter((name) => toText(before[name]) !== toText(after[name]));
  if (changed.length === 0) return <p className="text-soft">They are the same.</p>;
  return changed.map((name) => (
    <section key={name} aria-label={toWords(name)}>
      <h3 className="mb-1 font-medium">{toWords(name)}</h3>
      <Lines before={toText(before[name])} after={toText(after[name])} />
    </section>
  ));
}

const looks = {
  same: { sign: ' ', words: '', wash: 'text-soft' },
  out: { sign: '−', words: 'taken out: ', wash: 'bg-bad-wash' },
  in: { sign: '+', words: 'put in: ', wash: 'bg-good-wash' },
} as const;

function Lines({ before, after }: { before: string; after: string }) {
  return (
    <ol className="overflow-hidden rounded-lg border border-line font-mono text-[0.82rem]">
      {diffLines(before, after).map(({ kind, text }, index) => (
        <li
          // biome-ignore lint/suspicious/noArrayIndexKey: the lines of two texts have no other name.
          key={index}
          className={`grid grid-cols-[1.2rem_minmax(0,1fr)] px-2 py-0.5 break-words whitespace-pre-wrap ${looks[kind].wash}`}
        >
          <span aria-hidden="true">{looks[kind].sign}</span>
          <span>
            <span className="sr-only">{looks[kind].words}</span>
            {text}
          </span>
        </li>
      ))}
    </ol>
  );
}
