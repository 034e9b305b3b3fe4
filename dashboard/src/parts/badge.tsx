/** One word on a coloured ground. */
import type { ReactNode } from 'react';

export type Tone = 'plain' | 'accent' | 'info' | 'good' | 'warn' | 'bad';

const tones: Record<Tone, string> = {
  plain: 'bg-raised text-soft ring-1 ring-line ring-inset',
  accent: 'bg-accent-wash text-accent',
  info: 'bg-info-wash text-info',
  good: 'bg-good-wash text-good',
  warn: 'bg-warn-wash text-warn',
  bad: 'bg-bad-wash text-bad',
};

export function Badge({
  tone = 'plain',
  isLive = false,
  children,
}: {
  tone?: Tone;
  isLive?: boolean;
  children: ReactNode;
}) {
  return (
    <span
      className={`inline-flex items-center gap-1.5 rounded-full px-2.5 py-0.5 text-[0.8rem] font-medium whitespace-nowrap ${tones[tone]}`}
    >
      {isLive && <span className="pulse-dot size-1.5 rounded-full bg-current" />}
      {children}
    </span>
  );
}

const statusTones: Record<string, Tone> = {
  in_progress: 'accent',
  ringing: 'accent',
  dialing: 'info',
  queued: 'info',
  scheduled: 'info',
  completed: 'good',
  busy: 'warn',
  no_answer: 'warn',
  canceled: 'plain',
  failed: 'bad',
  blocked: 'bad',
  // Of campaigns, their contacts, and messages.
  draft: 'plain',
  running: 'accent',
  paused: 'warn',
  halted: 'bad',
  waiting: 'info',
  calling: 'accent',
  done: 'good',
  skipped: 'warn',
  delivered: 'good',
};

export const toWords = (name: string) => name.replaceAll(/[_-]/g, ' ');

const going = ['in_progress', 'ringing', 'dialing', 'running', 'calling'];

export function StatusBadge({ status }: { status: string }) {
  return (
    <Badge tone={statusTones[status] ?? 'plain'} isLive={going.includes(status)}>
      {toWords(status)}
    </Badge>
  );
}
