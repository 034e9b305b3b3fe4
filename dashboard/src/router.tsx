/** The addresses of the app, and the page behind each. */
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import type { WhoAmI } from '../../src/api/contract/auth.ts';
import { toCallFilter } from './pages/call-filter.ts';
import { LostPage } from './pages/lost.tsx';
import { Shell } from './shell.tsx';

const root = createRootRouteWithContext<{ me: WhoAmI }>()({ component: Shell, notFoundComponent: () => <LostPage /> });

const calls = createRoute({
  getParentRoute: () => root,
  path: '/calls',
  validateSearch: toCallFilter,
  component: lazyRouteComponent(() => import('./pages/calls.tsx'), 'CallsPage'),
});

const call = createRoute({
  getParentRoute: () => root,
  path: '/calls/$id',
  component: lazyRouteComponent(() => import('./pages/call.tsx'), 'CallPage'),
});

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  validateSearch: toCallFilter,
  component: lazyRouteComponent(() => import('./pages/calls.tsx'), 'CallsPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([home, calls, call]),
  context: { me: undefined as never },
  defaultPreload: 'intent',
  defaultErrorComponent: LostPage,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
