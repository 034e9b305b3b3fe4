/** The OpenAPI 3.1 description, made from the schemas that the routes validate and answer with. */
import { accountOperations } from './account-operations.ts';
import { assistantOperations } from './assistant-operations.ts';
import { callOperations } from './call-operations.ts';
import { campaignOperations } from './campaign-operations.ts';
import { consentOperations } from './consent-operations.ts';
import { erasureOperations } from './erasure-operations.ts';
import { formOperations } from './form-operations.ts';
import { createJsonSchemas, type Json, type JsonSchemas } from './json-schemas.ts';
import type { Area, Operation } from './operation.ts';
import { priceOperations } from './price-operations.ts';
import { webhookOperations } from './webhook-operations.ts';

export interface OpenApiDocument extends Json {
  openapi: string;
  paths: Record<string, Record<string, Json>>;
}

export const areas: readonly Area[] = [
  ...callOperations,
  ...campaignOperations,
  ...assistantOperations,
  ...accountOperations,
  consentOperations,
  erasureOperations,
  priceOperations,
  ...webhookOperations,
  ...formOperations,
];

const json = 'application/json';

export function toOpenApi(): OpenApiDocument {
  const schemas = createJsonSchemas();
  const paths: OpenApiDocument['paths'] = {};
  for (const area of areas) {
    for (const operation of area.operations) {
      const { method, path } = toMethodAndPath(operation.route);
      paths[path] = { ...paths[path], [method]: toOperation(schemas, area, operation) };
    }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Callwright',
      version: '1',
      description:
        'Places phone calls and lets an AI assistant hold the conversation. Numbers are in E.164, times in ISO 8601.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'This server' }],
    tags: areas.map(({ tag: name, description }) => ({ name, description })),
    paths,
    components: {
      schemas: schemas.named,
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'An API key, an access token or the operator’s key.' },
        client: { type: 'http', scheme: 'bearer', description: 'A client’s access token or API key.' },
      },
    },
  };
}

/** `GET /v1/calls/:id` is `get` of `/v1/calls/{id}`. */
export function toMethodAndPath(route: string): { method: string; path: string } {
  const [method = '', path = ''] = route.split(' ');
  return { method: method.toLowerCase(), path: path.replaceAll(/:(\w+)/g, '{$1}') };
}

function toOperation(schemas: JsonSchemas, { tag, error }: Area, operation: Operation): Json {
  const { route, summary, access = 'key', query, body, answer, alsoAnswers = [], errors = {} } = operation;
  const isPostOfV1 = route.startsWith('POST /v1/');
  const failed = { [error.type]: { schema: schemas.output(error.schema) } };
  const responses: Json = {};
  for (const status of [answer.status, ...alsoAnswers]) responses[status] = toAnswer(schemas, answer);
  for (const [status, description] of Object.entries(errors)) responses[status] = { description, content: failed };
  return {
    operationId: toOperationId(route),
    tags: [tag],
    summary,
    security: access === 'open' ? [] : [{ [access]: [] }],
    parameters: [
      ...pathParameters(route),
      ...(query ? queryParameters(schemas.input(query)) : []),
      ...(isPostOfV1 || route === 'POST /secure/make-call' ? [idempotencyKey] : []),
    ],
    ...(body ? { requestBody: toRequestBody(operation, schemas.input(body)) } : {}),
    responses: { ...responses, default: { description: 'It could not be done.', content: failed } },
  };
}

function toOperationId(route: string): string {
  const words = route.toLowerCase().split(/[^a-z0-9]+/i);
  return words.filter((word) => word !== '' && word !== 'v1').join('_');
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'The same key with the same body within 24 hours gives the first answer again and does nothing twice.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

const pathParameters = (route: string): Json[] =>
  [...route.matchAll(/:(\w+)/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));

function queryParameters(query: { properties?: Record<string, Json>; required?: string[] }): Json[] {
  const { properties = {}, required = [] } = query;
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
}

function toRequestBody({ takesCsv }: Operation, schema: Json): Json {
  const csv = takesCsv ? { 'text/csv': { schema: { type: 'string' } } } : {};
  return { required: true, content: { [json]: { schema }, ...csv } };
}

function toAnswer(schemas: JsonSchemas, { status, body, type = json }: Operation['answer']): Json {
  const description = status === 204 ? 'Done.' : 'What was asked for.';
  if (!body && type === json) return { description };
  return { description, content: { [type]: { schema: body ? schemas.output(body) : { type: 'string' } } } };
}
