/** The addresses of the app, and the page behind each. */
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import type { WhoAmI } from '../../src/api/contract/auth.ts';
import { toCallFilter } from './pages/call-filter.ts';
import { LostPage } from './pages/lost.tsx';
import { Shell } from './shell.tsx';

const root = createRootRouteWithContext<{ me: WhoAmI }>()({ component: Shell, notFoundComponent: () => <LostPage /> });

const getParentRoute = () => root;

const calls = createRoute({
  getParentRoute,
  path: '/calls',
  validateSearch: toCallFilter,
  component: lazyRouteComponent(() => import('./pages/calls.tsx'), 'CallsPage'),
});
const call = createRoute({
  getParentRoute,
  path: '/calls/$id',
  component: lazyRouteComponent(() => import('./pages/call.tsx'), 'CallPage'),
});
const home = createRoute({
  getParentRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/home.tsx'), 'HomePage'),
});
const placeCall = createRoute({
  getParentRoute,
  path: '/place-call',
  component: lazyRouteComponent(() => import('./pages/place-call.tsx'), 'PlaceCallPage'),
});
const phone = createRoute({
  getParentRoute,
  path: '/phone',
  validateSearch: ({ assistant }): { assistant?: number } =>
    Number.isInteger(Number(assistant)) && Number(assistant) > 0 ? { assistant: Number(assistant) } : {},
  component: lazyRouteComponent(() => import('./pages/phone.tsx'), 'PhonePage'),
});
const assistants = createRoute({
  getParentRoute,
  path: '/assistants',
  component: lazyRouteComponent(() => import('./pages/assistants.tsx'), 'AssistantsPage'),
});
const assistant = createRoute({
  getParentRoute,
  path: '/assistants/$id',
  component: lazyRouteComponent(() => import('./pages/assistant.tsx'), 'AssistantPage'),
});
const campaigns = createRoute({
  getParentRoute,
  path: '/campaigns',
  component: lazyRouteComponent(() => import('./pages/campaigns.tsx'), 'CampaignsPage'),
});
const campaign = createRoute({
  getParentRoute,
  path: '/campaigns/$id',
  component: lazyRouteComponent(() => import('./pages/campaign.tsx'), 'CampaignPage'),
});
const numbers = createRoute({
  getParentRoute,
  path: '/numbers',
  component: lazyRouteComponent(() => import('./pages/numbers.tsx'), 'NumbersPage'),
});
const doNotCall = createRoute({
  getParentRoute,
  path: '/do-not-call',
  component: lazyRouteComponent(() => import('./pages/do-not-call.tsx'), 'DoNotCallPage'),
});
const clients = createRoute({
  getParentRoute,
  path: '/clients',
  component: lazyRouteComponent(() => import('./pages/clients.tsx'), 'ClientsPage'),
});
const users = createRoute({
  getParentRoute,
  path: '/users',
  component: lazyRouteComponent(() => import('./pages/users.tsx'), 'UsersPage'),
});
const apiKeys = createRoute({
  getParentRoute,
  path: '/api-keys',
  component: lazyRouteComponent(() => import('./pages/api-keys.tsx'), 'ApiKeysPage'),
});
const webhooks = createRoute({
  getParentRoute,
  path: '/webhooks',
  component: lazyRouteComponent(() => import('./pages/webhooks.tsx'), 'WebhooksPage'),
});
const webhook = createRoute({
  getParentRoute,
  path: '/webhooks/$id',
  component: lazyRouteComponent(() => import('./pages/webhook.tsx'), 'WebhookPage'),
});
const auditLog = createRoute({
  getParentRoute,
  path: '/audit-log',
  component: lazyRouteComponent(() => import('./pages/audit-log.tsx'), 'AuditLogPage'),
});
const settings = createRoute({
  getParentRoute,
  path: '/settings',
  component: lazyRouteComponent(() => import('./pages/settings.tsx'), 'SettingsPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    ...[home, calls, call, placeCall, phone, assistants, assistant],
    ...[campaigns, campaign, numbers, doNotCall, clients, users, apiKeys, webhooks, webhook, auditLog, settings],
  ]),
  context: { me: undefined as never },
  defaultPreload: 'intent',
  defaultErrorComponent: LostPage,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
