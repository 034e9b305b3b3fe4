/** Where one can go: only what the one who is signed in may see. */
import { Link } from '@tanstack/react-router';
import { useIsLive } from './api/live.ts';
import { leave } from './api/session.ts';
import { type Place, places } from './navigation-places.ts';
import { Button } from './parts/button.tsx';
import { Icon } from './parts/icon.tsx';
import { Wordmark } from './parts/wordmark.tsx';
import { chooseTheme, useTheme } from './theme.ts';
import { useMay, useMe } from './use-me.ts';

export function Navigation() {
  const may = useMay();
  return (
    <div className="flex h-full flex-col gap-1 p-3">
      <div className="mb-3 hidden px-2 pt-2 md:block">
        <Wordmark />
      </div>
      <nav aria-label="Main" className="flex flex-1 flex-col gap-4">
        {places.map((group) => {
          const shown = group.filter((place) => may(place.needs));
          if (shown.length === 0) return null;
          return (
            <ul key={group[0]?.to} className="flex flex-col gap-0.5">
              {shown.map((place) => (
                <li key={place.to}>
                  <PlaceLink {...place} />
                </li>
              ))}
            </ul>
          );
        })}
      </nav>
      <Foot />
    </div>
  );
}

function PlaceLink({ to, label, icon }: Place) {
  return (
    <Link
      to={to}
      activeOptions={{ exact: to === '/', includeSearch: false }}
      className="flex items-center gap-3 rounded-lg px-3 py-1.5 text-soft hover:bg-raised hover:text-ink"
      activeProps={{ className: 'bg-accent-wash !text-accent font-medium' }}
    >
      <Icon name={icon} />
      {label}
    </Link>
  );
}

function Foot() {
  const { user, role, kind } = useMe();
  const theme = useTheme();
  const isDark = document.documentElement.dataset.theme === 'dark';
  return (
    <div className="mt-4 flex flex-col gap-2 border-t border-line px-2 pt-3">
      <LiveLight />
      <div className="flex items-center justify-between gap-2">
        <div className="min-w-0 text-[0.87rem]">
          <p className="truncate font-medium">{user?.name ?? (kind === 'playground' ? 'Playground' : 'API key')}</p>
          <p className="truncate text-soft">{role}</p>
        </div>
        <div className="flex">
          <Button
            look="quiet"
            size="small"
            onClick={() => chooseTheme(isDark ? 'light' : 'dark')}
            aria-label={isDark ? 'Light colours' : 'Dark colours'}
            title={theme === 'system' ? 'As the system says' : undefined}
          >
            <Icon name={isDark ? 'sun' : 'moon'} />
          </Button>
          {user && (
            <Button look="quiet" size="small" onClick={() => void leave()} aria-label="Log out" title="Log out">
              <Icon name="leave" />
            </Button>
          )}
        </div>
      </div>
    </div>
  );
}

function LiveLight() {
  const isLive = useIsLive();
  return (
    <p role="status" className="flex items-center gap-2 text-[0.82rem] text-soft">
      <span className={`size-2 rounded-full ${isLive ? 'bg-good' : 'bg-warn'}`} />
      {isLive ? 'Live' : 'Connecting …'}
    </p>
  );
}
