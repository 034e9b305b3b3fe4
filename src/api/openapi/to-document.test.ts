import { beforeAll, describe, expect, it } from 'vitest';
import { createApi } from '../create-api.ts';
import { bareApiParts } from '../testing/bare-api-parts.ts';
import { areas, toMethodAndPath, toOpenApi } from './to-document.ts';

const document = toOpenApi();
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, path, operation })),
);
const described = operations.map(({ name }) => name).sort();

/** The pages that show the description are not in it. */
const readers = ['get /openapi.json', 'get /docs', 'get /docs/', 'get /docs/js/scalar.js'];

let registered: string[];
beforeAll(async () => {
  const app = createApi(bareApiParts);
  registered = [];
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) {
      if (one !== 'HEAD') registered.push(Object.values(toMethodAndPath(`${one} ${url}`)).join(' '));
    }
  });
  await app.ready();
  await app.close();
});

describe('the description of the API', () => {
  it('has every route that is there, and no other', () => {
    expect(described).toEqual(registered.filter((route) => !readers.includes(route)).sort());
  });

  it('is OpenAPI 3.1', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d$/);
    expect(document.info).toMatchObject({ title: expect.any(String), version: expect.any(String) });
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });

  it('names each operation once, under a tag that is there', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const tags = areas.map(({ tag }) => tag);
    expect(new Set(tags).size).toBe(tags.length);
    for (const { operation } of operations) expect(tags).toEqual(expect.arrayContaining(operation.tags as string[]));
  });

  it.each(operations)('says of $name what it takes and gives', ({ path, operation }) => {
    const parameters = operation.parameters as { name: string; in: string; required: boolean; schema: object }[];
    const inPath = parameters.filter((parameter) => parameter.in === 'path');
    expect(inPath.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
    expect(inPath.every(({ required }) => required)).toBe(true);
    expect(new Set(parameters.map(({ name }) => name)).size).toBe(parameters.length);
    const responses = operation.responses as Record<string, { description: string }>;
    expect(Object.keys(responses).some((status) => /^2\d\d$/.test(status))).toBe(true);
    expect(Object.keys(responses)).toContain('default');
    expect(Object.values(responses).every(({ description }) => description.length > 0)).toBe(true);
  });

  it('refers to nothing that is not there', () => {
    const schemas = (document.components as { schemas: object }).schemas;
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference);
    expect(references.length).toBeGreaterThan(20);
    const known = Object.keys(schemas).map((name) => `#/components/schemas/${name}`);
    expect(known).toEqual(expect.arrayContaining([...new Set(references)]));
    expect(JSON.stringify(document)).not.toContain('$defs');
    for (const schema of Object.values(schemas)) expect(schema).toMatchObject({ type: 'object', properties: {} });
  });

  it('tells what a request may hold, unknown fields of /v1 not among it', () => {
    const operation = document.paths['/v1/calls']?.post as {
      requestBody: { content: Record<string, { schema: object }> };
    };
    expect(operation.requestBody.content['application/json']?.schema).toMatchObject({
      type: 'object',
      required: ['to'],
      additionalProperties: false,
      properties: { to: { type: 'string', pattern: '^\\+[1-9]\\d{1,14}$' } },
    });
  });
});
