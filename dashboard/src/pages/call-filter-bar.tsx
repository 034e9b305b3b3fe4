/** What narrows the list of calls. */
import { type ReactNode, useEffect, useState } from 'react';
import { callStatuses } from '../../../src/api/contract/calls.ts';
import { toWords } from '../parts/badge.tsx';
import { Button } from '../parts/button.tsx';
import { Icon } from '../parts/icon.tsx';
import { type CallFilter, spans } from './call-filter.ts';

/** A list is read once the typing has stopped for this long. */
const typingMs = 250;

/** Outcomes that calls commonly have; any other is found by its name in the address. */
const outcomes = [
  'talked',
  'no_conversation',
  'opted_out',
  'transferred',
  'voicemail',
  'transferred',
  'busy',
  'no_answer',
  'failed',
  'canceled',
];

export function CallFilterBar({ filter, setFilter }: { filter: CallFilter; setFilter(next: CallFilter): void }) {
  const set = (change: Partial<Record<keyof CallFilter, string>>) => {
    const next: Record<string, unknown> = { ...filter, ...change };
    for (const [name, value] of Object.entries(next)) if (value === '' || value === undefined) delete next[name];
    setFilter(next as CallFilter);
  };
  return (
    <search className="flex flex-wrap items-center gap-2" aria-label="Narrow the list">
      <SearchField value={filter.q ?? ''} change={(q) => set({ q })} />
      <Choice label="Status" value={filter.status} change={(status) => set({ status })}>
        {callStatuses.map((name) => (
          <option key={name} value={name}>
            {toWords(name)}
          </option>
        ))}
      </Choice>
      <Choice label="Outcome" value={filter.outcome} change={(outcome) => set({ outcome })}>
        {[...new Set([...outcomes, ...(filter.outcome ? [filter.outcome] : [])])].map((name) => (
          <option key={name} value={name}>
            {toWords(name)}
          </option>
        ))}
      </Choice>
      <Choice label="Direction" value={filter.direction} change={(direction) => set({ direction })}>
        <option value="outbound">outbound</option>
        <option value="inbound">inbound</option>
      </Choice>
      <Choice label="Time" value={filter.since} change={(since) => set({ since })}>
        {Object.entries(spans).map(([name, words]) => (
          <option key={name} value={name}>
            {words}
          </option>
        ))}
      </Choice>
      {Object.keys(filter).length > 0 && (
        <Button look="quiet" size="small" onClick={() => setFilter({})}>
          <Icon name="close" className="size-4" /> Clear
        </Button>
      )}
    </search>
  );
}

function SearchField({ value, change }: { value: string; change(text: string): void }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only typing asks for another list.
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => change(text), typingMs);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div className="relative w-full sm:w-64">
      <Icon name="search" className="pointer-events-none absolute top-2.5 left-3 size-4 text-soft" />
      <input
        type="search"
        data-search
        className="control pl-9"
        placeholder="Number or id"
        aria-label="Number or id"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
    </div>
  );
}

function Choice({
  label,
  value,
  change,
  children,
}: {
  label: string;
  value: string | undefined;
  change(value: string): void;
  children: ReactNode;
}) {
  return (
    <select
      aria-label={label}
      className={`control !w-auto ${value ? 'border-accent text-accent' : 'text-soft'}`}
      value={value ?? ''}
      onChange={(event) => change(event.target.value)}
    >
      <option value="">{label}</option>
      {children}
    </select>
  );
}
