/** Takes connections and requests to simulated vendors, whichever way they come: finds the endpoint, checks, opens. */
import { waitFor } from '../../base/clock.ts';
import { checkKey, findKey, type RightKey } from './check-key.ts';
import { slowMs } from './faulty-sending.ts';
import { type Connection, type OpenSession, openSession } from './open-session.ts';
import { toAnswer, toRefusal } from './refusals.ts';
import { createSessionLog, type VendorSessionRecord } from './session-log.ts';
import type {
  HttpAnswer,
  HttpEndpoint,
  SocketEndpoint,
  VendorEndpoints,
  VendorName,
  VendorParts,
  VendorRefusal,
  VendorRequest,
} from './vendor.ts';
import { vendorNames, whenNotStalled } from './vendor-faults.ts';

/** `nobody`: as if nobody listened there. */
export type Handshake =
  | { type: 'accepted'; endpoint: SocketEndpoint; request: VendorRequest }
  | { type: 'refused'; refusal: VendorRefusal }
  | { type: 'nobody' };

export interface Switchboard {
  shakeHands(request: VendorRequest, signal: AbortSignal): Promise<Handshake>;
  openSession(accepted: { endpoint: SocketEndpoint; request: VendorRequest }, connection: Connection): OpenSession;
  /** Null: as if nobody listened there. */
  findAnswer(
    request: VendorRequest,
    signal: AbortSignal,
  ): Promise<{ answer: HttpAnswer; endpoint: HttpEndpoint | null } | null>;
  /** Breaks every connection. */
  stop(): void;
  sessions(): readonly VendorSessionRecord[];
}

const hosts: Readonly<Record<string, VendorName>> = {
  'api.deepgram.com': 'deepgram',
  'api.elevenlabs.io': 'elevenlabs',
  'api.openai.com': 'openai',
  'api.cartesia.ai': 'cartesia',
};

/** Whose address this is, by the vendor's own host or by the first part of the path, which is taken off. */
export function findVendor(url: URL): { vendor: VendorName; url: URL } | null {
  const own = hosts[url.hostname];
  if (own) return { vendor: own, url };
  const [, first = '', rest = ''] = /^\/([^/]+)(\/.*)?$/u.exec(url.pathname) ?? [];
  const vendor = vendorNames.find((name) => name === first);
  if (!vendor) return null;
  const inner = new URL(url);
  inner.pathname = rest;
  return { vendor, url: inner };
}

export function createSwitchboard(
  parts: VendorParts,
  { endpoints, rightKey }: { endpoints: VendorEndpoints; rightKey: RightKey },
): Switchboard {
  const log = createSessionLog();
  const open = new Set<() => void>();

  function find<E extends SocketEndpoint | HttpEndpoint>(all: readonly E[], request: VendorRequest) {
    const found = findVendor(request.url);
    if (!found) return null;
    const path = found.url.pathname + found.url.search;
    const endpoint = all.find((one) => one.vendor === found.vendor && one.path.test(path));
    return { endpoint: endpoint ?? null, vendor: found.vendor, request: { ...request, url: found.url } };
  }

  /** A refusal by fault or for the key; `nobody` when no connection is to be had. */
  async function admit(endpoint: SocketEndpoint | HttpEndpoint, request: VendorRequest, signal: AbortSignal) {
    const fault = parts.faults.of(endpoint.kind, endpoint.vendor);
    if (fault === 'refused') return 'nobody';
    await whenNotStalled(parts.faults, endpoint, signal);
    if (fault === '401' || fault === '429' || fault === '500') return toRefusal(endpoint.vendor, Number(fault));
    if (endpoint.checksKeyItself && findKey(endpoint.vendor, request) === null) return null;
    return checkKey(endpoint.vendor, request, rightKey);
  }

  return {
    async shakeHands(request, signal) {
      const found = find(endpoints.sockets, request);
      if (!found) return { type: 'nobody' };
      if (!found.endpoint) return { type: 'refused', refusal: toRefusal(found.vendor, 404) };
      const refusal = await admit(found.endpoint, found.request, signal);
      if (refusal === 'nobody') return { type: 'nobody' };
      const refused = refusal ?? found.endpoint.refuse?.(found.request) ?? null;
      if (refused) return { type: 'refused', refusal: refused };
      return { type: 'accepted', endpoint: found.endpoint, request: found.request };
    },

    openSession: (accepted, connection) => openSession({ ...accepted, connection, parts, log, open }),

    async findAnswer(request, signal) {
      const isMethod = (endpoint: HttpEndpoint) => endpoint.method === request.method;
      const found = find(endpoints.http.filter(isMethod), request);
      if (!found) return null;
      const { endpoint } = found;
      if (!endpoint) return { answer: toAnswer(toRefusal(found.vendor, 404)), endpoint: null };
      const refusal = await admit(endpoint, found.request, signal);
      if (refusal === 'nobody') return null;
      if (parts.faults.of(endpoint.kind, endpoint.vendor) === 'slow-first-byte') {
        await waitFor(parts.clock, slowMs, signal);
      }
      if (refusal) return { answer: toAnswer(refusal), endpoint };
      return { answer: await endpoint.answer(found.request, parts), endpoint };
    },

    stop() {
      for (const stopOne of [...open]) stopOne();
    },
    sessions: log.all,
  };
}
