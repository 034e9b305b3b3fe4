/** All migrations in their order; a released one is never changed, only followed by another. */
import type { Migration } from 'kysely/migration';
import { calls } from './0001-calls.ts';
import { accounts } from './0002-accounts.ts';
import { turnLatency } from './0003-turn-latency.ts';
import { ownRecordings } from './0004-own-recordings.ts';
import { dialPolicy } from './0005-dial-policy.ts';
import { attempts } from './0006-attempts.ts';
import { dispatch } from './0010-dispatch.ts';
import { schedulesAndRetries } from './0011-schedules-and-retries.ts';
import { campaigns } from './0020-campaigns.ts';
import { spend } from './0030-spend.ts';
import { consents } from './0031-consents.ts';
import { dialedLately } from './0032-dialed-lately.ts';
import { nodes } from './0040-nodes.ts';
import { webhooks } from './0041-webhooks.ts';
import { sharedSecrets } from './0042-shared-secrets.ts';
import { toolCalls } from './0050-tool-calls.ts';
import { whoPickedUp } from './0060-who-picked-up.ts';
import { analyses } from './0061-analyses.ts';
import { callLists } from './0070-call-lists.ts';
import { transfers } from './0100-transfers.ts';
import { callBacks } from './0110-call-backs.ts';
import { documents } from './0111-documents.ts';
import { mcpSecrets } from './0112-mcp-secrets.ts';
import { erasures } from './0113-erasures.ts';
import { audioTickets } from './0120-audio-tickets.ts';
import { lineRules } from './0130-line-rules.ts';
import { inboundWebhooks } from './0131-inbound-webhooks.ts';
import { numberPace } from './0140-number-pace.ts';

export const migrations: Record<string, Migration> = {
  '0001-calls': calls,
  '0002-accounts': accounts,
  '0003-turn-latency': turnLatency,
  '0004-own-recordings': ownRecordings,
  '0005-dial-policy': dialPolicy,
  '0006-attempts': attempts,
  '0010-dispatch': dispatch,
  '0011-schedules-and-retries': schedulesAndRetries,
  '0020-campaigns': campaigns,
  '0030-spend': spend,
  '0031-consents': consents,
  '0032-dialed-lately': dialedLately,
  '0040-nodes': nodes,
  '0041-webhooks': webhooks,
  '0042-shared-secrets': sharedSecrets,
  '0050-tool-calls': toolCalls,
  '0060-who-picked-up': whoPickedUp,
  '0061-analyses': analyses,
  '0070-call-lists': callLists,
  '0100-transfers': transfers,
  '0110-call-backs': callBacks,
  '0111-documents': documents,
  '0112-mcp-secrets': mcpSecrets,
  '0113-erasures': erasures,
  '0120-audio-tickets': audioTickets,
  '0130-line-rules': lineRules,
  '0131-inbound-webhooks': inboundWebhooks,
  '0140-number-pace': numberPace,
};
