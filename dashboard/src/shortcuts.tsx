/** What the keyboard does on every page. */
import { useRouter } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { places } from './navigation-places.ts';
import { Dialog } from './parts/dialog.tsx';
import { useMay } from './use-me.ts';

/** A g is forgotten after this. */
const patienceMs = 1200;

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

function focusSearch(event: KeyboardEvent): void {
  const search = document.querySelector<HTMLElement>('[data-search]');
  if (!search) return;
  event.preventDefault();
  search.focus();
}

export function Shortcuts() {
  const router = useRouter();
  const may = useMay();
  const [isShown, setShown] = useState(false);
  const reachable = places.flat().filter(({ letter, needs }) => letter !== undefined && may(needs));
  useEffect(() => {
    let wasG = -patienceMs;
    const go = (key: string) => {
      const place = reachable.find(({ letter }) => letter === key);
      if (place) void router.navigate({ to: place.to });
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
      const { key, timeStamp } = event;
      if (key === '?') return setShown(true);
      if (key === '/') return focusSearch(event);
      if (timeStamp - wasG < patienceMs) go(key);
      wasG = key === 'g' ? timeStamp : -patienceMs;
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  });
  return (
    <Dialog title="On the keyboard" isOpen={isShown} close={() => setShown(false)}>
      <dl className="grid grid-cols-[auto_1fr] gap-x-5 gap-y-2">
        {reachable.map(({ to, label, letter = '' }) => (
          <Row key={to} keys={['g', letter]} does={label} />
        ))}
        <Row keys={['/']} does="Search in the list" />
        <Row keys={['space']} does="Play or pause a recording" />
        <Row keys={['?']} does="Show this" />
      </dl>
    </Dialog>
  );
}

function Row({ keys, does }: { keys: string[]; does: string }) {
  return (
    <div className="contents">
      <dt className="flex gap-1">
        {keys.map((key) => (
          <kbd key={key} className="rounded border border-line bg-raised px-1.5 font-mono text-[0.85rem]">
            {key}
          </kbd>
        ))}
      </dt>
      <dd>{does}</dd>
    </div>
  );
}
