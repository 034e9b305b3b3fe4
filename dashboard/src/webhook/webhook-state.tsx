/** In one word, whether messages get through to a webhook. */
import type { WebhookResource } from '../../../src/api/contract/webhooks.ts';
import { Badge } from '../parts/badge.tsx';

const offWords = { asked: 'switched off', failing: 'off: nothing got through', gone: 'off: it is gone' };

export function WebhookState({ webhook }: { webhook: WebhookResource }) {
  if (!webhook.is_enabled) {
    const words = offWords[webhook.disabled_reason ?? 'asked'];
    return <Badge tone={webhook.disabled_reason === 'asked' ? 'plain' : 'bad'}>{words}</Badge>;
  }
  if (webhook.failing_since !== null) return <Badge tone="warn">failing</Badge>;
  return <Badge tone="good">on</Badge>;
}
