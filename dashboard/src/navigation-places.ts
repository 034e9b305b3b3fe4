/** The pages that one goes to, in groups, each with what one must be allowed to see it. */
import type { IconName } from './parts/icon.tsx';
import type { PermissionName } from './use-me.ts';

export interface Place {
  to: string;
  label: string;
  icon: IconName;
  needs: PermissionName;
  /** The key after g. */
  letter?: string;
}

export const places: readonly (readonly Place[])[] = [
  [
    { to: '/', label: 'Home', icon: 'home', needs: 'stats:read', letter: 'h' },
    { to: '/calls', label: 'Calls', icon: 'calls', needs: 'calls:read', letter: 'c' },
    { to: '/place-call', label: 'Place a call', icon: 'place', needs: 'calls:write', letter: 'n' },
    { to: '/phone', label: 'Phone', icon: 'phone', needs: 'calls:write', letter: 'p' },
  ],
  [
    { to: '/campaigns', label: 'Campaigns', icon: 'campaign', needs: 'campaigns:read', letter: 'r' },
    { to: '/assistants', label: 'Assistants', icon: 'assistant', needs: 'assistants:read', letter: 'a' },
    { to: '/numbers', label: 'Numbers', icon: 'number', needs: 'phone-numbers:read', letter: 'm' },
    { to: '/do-not-call', label: 'Do not call', icon: 'ban', needs: 'do-not-call:read', letter: 'd' },
  ],
  [
    { to: '/clients', label: 'Clients', icon: 'client', needs: 'clients:read' },
    { to: '/users', label: 'Users', icon: 'users', needs: 'users:read' },
    { to: '/api-keys', label: 'API keys', icon: 'key', needs: 'api-keys:read', letter: 'k' },
    { to: '/webhooks', label: 'Webhooks', icon: 'webhook', needs: 'webhooks:read', letter: 'w' },
    { to: '/audit-log', label: 'Audit log', icon: 'audit', needs: 'audit-log:read' },
    { to: '/settings', label: 'Settings and health', icon: 'settings', needs: 'stats:read', letter: 's' },
  ],
];
