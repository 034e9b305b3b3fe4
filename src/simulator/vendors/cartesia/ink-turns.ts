/** Simulated Cartesia Ink with turns (stt/turns): tells when a turn begins, is probably over, and is over. */
import { z } from 'zod';
import { parseObject, toComplaint } from '../parse-message.ts';
import { toRefusal } from '../refusals.ts';
import { createTurnEar, type TurnEar, usualLimits } from '../turn-ear.ts';
import type { SocketEndpoint, VendorRequest, VendorSession, VendorSocket } from '../vendor.ts';
import { refuseOtherSound, requestId, toErrorMessage } from './wire-values.ts';

const eagerMs = 200;

const settings = z.object({
  turn_start_threshold: z.coerce.number().min(0.5).max(0.9).optional(),
  turn_eager_end_threshold: z.coerce.number().min(0.3).max(0.6).optional(),
  turn_end_threshold: z.coerce.number().min(0.05).max(0.5).optional(),
  turn_end_timeout_ms: z.coerce.number().min(640).max(11_200).default(5600),
});

const config = z.object({
  type: z.literal('config'),
  turn: z.object({
    start_threshold: z.number().min(0.5).max(0.9).optional(),
    eager_end_threshold: z.number().min(0.3).max(0.6).optional(),
    end_threshold: z.number().min(0.05).max(0.5).optional(),
    end_timeout_ms: z.number().min(640).max(11_200).optional(),
  }),
});

function parseSettings({ url }: VendorRequest) {
  return settings.safeParse(Object.fromEntries(url.searchParams));
}

const eventNames = {
  start: 'turn.start',
  update: 'turn.update',
  eager: 'turn.eager_end',
  resumed: 'turn.resume',
  end: 'turn.end',
} as const;
/** Events that come without the words. */
const bare: readonly string[] = ['start', 'resumed'];

function openTurns(socket: VendorSocket, request: VendorRequest): VendorSession {
  const timeoutMs = parseSettings(request).data?.turn_end_timeout_ms ?? usualLimits.timeoutMs;
  const ear = createTurnEar({ ...usualLimits, eagerMs, timeoutMs }, ({ type }, { text }) => {
    const transcript = bare.includes(type) ? {} : { transcript: text };
    socket.send(JSON.stringify({ type: eventNames[type], request_id: requestId, ...transcript }));
    if (type === 'start') socket.send(JSON.stringify({ type: 'turn.update', request_id: requestId, transcript: text }));
  });
  socket.send(JSON.stringify({ type: 'connected', request_id: requestId }));
  return {
    message: (data) => (typeof data === 'string' ? obey(data, socket, ear) : ear.hear(data)),
    closed() {},
  };
}

function obey(text: string, socket: VendorSocket, ear: TurnEar): void {
  const message = parseObject(text);
  if (message?.type === 'close') {
    ear.endTurn();
    return socket.close(1000, '');
  }
  const { data, error } = config.safeParse(message);
  if (!data) return socket.send(toErrorMessage(400, toComplaint(error)));
  if (data.turn.end_timeout_ms !== undefined) ear.setLimits({ timeoutMs: data.turn.end_timeout_ms });
}

export const inkTurns: SocketEndpoint = {
  ...{ vendor: 'cartesia', kind: 'stt', path: /^\/stt\/turns\/websocket(?:\?|$)/u },
  refuse(request) {
    const { error } = parseSettings(request);
    return refuseOtherSound(request, ['ink-2']) ?? (error ? toRefusal('cartesia', 400, toComplaint(error)) : null);
  },
  open: openTurns,
};
