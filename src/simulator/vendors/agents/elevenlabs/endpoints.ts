/** The addresses of simulated agents: a signed URL for those who have a key, and the conversation itself. */
import { toRefusal } from '../../refusals.ts';
import type {
  HttpAnswer,
  HttpEndpoint,
  SocketEndpoint,
  VendorEndpoints,
  VendorParts,
  VendorRequest,
  VendorSession,
  VendorSocket,
} from '../../vendor.ts';
import { createVendorIds } from '../vendor-ids.ts';
import type { SimulatedAgent } from './agents.ts';
import { openConversation } from './open-conversation.ts';
import { createSignedUrls, type SignedUrls } from './signed-urls.ts';

const vendor = 'elevenlabs';
const kind = 'agent';
const conversationPath = '/v1/convai/conversation';

/** A private agent that was not set up is a usual one that greets by name. */
export function createElevenLabsAgents(agents: readonly SimulatedAgent[]): VendorEndpoints {
  const signedUrls = createSignedUrls();
  const open = (socket: VendorSocket, request: VendorRequest, parts: VendorParts): VendorSession => {
    const agentId = agentIdOf(request.url);
    const agent = agents.find(({ id }) => id === agentId) ?? null;
    return openConversation({ socket, vendor: parts, agentId, agent });
  };
  const keyed: SocketEndpoint = {
    ...{ vendor, kind, open },
    path: /^\/v1\/convai\/conversation\?/,
    refuse: ({ url }) => (agentIdOf(url) === '' ? toRefusal(vendor, 400, 'agent_id is missing') : null),
  };
  const publicIds = new Set(agents.filter(({ isPublic }) => isPublic).map(({ id }) => id));
  const isPublic: SocketEndpoint[] = [...publicIds].map((id) => ({
    ...keyed,
    path: new RegExp(`^/v1/convai/conversation\\?(?:.*&)?agent_id=${toPattern(id)}(?:&|$)`),
    checksKeyItself: true,
  }));
  return { sockets: [toSigned(keyed, signedUrls), ...isPublic, keyed], http: [toSignedUrl(signedUrls)] };
}

function toPattern(id: string): string {
  return encodeURIComponent(id).replace(/[.*()]/g, '\\$&');
}

function agentIdOf(url: URL): string {
  return url.searchParams.get('agent_id') ?? '';
}

function signatureOf(url: URL): string {
  return url.searchParams.get('conversation_signature') ?? '';
}

function toSigned(keyed: SocketEndpoint, signedUrls: SignedUrls): SocketEndpoint {
  return {
    ...keyed,
    path: /^\/v1\/convai\/conversation\?(?:.*&)?conversation_signature=/,
    checksKeyItself: true,
    refuse: ({ url }) =>
      signedUrls.knows(signatureOf(url), agentIdOf(url)) ? null : toRefusal(vendor, 403, 'The signature is not valid'),
    open(socket, request, parts) {
      if (signedUrls.redeem(signatureOf(request.url), parts.clock)) return keyed.open(socket, request, parts);
      socket.close(1008, 'The signed URL has expired');
      return { message() {}, closed() {} };
    },
  };
}

function toSignedUrl(signedUrls: SignedUrls): HttpEndpoint {
  return {
    ...{ vendor, kind, method: 'GET' },
    path: /^\/v1\/convai\/conversation\/get[-_]signed[-_]url(?:\?|$)/,
    async answer({ url }, { clock, random }): Promise<HttpAnswer> {
      const headers = { 'content-type': 'application/json' };
      const agentId = agentIdOf(url);
      if (agentId === '') {
        const problem = { loc: ['query', 'agent_id'], msg: 'Field required', type: 'missing' };
        return { status: 422, headers, body: JSON.stringify({ detail: [problem] }) };
      }
      const signature = createVendorIds(random)('cvtkn');
      signedUrls.issue(signature, agentId, clock);
      return { status: 200, headers, body: JSON.stringify({ signed_url: toSocketUrl(url, agentId, signature) }) };
    },
  };
}

/** A vendor that is not on its own host has its name in front of every path, which endpoints do not see. */
function toSocketUrl(asked: URL, agentId: string, signature: string): string {
  const prefix = asked.hostname === 'api.elevenlabs.io' ? '' : `/${vendor}`;
  const url = new URL(`${prefix}${conversationPath}`, asked);
  url.protocol = asked.protocol === 'https:' ? 'wss:' : 'ws:';
  url.searchParams.set('agent_id', agentId);
  url.searchParams.set('conversation_signature', signature);
  return url.href;
}
