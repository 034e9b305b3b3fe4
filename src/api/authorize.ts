/** Who is asking: the operator by key, or anyone on this machine while nothing here is real. */
import { timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';

export interface Access {
  operatorKey: string;
  /** The carrier is simulated and the server listens on this machine only: no money, no real phones. */
  isPlayground: boolean;
}

/** Whether the request carries the operator's key; null when it carries none at all. */
function keyIsGood(access: Access, request: FastifyRequest): boolean | null {
  const header = request.headers.authorization;
  if (header === undefined) return null;
  const given = Buffer.from(header.replace(/^Bearer /i, ''));
  const expected = Buffer.from(access.operatorKey);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** A page of another site must not reach a server on this machine through its visitor's browser. */
function isFromThisMachine(request: FastifyRequest): boolean {
  const hosts = [request.headers.host, originHost(request.headers.origin)];
  return hosts.every((host) => host === undefined || /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host));
}

function originHost(origin: string | undefined): string | undefined {
  if (origin === undefined) return undefined;
  return URL.canParse(origin) ? new URL(origin).host : origin;
}

/** Whether the request may do what the operator may. */
export function isAllowed(access: Access, request: FastifyRequest, isOpen = false): boolean {
  const good = keyIsGood(access, request);
  if (good !== null) return good;
  return isOpen || (access.isPlayground && isFromThisMachine(request));
}
