/** Requests to URLs that came from outside: to the public network alone, never redirected, with every length bounded. */
import { Resolver } from 'node:dns/promises';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Clock } from './clock.ts';
import { CallwrightError, messageOf } from './errors.ts';
import { createNetworkTest, isPublicAddress, loopbackNetworks } from './network-rules.ts';

export interface GuardedRequest {
  url: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** From the first step to the last byte. */
  limitMs: number;
  /** Where the answer is cut off. */
  mostBytes: number;
  signal?: AbortSignal;
  /** Whether what has come so far is enough: the rest, as of a stream that never ends, is not waited for. */
  isEnough?: (body: string, contentType: string) => boolean;
}

export interface GuardedAnswer {
  /** Of a redirection, too: nobody follows it. */
  status: number;
  headers: IncomingMessage['headers'];
  /** As it was sent: nothing is unpacked. */
  body: Buffer;
  /** Whether there was more of it. */
  isCut: boolean;
}

/** The request was not made, or has no answer. */
export class FetchFailed extends CallwrightError {
  declare readonly code: 'fetch/bad-url' | 'fetch/address-not-allowed' | 'fetch/too-slow' | 'fetch/no-answer';
  constructor(code: FetchFailed['code'], message: string, options?: { cause?: unknown }) {
    super(code, message, options);
    this.name = 'FetchFailed';
  }
}

export interface GuardedFetch {
  /** @throws FetchFailed */
  (request: GuardedRequest): Promise<GuardedAnswer>;
  /** What a URL must be mended in before it can ever be asked, as words that follow it; null when nothing. */
  whyRefused(url: string): string | null;
  close(): void;
}

export interface GuardParts {
  clock: Clock;
  /** Networks beside the public one that may be reached, also by plain http: see {@link createNetworkTest}. */
  trustedNetworks: readonly string[];
  /** All addresses of a name; the system's name servers by default. */
  resolve?: (host: string) => Promise<string[]>;
}

/** Of connections to one host. */
const mostConnections = 64;
const longestUrl = 2048;
const agentOptions = { keepAlive: true, maxSockets: mostConnections, maxFreeSockets: 4, timeout: 30_000 } as const;

export function createGuardedFetch(parts: GuardParts): GuardedFetch {
  const isTrusted = createNetworkTest(parts.trustedNetworks);
  const hasTrusted = parts.trustedNetworks.length > 0;
  const resolve = parts.resolve ?? createResolve();
  // Agents of our own: the process-wide ones may be told to use a proxy by the environment.
  const agents = { 'http:': new http.Agent(agentOptions), 'https:': new https.Agent(agentOptions) };

  const mayReach = (address: string, protocol: string) =>
    isTrusted(address) || (protocol === 'https:' && isPublicAddress(address));

  const whyRefused = (text: string): string | null => {
    const url = text.length <= longestUrl ? URL.parse(text) : null;
    if (!url) return `must be an address of at most ${longestUrl} characters, like https://example.com/hook`;
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && hasTrusted)) return 'must begin with https://';
    if (url.username !== '' || url.password !== '') return 'must not hold a user or password';
    const literal = literalOf(url);
    if (literal !== null && !mayReach(literal, url.protocol)) return notPublic;
    return isLoopbackName(url.hostname) && !loopbackAddresses.every(isTrusted) ? notPublic : null;
  };

  /** Whatever is connected to was checked here, in the very answer that is used: no later answer of a name server counts. */
  const lookupFor = (protocol: string): LookupFunction => {
    return (host, options, callback) => {
      const wanted = isLoopbackName(host) ? Promise.resolve([...loopbackAddresses]) : resolve(host);
      wanted
        .then((addresses) => {
          if (addresses.length === 0) throw new FetchFailed('fetch/no-answer', `${host} has no address.`);
          if (!addresses.every((address) => mayReach(address, protocol))) throw notAllowed();
          return addresses.map((address) => ({ address, family: isIP(address) }));
        })
        .then(
          (found) => {
            if (options.all) callback(null, found);
            else callback(null, found[0]?.address ?? '', found[0]?.family ?? 0);
          },
          (error) => callback(error, []),
        );
    };
  };

  const guardedFetch = async (request: GuardedRequest): Promise<GuardedAnswer> => {
    const refused = whyRefused(request.url);
    if (refused === notPublic) throw notAllowed();
    if (refused !== null) throw new FetchFailed('fetch/bad-url', `The URL ${refused}.`);
    const url = new URL(request.url);
    const protocol = url.protocol as keyof typeof agents;
    return await exchange(parts.clock, request, {
      url,
      ask: protocol === 'https:' ? https.request : http.request,
      options: { agent: agents[protocol], lookup: lookupFor(protocol) },
    });
  };
  return Object.assign(guardedFetch, {
    whyRefused,
    close() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  });
}

