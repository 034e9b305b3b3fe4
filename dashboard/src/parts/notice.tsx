/** A word to the person: something failed, something is missing, something is worth knowing. */
import type { ReactNode } from 'react';
import { wordsOf } from '../api/problem.ts';
import type { Tone } from './badge.tsx';
import { Button } from './button.tsx';

const tones: Record<Tone, string> = {
  plain: 'border-line bg-raised text-ink',
  accent: 'border-accent/30 bg-accent-wash text-ink',
  info: 'border-info/25 bg-info-wash text-ink',
  good: 'border-good/25 bg-good-wash text-ink',
  warn: 'border-warn/30 bg-warn-wash text-ink',
  bad: 'border-bad/30 bg-bad-wash text-ink',
};

export function Notice({ tone = 'plain', title, children }: { tone?: Tone; title?: ReactNode; children?: ReactNode }) {
  return (
    <div
      role={tone === 'bad' ? 'alert' : 'status'}
      className={`rounded-lg border px-4 py-3 text-[0.93rem] ${tones[tone]}`}
    >
      {title !== undefined && <p className="font-semibold">{title}</p>}
      {children}
    </div>
  );
}

/** What went wrong, and a way to try again. */
export function ErrorNotice({ error, retry }: { error: unknown; retry?: () => void }) {
  return (
    <Notice tone="bad" title="This could not be had">
      <p>{wordsOf(error)}</p>
      {retry && (
        <Button size="small" className="mt-2" onClick={retry}>
          Try again
        </Button>
      )}
    </Notice>
  );
}

/** Where there is nothing yet: what would be here, and what to do so that it is. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="flex flex-col items-center gap-2 px-6 py-14 text-center">
      <svg viewBox="0 0 120 40" aria-hidden="true" className="mb-2 h-10 text-line">
        <path
          d="M4 20h14M24 12v16M34 6v28M44 14v12M54 2v36M64 10v20M74 15v10M84 6v28M94 16v8M102 20h14"
          stroke="currentColor"
          strokeWidth="4"
          strokeLinecap="round"
          fill="none"
        />
      </svg>
      <p className="text-[1.05rem] font-semibold">{title}</p>
      <div className="max-w-md text-soft">{children}</div>
    </div>
  );
}
