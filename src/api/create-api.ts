/** The HTTP application: request forms, `/v1`, health; errors in each one's own shape. */
import rateLimit from '@fastify/rate-limit';
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerFactory,
} from 'fastify';
import type { AccountParts } from '../account/log-in.ts';
import type { Setup } from '../account/set-up.ts';
import type { NewId } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import type { BlobStore } from '../ports/blob-store.ts';
import type { Carrier } from '../ports/carrier.ts';
import { type Access, lockRoutes } from './authorize.ts';
import { hurryAnswers } from './awaited-answers.ts';
import { callCustomer } from './dialects/call-customer.ts';
import { callsInitiate } from './dialects/calls-initiate.ts';
import type { DialectParts } from './dialects/dialect.ts';
import { makeCall } from './dialects/make-call.ts';
import { outboundCall } from './dialects/outbound-call.ts';
import { acceptJson } from './parse-json.ts';
import { ProblemError, sendProblem, toProblem } from './problem.ts';
import { limitRequests, type RateLimitOptions } from './rate-limit.ts';
import { apiKeyRoutes } from './routes/api-keys.ts';
import { assistantRoutes } from './routes/assistants.ts';
import { auditLogRoutes } from './routes/audit-log.ts';
import { authRoutes } from './routes/auth.ts';
import { type CallActionParts, callActionRoutes } from './routes/call-actions.ts';
import { type CallAudioParts, callAudioRoutes } from './routes/call-audio.ts';
import { callRoutes } from './routes/calls.ts';
import { type CampaignRouteParts, campaignRoutes } from './routes/campaigns.ts';
import { clientRoutes } from './routes/clients.ts';
import { consentFileRoutes } from './routes/consent-files.ts';
import { consentRoutes } from './routes/consents.ts';
import { contactRoutes } from './routes/contacts.ts';
import { createDashboard, type DashboardParts } from './routes/dashboard.ts';
import { dialDecisionRoutes } from './routes/dial-decisions.ts';
import { doNotCallRoutes } from './routes/do-not-call.ts';
import { doNotCallFileRoutes } from './routes/do-not-call-files.ts';
import { docsRoutes } from './routes/docs.ts';
import { documentRoutes } from './routes/documents.ts';
import { erasureRoutes } from './routes/erasures.ts';
import { eventRoutes } from './routes/events.ts';
import { healthRoutes } from './routes/health.ts';
import { type HealthReportParts, healthReportRoutes } from './routes/health-report.ts';
import { type LimitParts, limitRoutes } from './routes/limits.ts';
import { type LiveParts, liveRoutes } from './routes/live.ts';
import { type LiveCallActionParts, liveCallActionRoutes } from './routes/live-call-actions.ts';
import { mcpSecretRoutes } from './routes/mcp-secrets.ts';
import { type MetricsParts, metricsRoutes } from './routes/metrics.ts';
import { phoneNumberRoutes } from './routes/phone-numbers.ts';
import { priceFileRoutes } from './routes/price-files.ts';
import { type PriceParts, priceRoutes } from './routes/prices.ts';
import { recordingRoutes } from './routes/recordings.ts';
import { statsRoutes } from './routes/stats.ts';
import { type ToolSecretParts, toolSecretRoutes } from './routes/tool-secret.ts';
import { userRoutes } from './routes/users.ts';
import { type WebhookDeliveryParts, webhookDeliveryRoutes } from './routes/webhook-deliveries.ts';
import { type WebhookParts, webhookRoutes } from './routes/webhooks.ts';

export interface ApiParts
  extends LiveParts,
    LimitParts,
    RateLimitOptions,
    MetricsParts,
    DashboardParts,
    PriceParts,
    WebhookParts,
    ToolSecretParts,
    WebhookDeliveryParts,
    HealthReportParts,
    LiveCallActionParts,
    CallAudioParts,
    Pick<CallActionParts, 'runner' | 'commands' | 'queueCall' | 'checkCall'> {
  carrier: Pick<Carrier, 'adviceFor' | 'setNumberWebhooks'>;
  newId: NewId;
  log: Logger;
  access: Access;
  accounts: AccountParts & { setup: Setup };
  /** Whether a proxy of the operator's own says where requests come from. */
  trustProxy: boolean;
  blobs: BlobStore;
  campaignWork: CampaignRouteParts;
  dialects: Omit<DialectParts, 'store' | 'clock' | 'log' | 'access'>;
  whyNotReady(): Promise<string | null>;
  serverFactory: FastifyServerFactory;
}

