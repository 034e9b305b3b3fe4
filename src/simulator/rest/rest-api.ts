/** Twilio's REST API of the phone network: who may, and which resource answers. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { PhoneNetwork } from '../phone-network.ts';
import { apiVersion } from '../webhooks/webhook-parameters.ts';
import { toRfc2822 } from '../wire-values.ts';
import { createCall, deleteCall, fetchCall, listCalls, updateCall } from './calls-resource.ts';
import { fetchNumber, listNumbers, updateNumber } from './numbers-resource.ts';
import {
  deleteCallRecording,
  deleteRecording,
  fetchCallRecording,
  fetchCompressedFile,
  fetchRecording,
  fetchRecordingFile,
  listCallRecordings,
  listRecordings,
  startCallRecording,
  updateCallRecording,
} from './recordings-resource.ts';
import { json, notFound, Refusal, type RestRequest, type RestResult, refuse } from './rest-exchange.ts';

/** Gets the SIDs of the path in their order. */
type Answer = (network: PhoneNetwork, request: RestRequest, ...sids: string[]) => RestResult | Promise<RestResult>;

interface Resource {
  /** After the account's own path. */
  pattern: RegExp;
  methods: Record<string, Answer>;
}

const resources: readonly Resource[] = [
  { pattern: /^\/Calls\.json$/, methods: { GET: listCalls, POST: createCall } },
  {
    pattern: /^\/Calls\/(CA[0-9a-f]{32})\.json$/,
    methods: { GET: fetchCall, POST: updateCall, DELETE: deleteCall },
  },
  { pattern: /^\/IncomingPhoneNumbers\.json$/, methods: { GET: listNumbers } },
  {
    pattern: /^\/IncomingPhoneNumbers\/(PN[0-9a-f]{32})\.json$/,
    methods: { GET: fetchNumber, POST: updateNumber },
  },
  { pattern: /^\/Recordings\.json$/, methods: { GET: listRecordings } },
  {
    pattern: /^\/Recordings\/(RE[0-9a-f]{32})(?:\.json)?$/,
    methods: { GET: fetchRecording, DELETE: deleteRecording },
  },
  { pattern: /^\/Recordings\/(RE[0-9a-f]{32})\.wav$/, methods: { GET: fetchRecordingFile } },
  { pattern: /^\/Recordings\/(RE[0-9a-f]{32})\.mp3$/, methods: { GET: fetchCompressedFile } },
  {
    pattern: /^\/Calls\/(CA[0-9a-f]{32})\/Recordings\.json$/,
    methods: { GET: listCallRecordings, POST: startCallRecording },
  },
  {
    pattern: /^\/Calls\/(CA[0-9a-f]{32})\/Recordings\/(RE[0-9a-f]{32}|Twilio\.CURRENT)\.json$/,
    methods: { GET: fetchCallRecording, POST: updateCallRecording, DELETE: deleteCallRecording },
  },
  {
    pattern: /^\/Balance\.json$/,
    methods: { GET: ({ account }) => json({ account_sid: account.sid, balance: '100.0000', currency: 'USD' }) },
  },
  { pattern: /^\.json$/, methods: { GET: fetchAccount } },
];

function fetchAccount({ account, clock }: PhoneNetwork): RestResult {
  return json({
    sid: account.sid,
    owner_account_sid: account.sid,
    friendly_name: 'Simulated account',
    status: 'active',
    type: 'Full',
    date_created: toRfc2822(clock.now()),
    date_updated: toRfc2822(clock.now()),
    uri: `/${apiVersion}/Accounts/${account.sid}.json`,
  });
}

/** Whether the header carries the account's SID and token; takes the same time for every wrong one. */
export function isAuthorized({ account }: PhoneNetwork, authorization: string | undefined): boolean {
  const expected = `Basic ${Buffer.from(`${account.sid}:${account.authToken}`).toString('base64')}`;
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(expected), digest(authorization ?? ''));
}

/** Never throws for a request, however wrong. */
export async function answerRest(network: PhoneNetwork, request: RestRequest): Promise<RestResult> {
  try {
    return await route(network, request);
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
}

function route(network: PhoneNetwork, request: RestRequest): RestResult | Promise<RestResult> {
  if (!isAuthorized(network, request.authorization)) {
    return { ...refuse(401, 20003, 'Authenticate'), headers: { 'www-authenticate': 'Basic realm="Twilio API"' } };
  }
  const root = `/${apiVersion}/Accounts/${network.account.sid}`;
  if (!request.path.startsWith(root)) throw notFound(request.path);
  const rest = request.path.slice(root.length);
  for (const { pattern, methods } of resources) {
    const match = pattern.exec(rest);
    if (!match) continue;
    const answer = Object.hasOwn(methods, request.method) ? methods[request.method] : undefined;
    if (!answer) throw new Refusal(405, 20004, `Method ${request.method} is not allowed here`);
    return answer(network, request, ...match.slice(1));
  }
  throw notFound(request.path);
}
