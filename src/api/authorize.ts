/** Who is asking: the holder of a key or token, or anyone on this machine while nothing here is real. */
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isPermitted, type Permission, type Principal, playground } from '../account/principal.ts';
import { whileAwaited } from '../store/urgency.ts';
import { ProblemError, unauthorized } from './problem.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by `lockRoutes` before any route that needs it. */
    principal: Principal | null;
  }
  interface FastifyContextConfig {
    /** What one must be allowed to do to use a route; `open` for routes that everyone may use. */
    permission?: Permission | 'open' | 'signed-in';
  }
}

export interface Access {
  /** Whose key or token this is; null for one that is not good. */
  identify(credential: string): Promise<Principal | null>;
  /** Whether the carrier is simulated, the server is for this machine only, and nobody has set up an account yet. */
  isPlayground(): Promise<boolean>;
}

/** What of a request tells who sends it. */
type Asking = { headers: IncomingHttpHeaders };

/** A page of another site must not reach a server on this machine through its visitor's browser. */
function isFromThisMachine(request: Asking): boolean {
  const hosts = [request.headers.host, originHost(request.headers.origin)];
  return hosts.every((host) => host === undefined || /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host));
}

function originHost(origin: string | undefined): string | undefined {
  if (origin === undefined) return undefined;
  return URL.canParse(origin) ? new URL(origin).host : origin;
}

/** Who sends this request; null when nobody does who may be here. A credential that is not good is never overlooked. */
export async function principalOf(access: Access, request: Asking, isOpen = false): Promise<Principal | null> {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const [, credential] = /^Bearer (\S{1,4096})$/i.exec(authorization) ?? [];
    return credential === undefined ? null : await whileAwaited('request', () => access.identify(credential));
  }
  if (isOpen) return playground;
  return isFromThisMachine(request) && (await access.isPlayground()) ? playground : null;
}

/** Locks every route of a part of the API; one that does not say what it needs stops the server from starting. */
export function lockRoutes(app: FastifyInstance, access: Access): void {
  app.addHook('onRoute', (route) => {
    if (route.config?.permission === undefined) throw new Error(`${route.method} ${route.url} names no permission`);
  });
  app.addHook('onRequest', async (request) => {
    const needed = request.routeOptions.config.permission;
    if (needed === 'open') return;
    request.principal = await principalOf(access, request);
    if (!request.principal) throw unauthorized();
    if (needed === 'signed-in' || (needed !== undefined && isPermitted(request.principal, needed))) return;
    const detail = `This needs the permission ${needed}, which your key or role does not include.`;
    throw new ProblemError({ status: 403, code: 'request/forbidden', title: 'Forbidden', detail });
  });
}

/** @throws ProblemError 401 when the route was not locked, so that a forgotten lock opens nothing */
export function whoAsks(request: FastifyRequest): Principal {
  if (!request.principal) throw unauthorized();
  return request.principal;
}