const largestBody = 100 * 1024;

const withOurHeaders = (request: FastifyRequest, reply: FastifyReply) =>
  reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff');

export function createApi(parts: ApiParts): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: largestBody,
    // One hop: what stands further left in X-Forwarded-For was written by whoever asks.
    trustProxy: (_address, hop) => parts.trustProxy && hop === 0,
    genReqId: () => parts.newId('req'),
    serverFactory: parts.serverFactory,
    routerOptions: { maxParamLength: 1000 },
    forceCloseConnections: true,
    // A path that cannot be read, or is too long, is answered before any route and hook.
    frameworkErrors: (error, request, reply) => sendProblem(error, request, withOurHeaders(request, reply)),
  });
  acceptJson(app);
  hurryAnswers(app);
  app.decorateRequest('principal', null);
  app.addHook('onRequest', async (request, reply) => {
    withOurHeaders(request, reply);
  });
  app.setErrorHandler((error: Error, request, reply) => {
    if (toProblem(error).status >= 500) {
      parts.log.error({ requestId: request.id, reason: error.message }, 'request failed');
    }
    return sendProblem(error, request, reply);
  });
  const dashboard = createDashboard(parts);
  app.setNotFoundHandler(async (request, reply) => {
    if (await dashboard.answerPage(request, reply)) return reply;
    const detail = `There is no ${request.method} ${request.url.split('?')[0]}.`;
    const problem = { status: 404, code: 'request/not-found', title: 'Not found', detail };
    return sendProblem(new ProblemError(problem), request, reply);
  });
  app.register(rateLimit, { global: false, enableDraftSpec: true });
  app.register(healthRoutes(parts));
  app.register(docsRoutes());
  app.register(dashboard.routes);
  app.register(authRoutes({ ...parts.accounts, access: parts.access }));
  app.register(async (limited) => {
    limitRequests(limited, parts);
    registerForms(limited, parts);
    limited.register(async (v1) => registerV1(v1, parts));
  });
  return app;
}

function registerForms(app: FastifyInstance, parts: ApiParts): void {
  const { store, clock, log, access } = parts;
  // Its own examples carry no key, so a server on which no phone is real takes them with accounts, too.
  const dialectAccess = { ...access, isPlayground: async () => parts.isSandbox };
  const dialects: DialectParts = { ...parts.dialects, store, clock, log, access: dialectAccess };
  app.register(callCustomer(dialects));
  app.register(outboundCall(dialects));
  app.register(callsInitiate(dialects));
  app.register(makeCall({ ...dialects, adviceFor: parts.carrier.adviceFor }));
}

function registerV1(v1: FastifyInstance, parts: ApiParts): void {
  const { from, assistant, paths, isReady } = parts.dialects;
  lockRoutes(v1, parts.access);
  v1.register(clientRoutes(parts.accounts));
  v1.register(userRoutes(parts.accounts));
  v1.register(apiKeyRoutes(parts.accounts));
  v1.register(auditLogRoutes(parts));
  v1.register(assistantRoutes(parts));
  v1.register(documentRoutes(parts));
  v1.register(mcpSecretRoutes(parts));
  v1.register(phoneNumberRoutes(parts));
  v1.register(callRoutes(parts));
  v1.register(callActionRoutes({ ...parts, from, assistant, isReady, voicePath: paths.voice }));
  v1.register(liveCallActionRoutes(parts));
  v1.register(callAudioRoutes(parts));
  v1.register(campaignRoutes(parts.campaignWork));
  v1.register(contactRoutes(parts.campaignWork));
  v1.register(recordingRoutes(parts));
  v1.register(liveRoutes(parts));
  v1.register(eventRoutes(parts));
  v1.register(doNotCallRoutes(parts));
  v1.register(doNotCallFileRoutes(parts));
  v1.register(dialDecisionRoutes(parts));
  v1.register(consentRoutes(parts));
  v1.register(consentFileRoutes(parts));
  v1.register(erasureRoutes(parts));
  v1.register(priceRoutes(parts));
  v1.register(priceFileRoutes(parts));
  v1.register(webhookRoutes(parts));
  v1.register(toolSecretRoutes(parts));
  v1.register(webhookDeliveryRoutes(parts));
  v1.register(statsRoutes(parts));
  v1.register(limitRoutes(parts));
  v1.register(metricsRoutes(parts));
  v1.register(healthReportRoutes(parts));
}
