/** Phones in browsers, where the network is simulated: who may have one, and which number rings it. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { isPermitted } from '../account/principal.ts';
import { type Access, principalOf } from '../api/authorize.ts';
import type { Synthesize } from '../audio/spoken-sound.ts';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { createBrowserPhone } from '../simulator/browser-phone/browser-phone.ts';
import type { Simulator } from '../simulator/create-simulator.ts';
import { parsePerson } from '../simulator/person/parse-person.ts';
import type { OwnSocket } from '../sockets.ts';
import type { Foundation } from './foundation.ts';
import type { Network } from './open-network.ts';
import { firstMessage, isOwnPage, largestFrame, toMessageSocket } from './own-sockets.ts';

interface Parts {
  access: Access;
  simulator: Simulator;
  clock: Clock;
  log: Logger;
  synthesize: Synthesize;
}

const pattern = /^\/browser-phone$/;
/** Beside the ready people, in the range that is reserved for fiction. */
const numbers = Array.from({ length: 50 }, (_, index) => `+14155550${150 + index}`);
const helloSchema = z.strictObject({
  type: z.literal('hello'),
  token: z.string().max(4096).nullable(),
  /** The one it had before, where that is still free. */
  number: z.string().max(20).nullable(),
});

const nobody = parsePerson('nobody at this browser', 'does not answer');

/** None where phones are real. */
export function openBrowserPhones(
  { overrides, clock: usual, log }: Foundation,
  { access, network: { simulator, synthesize } }: { access: Access; network: Network },
): OwnSocket[] {
  if (!simulator || !synthesize) return [];
  const clock = overrides.simulator?.clock ?? usual;
  return [serveBrowserPhones({ access, simulator, synthesize, clock, log })];
}

function serveBrowserPhones(parts: Parts): OwnSocket {
  const { access, simulator, clock, log } = parts;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: largestFrame, perMessageDeflate: false });
  const taken = new Set<string>();

  const begin = async (socket: WebSocket, request: IncomingMessage) => {
    const hello = helloSchema.safeParse(await firstMessage(socket, clock));
    if (!hello.success) return socket.close(1008, 'say hello first');
    const { token, number: wanted } = hello.data;
    const { authorization: _none, ...headers } = request.headers;
    const principal = await principalOf(access, {
      headers: token === null ? headers : { ...headers, authorization: `Bearer ${token}` },
    });
    // The simulated network is everyone's: who belongs to one client must not answer the calls of another.
    const isAllowed = principal && principal.clientId === null && isPermitted(principal, 'calls:write');
    if (!isAllowed) return socket.close(4403, 'this needs the permission calls:write of the operator');
    const number = [wanted, ...numbers].find((each) => each && numbers.includes(each) && !taken.has(each));
    if (!number) return socket.close(4429, 'all phones are taken');
    if (socket.readyState !== socket.OPEN) return;
    taken.add(number);
    socket.on('close', () => {
      taken.delete(number);
      simulator.setPerson(number, nobody);
    });
    const person = createBrowserPhone({
      ...{ clock, number, socket: toMessageSocket(socket, clock) },
      synthesize: async (text) => (await parts.synthesize(text, 'application')).sound,
      dialIn: (order) => simulator.dialIn(order),
    });
    simulator.setPerson(number, person);
    const callable = simulator.numbers();
    socket.send(JSON.stringify({ type: 'ready', number, callable }));
  };

  return {
    pattern,
    open(request: IncomingMessage, socket: Duplex, head: Buffer) {
      if (!isOwnPage(request) || sockets.clients.size >= 2 * numbers.length) {
        socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      sockets.handleUpgrade(request, socket, head, (opened) => {
        opened.on('error', () => opened.terminate());
        begin(opened, request).catch((error) => {
          log.error({ reason: messageOf(error) }, 'a phone in a browser could not be opened');
          opened.close(1011, 'server fault');
        });
      });
    },
    close() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
    },
  };
}