/** For the simulated network: one's own machine may be reached, too. */
export const trustedInSandbox: readonly string[] = loopbackNetworks;

const notPublic = 'must lead to the public network';
const notAllowed = () =>
  new FetchFailed('fetch/address-not-allowed', 'The URL leads to an address that is not on the public network.');

const loopbackAddresses = ['127.0.0.1', '::1'] as const;
const isLoopbackName = (host: string) => /(^|\.)localhost\.?$/i.test(host);

/** The address that stands in a URL in the place of a name; the URL parser has read octal, hex and short forms. */
function literalOf({ hostname }: URL): string | null {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return isIP(bare) > 0 ? bare : null;
}

/** By sockets of its own: the system's blocking look-up has four places, which a few slow names would fill. */
function createResolve(): (host: string) => Promise<string[]> {
  const resolver = new Resolver({ timeout: 2000, tries: 2 });
  return async (host) => {
    const kinds = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    const found = kinds.flatMap((kind) => (kind.status === 'fulfilled' ? kind.value : []));
    if (found.length === 0) throw new FetchFailed('fetch/no-answer', `No address of ${host} could be found.`);
    return found;
  };
}

interface Way {
  url: URL;
  ask: typeof https.request;
  options: { agent: http.Agent | https.Agent; lookup: LookupFunction };
}

/** One request and its answer, whichever way it ends. */
function exchange(clock: Clock, request: GuardedRequest, { url, ask, options }: Way): Promise<GuardedAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<GuardedAnswer>();
  const { method, body, signal } = request;
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const headers = { 'accept-encoding': 'identity', ...request.headers, ...length };
  const outgoing = ask(url, { ...options, method, headers });
  const give = (error: FetchFailed) => {
    reject(error);
    outgoing.destroy();
  };
  const fail = (error: unknown) => give(toFailure(error));
  const cancelTimer = clock.startTimer(request.limitMs, () =>
    give(new FetchFailed('fetch/too-slow', `There was no whole answer within ${request.limitMs} ms.`)),
  );
  const onAbort = () => give(new FetchFailed('fetch/no-answer', 'The request was given up.'));
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();
  outgoing.on('error', fail);
  outgoing.on('close', () => fail(new Error('the connection was closed')));
  outgoing.on('response', (incoming) => {
    incoming.on('error', fail);
    readAtMost(incoming, request, (read) =>
      resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, ...read }),
    );
  });
  outgoing.end(body);
  return promise.finally(() => {
    cancelTimer();
    signal?.removeEventListener('abort', onAbort);
  });
}

function readAtMost(
  incoming: IncomingMessage,
  { mostBytes: most, isEnough }: GuardedRequest,
  done: (read: { body: Buffer; isCut: boolean }) => void,
): void {
  const contentType = incoming.headers['content-type'] ?? '';
  const chunks: Buffer[] = [];
  let length = 0;
  incoming.on('data', (chunk: Buffer) => {
    length += chunk.length;
    chunks.push(chunk);
    const isCut = length > most;
    if (!isCut && !isEnough?.(Buffer.concat(chunks).toString(), contentType)) return;
    done({ body: Buffer.concat(chunks).subarray(0, most), isCut });
    incoming.destroy();
  });
  incoming.on('end', () => done({ body: Buffer.concat(chunks), isCut: false }));
}

function toFailure(error: unknown): FetchFailed {
  if (error instanceof FetchFailed) return error;
  // A host with several addresses fails with one error for each.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  if (first instanceof FetchFailed) return first;
  return new FetchFailed('fetch/no-answer', `There was no answer: ${messageOf(first)}`, { cause: error });
}
