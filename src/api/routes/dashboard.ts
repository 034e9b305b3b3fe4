/** The browser app at `/`: its files, and its one page at every address that a person opens and nothing else answers. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type DashboardFile, type DashboardFiles, readDashboardFiles } from '../dashboard-files.ts';

export interface DashboardParts {
  /** Where the built app lies, or will lie; null: this server has none. */
  dashboardFolder: string | null;
}

/** Nothing that stands in the page itself runs, and nobody else is asked for anything. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "media-src 'self' blob:",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const pageHeaders = {
  'content-security-policy': policy,
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'microphone=(self), camera=(), geolocation=()',
};

/** Files under it have their own hash in their name. */
const hashed = '/assets/';

export interface Dashboard {
  /** Answers with the page of the app; false when this is not a person opening an address. */
  answerPage(request: FastifyRequest, reply: FastifyReply): Promise<boolean>;
  routes(app: FastifyInstance): Promise<void>;
}

export function createDashboard({ dashboardFolder }: DashboardParts): Dashboard {
  let reading: Promise<DashboardFiles | null> | null = null;
  const files = async () => {
    if (dashboardFolder === null) return null;
    reading ??= readDashboardFiles(dashboardFolder);
    const found = await reading;
    // It may be built while the server runs.
    if (!found) reading = null;
    return found;
  };
  const answerPage = async (request: FastifyRequest, reply: FastifyReply) => {
    if (dashboardFolder === null || !isPersonOpening(request)) return false;
    const found = await files();
    reply.headers(pageHeaders).header('cache-control', 'no-cache');
    if (found) sendFile(request, reply, found.index);
    else reply.code(503).header('retry-after', '2').type('text/html; charset=utf-8').send(notBuiltPage);
    return true;
  };
  const answerFile = async (request: FastifyRequest, reply: FastifyReply) => {
    const path = (request.url.split('?')[0] ?? '').replace(/^\/$/, '/index.html');
    const file = (await files())?.byPath.get(path);
    if (!file) return reply.callNotFound();
    const age = path.startsWith(hashed) ? 'public, max-age=31536000, immutable' : 'no-cache';
    return sendFile(request, reply.headers(pageHeaders).header('cache-control', age), file);
  };
  return {
    answerPage,
    async routes(app) {
      if (dashboardFolder === null) return;
      app.get('/', async (request, reply) => ((await answerPage(request, reply)) ? reply : answerFile(request, reply)));
      app.get(`${hashed}*`, answerFile);
      for (const name of ['/favicon.svg', '/phone-worklet.js']) app.get(name, answerFile);
    },
  };
}

/** Addresses of programs are answered to programs, whoever opens them. */
const forPrograms = /^\/(v1|auth|api|assets|healthz|readyz|openapi\.json|docs)(\/|\?|$)/;

function isPersonOpening({ method, url, headers }: FastifyRequest): boolean {
  return (
    (method === 'GET' || method === 'HEAD') && headers.accept?.includes('text/html') === true && !forPrograms.test(url)
  );
}

function sendFile(request: FastifyRequest, reply: FastifyReply, file: DashboardFile): FastifyReply {
  reply.header('etag', file.etag).header('vary', 'accept-encoding').type(file.type);
  if (request.headers['if-none-match'] === file.etag) return reply.code(304).send();
  const accepted = String(request.headers['accept-encoding'] ?? '');
  if (file.br && /\bbr\b/.test(accepted)) return reply.header('content-encoding', 'br').send(file.br);
  if (file.gzip && /\bgzip\b/.test(accepted)) return reply.header('content-encoding', 'gzip').send(file.gzip);
  return reply.send(file.plain);
}

const notBuiltPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="refresh" content="2">
<title>Callwright</title>
<h1>The dashboard is being built</h1>
<p>This page opens by itself in a few seconds. If it does not, run <code>npm run dashboard:build</code> and look at what it says.</p>
</html>
`;
