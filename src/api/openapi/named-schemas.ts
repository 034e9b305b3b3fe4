/** The shapes of answers that have a name in the description, so that generated clients have types of these names. */
import { z } from 'zod';
import { apiKeySchema } from '../contract/api-keys.ts';
import { assistantSchema, assistantVersionSchema, definitionSchema } from '../contract/assistants.ts';
import { auditEntrySchema } from '../contract/audit-log.ts';
import { loginAnswerSchema } from '../contract/auth.ts';
import {
  analysisSchema,
  callSchema,
  callWithTurnsSchema,
  eventSchema,
  transcriptSchema,
  turnLatencySchema,
  turnSchema,
} from '../contract/calls.ts';
import { campaignSchema, campaignWithProgressSchema } from '../contract/campaigns.ts';
import { clientCallSchema } from '../contract/client-calls.ts';
import { clientSchema } from '../contract/clients.ts';
import { consentSchema } from '../contract/consents.ts';
import { contactImportSchema, contactSchema } from '../contract/contacts.ts';
import { doNotCallSchema } from '../contract/do-not-call.ts';
import { documentSchema, documentWithTextSchema } from '../contract/documents.ts';
import { erasureSchema } from '../contract/erasures.ts';
import { phoneNumberSchema } from '../contract/phone-numbers.ts';
import { costSchema, priceSchema } from '../contract/prices.ts';
import { limitsSchema, statsSchema } from '../contract/stats.ts';
import { problemSchema } from '../contract/text.ts';
import { toolCallSchema } from '../contract/tools.ts';
import { userSchema } from '../contract/users.ts';
import { deliverySchema, webhookSchema } from '../contract/webhooks.ts';

export const namedSchemas = z.registry<{ id: string }>();

const schemas: Record<string, z.ZodType> = {
  ApiKey: apiKeySchema,
  Assistant: assistantSchema,
  AssistantDefinition: definitionSchema,
  AssistantVersion: assistantVersionSchema,
  AuditEntry: auditEntrySchema,
  Call: callSchema,
  CallAnalysis: analysisSchema,
  CallWithTurns: callWithTurnsSchema,
  Campaign: campaignSchema,
  CampaignWithProgress: campaignWithProgressSchema,
  Client: clientSchema,
  CallCost: costSchema,
  Consent: consentSchema,
  ClientCall: clientCallSchema,
  Contact: contactSchema,
  ContactImport: contactImportSchema,
  Document: documentSchema,
  DocumentWithText: documentWithTextSchema,
  DoNotCallEntry: doNotCallSchema,
  Erasure: erasureSchema,
  Event: eventSchema,
  Limits: limitsSchema,
  Login: loginAnswerSchema,
  PhoneNumber: phoneNumberSchema,
  Price: priceSchema,
  Problem: problemSchema,
  Stats: statsSchema,
  ToolCall: toolCallSchema,
  Transcript: transcriptSchema,
  Turn: turnSchema,
  TurnLatency: turnLatencySchema,
  User: userSchema,
  Webhook: webhookSchema,
  WebhookDelivery: deliverySchema,
};

for (const [id, schema] of Object.entries(schemas)) namedSchemas.add(schema, { id });
