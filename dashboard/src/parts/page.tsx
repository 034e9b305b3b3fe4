/** The frame of a page: its title, what can be done, and panels. */
import { type ReactNode, useEffect } from 'react';

export function Page({
  title,
  lead,
  actions,
  children,
}: {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · Callwright`;
  }, [title]);
  return (
    <div className="mx-auto flex w-full max-w-[78rem] flex-col gap-5 px-4 py-6 sm:px-7">
      <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <h1 className="text-[1.55rem] leading-tight font-semibold tracking-tight break-words">{title}</h1>
          {lead && <div className="mt-1 text-soft">{lead}</div>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

export function Panel({
  title,
  actions,
  className = '',
  children,
}: {
  title?: string;
  actions?: ReactNode;
  className?: string;
  children: ReactNode;
}) {
  return (
    <section className={`panel min-w-0 ${className}`}>
      {(title || actions) && (
        <div className="flex min-h-12 flex-wrap items-center justify-between gap-2 border-b border-line px-4 py-2">
          {title && <h2 className="font-semibold">{title}</h2>}
          {actions}
        </div>
      )}
      {children}
    </section>
  );
}

const widths = ['92%', '70%', '81%', '55%', '88%', '64%', '77%', '50%', '84%', '61%'];

/** Grey bars in the place of what is on its way. */
export function Loading({ rows = 4 }: { rows?: number }) {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col gap-3 p-4">
      {widths.slice(0, rows).map((width) => (
        <div key={width} className="h-4 animate-pulse rounded bg-line" style={{ width }} />
      ))}
    </div>
  );
}

/** Names and what they stand for. */
export function Facts({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="grid grid-cols-[minmax(6.5rem,auto)_1fr] gap-x-4 gap-y-1.5 p-4 text-[0.93rem]">
      {facts.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-soft">{name}</dt>
          <dd className="min-w-0 break-words">{value ?? <span className="text-soft">none</span>}</dd>
        </div>
      ))}
    </dl>
  );
}
