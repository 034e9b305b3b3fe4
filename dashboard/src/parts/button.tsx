/** A button, and a link that looks like one. */
import { Link, type LinkProps } from '@tanstack/react-router';
import type { ButtonHTMLAttributes, ReactNode } from 'react';

type Look = 'main' | 'plain' | 'quiet' | 'danger';

const looks: Record<Look, string> = {
  main: 'bg-accent text-on-accent hover:bg-accent-strong border-transparent',
  plain: 'bg-panel text-ink border-line hover:bg-raised hover:border-soft/50',
  quiet: 'bg-transparent text-soft border-transparent hover:bg-raised hover:text-ink',
  danger: 'bg-bad-wash text-bad border-transparent hover:border-bad/50',
};

const shape =
  'inline-flex items-center justify-center gap-2 rounded-lg border font-medium whitespace-nowrap transition-colors disabled:opacity-55 disabled:cursor-not-allowed';
const sizes = { usual: 'h-9 px-3.5 text-[0.93rem]', small: 'h-7 px-2.5 text-[0.85rem]' };

interface Looks {
  look?: Look;
  size?: keyof typeof sizes;
}

export function Button({
  look = 'plain',
  size = 'usual',
  className = '',
  type = 'button',
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & Looks) {
  return <button type={type} className={`${shape} ${sizes[size]} ${looks[look]} ${className}`} {...rest} />;
}

export function ButtonLink({
  look = 'plain',
  size = 'usual',
  className = '',
  children,
  ...link
}: LinkProps & Looks & { className?: string; children: ReactNode }) {
  return (
    <Link className={`${shape} ${sizes[size]} ${looks[look]} ${className}`} {...link}>
      {children}
    </Link>
  );
}
