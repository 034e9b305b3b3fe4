/** For tests: a phone network in virtual time with a small application, and a way to let time pass. */
import { createFakeClock, type FakeClock } from '../../base/clock.ts';
import { createSeededRandom } from '../../base/random.ts';
import type { Application, ApplicationSocket } from '../in-process-outside.ts';
import { createInProcessOutside } from '../in-process-outside.ts';
import type { WebhookRequest, WebhookResponse } from '../outside.ts';
import { parsePerson } from '../person/parse-person.ts';
import { type NetworkOptions, PhoneNetwork } from '../phone-network.ts';
import { answerRest } from '../rest/rest-api.ts';
import type { RestAnswer, RestResult } from '../rest/rest-exchange.ts';

export const account = { sid: `AC${'5'.repeat(32)}`, authToken: 'secret-of-the-test', numbers: ['+15005550006'] };
export const authorization = `Basic ${Buffer.from(`${account.sid}:${account.authToken}`).toString('base64')}`;

export function twiml(body: string): WebhookResponse {
  return { status: 200, headers: { 'content-type': 'text/xml' }, body: `<Response>${body}</Response>` };
}

export const noContent: WebhookResponse = { status: 204, headers: {}, body: '' };

/** Answers `/voice` with the TwiML, everything else with nothing. */
export function sayTwiml(body: string): Application {
  return { webhook: (request) => (request.url.includes('/voice') ? twiml(body) : noContent) };
}

export type Frame = Record<string, unknown> & { type: string };

/** An application with a relay session at `/voice`; `hear` gets each frame and the socket to answer on. */
export function relayApplication(
  hear: (frame: Frame, send: (message: unknown) => void, socket: ApplicationSocket) => void,
  { attributes = '', after = twiml('<Hangup/>') }: { attributes?: string; after?: WebhookResponse } = {},
): Application & { webhooks: WebhookRequest[]; frames: Frame[]; closes: { code: number; reason: string }[] } {
  const webhooks: WebhookRequest[] = [];
  const frames: Frame[] = [];
  const closes: { code: number; reason: string }[] = [];
  const document = twiml(
    `<Connect action="/after"><ConversationRelay url="wss://app.test/relay" ${attributes}><Parameter name="job" value="42"/></ConversationRelay></Connect>`,
  );
  return {
    ...{ webhooks, frames, closes },
    webhook(request) {
      webhooks.push(request);
      if (request.url.includes('/voice')) return document;
      return request.url.includes('/after') ? after : noContent;
    },
    socket(_request, socket) {
      const send = (message: unknown) => socket.send(JSON.stringify(message));
      return {
        message(text) {
          const frame = JSON.parse(text) as Frame;
          frames.push(frame);
          hear(frame, send, socket);
        },
        closed: (code, reason) => closes.push({ code, reason }),
      };
    },
  };
}

export interface VirtualNetwork {
  clock: FakeClock;
  network: PhoneNetwork;
  /** Lets time pass in small steps, so that everything that waits on promises gets its turn. */
  pass(ms: number): Promise<void>;
  rest(method: string, path: string, form?: Record<string, string | string[]>): Promise<RestResult>;
  /** Creates a call and gives its SID. */
  call(form?: Record<string, string | string[]>): Promise<string>;
}

/** `+15005550100` is answered by the script. */
export function createVirtualNetwork(
  application: Application,
  script: string,
  options: Partial<NetworkOptions> = {},
): VirtualNetwork {
  const clock = createFakeClock();
  const person = parsePerson('tested', script);
  const network = new PhoneNetwork({
    clock,
    random: createSeededRandom(1),
    outside: createInProcessOutside(application),
    account,
    people: new Map(),
    defaultPerson: person,
    ...options,
  });
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  const rest: VirtualNetwork['rest'] = (method, path, form = {}) => {
    const [plainPath = '', query = ''] = path.split('?', 2);
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries(form)) for (const one of [value].flat()) body.append(name, one);
    const full = `/2010-04-01/Accounts/${account.sid}${plainPath}`;
    const request = { method, path: full, query: new URLSearchParams(query), authorization, body: String(body) };
    return answerRest(network, request);
  };
  return {
    clock,
    network,
    rest,
    async pass(ms) {
      await settle();
      for (let passedMs = 0; passedMs < ms; passedMs += 10) {
        clock.advance(Math.min(10, ms - passedMs));
        await settle();
      }
    },
    async call(form = {}) {
      const answer = (await rest('POST', '/Calls.json', {
        ...{ To: '+15005550100', From: '+15005550006', Url: 'https://app.test/voice' },
        ...{ StatusCallback: 'https://app.test/status' },
        StatusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
        ...form,
      })) as RestAnswer;
      return (JSON.parse(answer.body) as { sid: string }).sid;
    },
  };
}
