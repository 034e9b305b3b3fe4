/** A carrier that does no work: takes calls at Twilio's REST address, and makes its signed webhooks and sockets. */
import { createHmac } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { WebSocket } from 'ws';

export const account = {
  sid: `AC${'b'.repeat(32)}`,
  authToken: 'b'.repeat(32),
  number: '+15551234567',
};

export interface Server {
  url: string;
  operatorKey: string;
}

export interface TakenCall {
  sid: string;
  form: URLSearchParams;
}

export interface CarrierFace {
  handle(request: IncomingMessage, response: ServerResponse): boolean;
  /** Asks the server for a call by one of its forms, and gives what the server then asked the carrier for. */
  dial(server: Server, form: 'outbound-call' | 'call-customer'): Promise<TakenCall>;
  /** The instructions of a call that was answered. */
  answer(call: TakenCall): Promise<string>;
  /** Tells the server that the call is over. */
  end(sid: string): Promise<void>;
  readonly taken: number;
  /** Told of every call that is taken, on the clock of `performance.now()`. */
  onTaken: (to: string, atMs: number) => void;
  /** Whether everybody who is called is busy, which the server is told at once; else all phones ring for ever. */
  allAreBusy: boolean;
}

const sign = (url: string, fields: Record<string, string> = {}) => {
  const text = Object.keys(fields)
    .sort()
    .map((name) => `${name}${fields[name]}`);
  return createHmac('sha1', account.authToken)
    .update(url + text.join(''))
    .digest('base64');
};

/** What stands behind # is for the carrier alone; an address is signed as it was given and asked without a look-up. */
export async function webhook(address: string, fields: Record<string, string>): Promise<string> {
  const url = address.split('#')[0] ?? '';
  const response = await fetch(url.replace('//localhost', '//127.0.0.1'), {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': sign(url, fields) },
    body: new URLSearchParams(fields).toString(),
  });
  if (!response.ok) throw new Error(`webhook answered ${response.status}`);
  return response.text();
}

/** The socket that instructions ask for, opened and signed, with the parameters that go with it. */
export async function openSocket(twiml: string): Promise<{ socket: WebSocket; parameters: Record<string, string> }> {
  const toPlain = (text: string) => text.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&amp;', '&');
  const [, url] = /<(?:ConversationRelay|Stream) url="([^"]+)"/.exec(twiml) ?? [];
  if (url === undefined) throw new Error(`no socket in the instructions: ${twiml.slice(0, 300)}`);
  const address = toPlain(url);
  const found = twiml.matchAll(/<Parameter name="([^"]*)" value="([^"]*)"/g);
  const parameters = Object.fromEntries([...found].map(([, name = '', value = '']) => [toPlain(name), toPlain(value)]));
  const socket = new WebSocket(address.replace('//localhost', '//127.0.0.1'), {
    headers: { 'x-twilio-signature': sign(address) },
    perMessageDeflate: false,
  });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return { socket, parameters };
}

export function createCarrierFace(): CarrierFace {
  const calls = new Map<string, URLSearchParams>();
  const byNumber = new Map<string, TakenCall>();
  let numbers = 0;
  const report = async (sid: string, status: 'busy' | 'completed') => {
    const form = calls.get(sid) ?? new URLSearchParams();
    await webhook(form.get('StatusCallback') ?? '', {
      ...{ CallSid: sid, AccountSid: account.sid, CallStatus: status, CallDuration: '0', Direction: 'outbound-api' },
      ...{ From: form.get('From') ?? '', To: form.get('To') ?? '', ApiVersion: '2010-04-01' },
    }).catch((error: unknown) => console.error(`${status} was not heard: ${error}`));
  };
  const answerJson = (response: ServerResponse, status: number, body: unknown) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  const toResource = (sid: string, status: string) => ({
    ...{ sid, status, to: calls.get(sid)?.get('To'), from: calls.get(sid)?.get('From') },
    ...{ date_created: new Date().toUTCString(), duration: null },
  });
  const face: CarrierFace = {
    onTaken: () => {},
    allAreBusy: false,
    get taken() {
      return calls.size;
    },
    handle(request, response) {
      const [, sid] = /\/2010-04-01\/Accounts\/\w+\/Calls(?:\/(\w+))?\.json/.exec(request.url ?? '') ?? [null, null];
      if (!request.url?.startsWith('/2010-04-01/')) return false;
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => {
        if (sid) return answerJson(response, 200, toResource(sid, request.method === 'POST' ? 'completed' : 'ringing'));
        if (request.method !== 'POST') return answerJson(response, 200, { calls: [], next_page_uri: null });
        const form = new URLSearchParams(body);
        const made = `CA${String(calls.size + 1).padStart(32, '0')}`;
        calls.set(made, form);
        byNumber.set(form.get('To') ?? '', { sid: made, form });
        face.onTaken(form.get('To') ?? '', performance.now());
        answerJson(response, 201, toResource(made, 'queued'));
        if (face.allAreBusy) void report(made, 'busy');
        return undefined;
      });
      return true;
    },
    async dial(server, form) {
      numbers += 1;
      const to = `+1212${String(2_000_000 + numbers)}`;
      const path = form === 'outbound-call' ? '/api/outbound-call' : '/call-customer';
      const response = await fetch(`${server.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${server.operatorKey}` },
        body: JSON.stringify(form === 'outbound-call' ? { to } : { to, verification: numbers }),
      });
      const text = await response.text();
      const call = byNumber.get(to);
      if (!response.ok || !call) throw new Error(`not placed: ${response.status} ${text.slice(0, 300)}`);
      return call;
    },
    end: (sid) => report(sid, 'completed'),
    async answer({ sid, form }) {
      const fields = {
        ...{ CallSid: sid, AccountSid: account.sid, CallStatus: 'in-progress', Direction: 'outbound-api' },
        ...{ From: form.get('From') ?? '', To: form.get('To') ?? '', ApiVersion: '2010-04-01' },
      };
      const twiml = form.get('Twiml');
      if (twiml !== null) return twiml;
      return webhook(form.get('Url') ?? '', fields);
    },
  };
  return face;
}
