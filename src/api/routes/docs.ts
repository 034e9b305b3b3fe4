/** `/openapi.json`: the description of the API for programs; `/docs`: the same for people, all of it from here. */
import { createHash } from 'node:crypto';
import fastify, { type FastifyInstance } from 'fastify';
import { toOpenApi } from '../openapi/to-document.ts';

/** The reader's script weighs megabytes, so it is not loaded before somebody reads. */
async function openReader(): Promise<{ page: string; script: string; policy: string }> {
  const { default: reader } = await import('@scalar/fastify-api-reference');
  const inner = fastify();
  inner.register(reader, {
    routePrefix: '/docs',
    configuration: {
      url: '/openapi.json',
      pageTitle: 'Callwright API',
      withDefaultFonts: false,
      hideClientButton: true,
      showDeveloperTools: 'never',
      telemetry: false,
      agent: { disabled: true },
      mcp: { disabled: true },
    },
  });
  const [page, script] = await Promise.all([inner.inject('/docs/'), inner.inject('/docs/js/scalar.js')]);
  await inner.close();
  return { page: page.body, script: script.body, policy: toPolicy(page.body) };
}

/** Only what stands in this very page runs, and nothing is asked of anyone else. */
function toPolicy(page: string): string {
  const inline = [...page.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].flatMap(([, code]) => (code ? [code] : []));
  const hashes = inline.map((code) => `'sha256-${createHash('sha256').update(code).digest('base64')}'`);
  return [
    "default-src 'none'",
    `script-src 'self' ${hashes.join(' ')}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

export function docsRoutes() {
  return async (app: FastifyInstance): Promise<void> => {
    let description: string | undefined;
    let reader: ReturnType<typeof openReader> | undefined;
    const open = () => {
      reader ??= openReader();
      return reader;
    };

    app.get('/openapi.json', async (_request, reply) => {
      description ??= JSON.stringify(toOpenApi());
      return reply.type('application/json; charset=utf-8').send(description);
    });
    app.get('/docs', async (_request, reply) => reply.redirect('/docs/', 301));
    app.get('/docs/', async (_request, reply) => {
      const { page, policy } = await open();
      return reply
        .type('text/html; charset=utf-8')
        .header('content-security-policy', policy)
        .header('referrer-policy', 'no-referrer')
        .send(page);
    });
    app.get('/docs/js/scalar.js', async (_request, reply) => {
      const { script } = await open();
      return reply.type('text/javascript; charset=utf-8').header('cache-control', 'public, max-age=86400').send(script);
    });
  };
}
