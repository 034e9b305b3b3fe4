/** What surrounds every page: where one can go, who one is, and whether what is shown is live. */
import { useQueryClient } from '@tanstack/react-query';
import { Outlet, useRouterState } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { watchLive } from './api/live.ts';
import { Navigation } from './navigation.tsx';
import { Button } from './parts/button.tsx';
import { Icon } from './parts/icon.tsx';
import { Wordmark } from './parts/wordmark.tsx';
import { PhoneBar } from './phone/phone-bar.tsx';
import { Shortcuts } from './shortcuts.tsx';
import { useMay, useMe } from './use-me.ts';

export function Shell() {
  const [isMenuOpen, setMenuOpen] = useState(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  useLive();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page closes the menu.
  useEffect(() => setMenuOpen(false), [path]);
  return (
    <div className="flex min-h-dvh flex-col md:flex-row">
      <a
        href="#page"
        className="sr-only focus:not-sr-only focus:absolute focus:z-20 focus:m-2 focus:rounded focus:bg-panel focus:p-2"
      >
        Skip to the page
      </a>
      <div className="sticky top-0 z-10 flex items-center justify-between border-b border-line bg-panel px-3 py-2 md:hidden">
        <Wordmark />
        <Button look="quiet" onClick={() => setMenuOpen(!isMenuOpen)} aria-expanded={isMenuOpen} aria-label="Menu">
          <Icon name={isMenuOpen ? 'close' : 'menu'} />
        </Button>
      </div>
      <aside
        className={`${isMenuOpen ? 'block' : 'hidden'} shrink-0 border-line bg-panel md:sticky md:top-0 md:block md:h-dvh md:w-60 md:overflow-y-auto md:border-r`}
      >
        <Navigation />
      </aside>
      <main id="page" tabIndex={-1} className="min-w-0 flex-1 outline-none">
        <PlaygroundNote />
        <Outlet />
      </main>
      {path !== '/phone' && <PhoneBar />}
      <Shortcuts />
    </div>
  );
}

function useLive(): void {
  const client = useQueryClient();
  const mayRead = useMay()('calls:read');
  useEffect(() => (mayRead ? watchLive(client) : undefined), [client, mayRead]);
}

function PlaygroundNote() {
  const { kind } = useMe();
  if (kind !== 'playground') return null;
  return (
    <p className="border-b border-warn/20 bg-warn-wash px-4 py-2 text-[0.87rem] sm:px-7">
      <strong className="font-semibold">Playground.</strong> No phone is real here, and whoever uses this machine may do
      everything, until there is an administrator.
    </p>
  );
}
