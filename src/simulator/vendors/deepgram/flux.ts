/** A simulated Deepgram Flux (v2/listen): a recognizer that tells turns rather than segments. */
import { z } from 'zod';
import { parseObject } from '../parse-message.ts';
import { toRefusal } from '../refusals.ts';
import { createTurnEar, type HeardTurn, type TurnEvent, usualLimits } from '../turn-ear.ts';
import type { SocketEndpoint, VendorRequest, VendorSession, VendorSocket } from '../vendor.ts';
import { closeReasons, refuseOtherModel, refuseOtherSound, requestId, toSeconds, toWireWord } from './wire-values.ts';

const eagerMs = 200;

const thresholds = z
  .object({
    eot_threshold: z.coerce.number().min(0.5).max(1).optional(),
    eager_eot_threshold: z.coerce.number().min(0.3).max(0.9).optional(),
    eot_timeout_ms: z.coerce.number().min(500).max(60_000).optional(),
  })
  .refine(({ eot_threshold = 0.7, eager_eot_threshold = 0 }) => eager_eot_threshold <= eot_threshold, {
    message: 'eager_eot_threshold must not exceed eot_threshold',
  });

const configure = z.object({
  thresholds: thresholds.optional(),
  keyterms: z.array(z.string()).optional(),
  language_hints: z.array(z.string()).optional(),
});

function parseThresholds({ url }: VendorRequest) {
  return thresholds.safeParse(Object.fromEntries(url.searchParams));
}

function refuse(request: VendorRequest) {
  const wrong = refuseOtherModel(request, /^flux-general-(?:en|multi)$/u) ?? refuseOtherSound(request);
  if (wrong) return wrong;
  const { error } = parseThresholds(request);
  return error ? toRefusal('deepgram', 400, error.issues[0]?.message ?? 'bad thresholds') : null;
}

function toLimits(given: z.output<typeof thresholds>) {
  return {
    ...(given.eager_eot_threshold === undefined ? {} : { eagerMs }),
    ...(given.eot_timeout_ms === undefined ? {} : { timeoutMs: given.eot_timeout_ms }),
  };
}

const eventNames: Record<TurnEvent['type'], string> = {
  start: 'StartOfTurn',
  update: 'Update',
  eager: 'EagerEndOfTurn',
  resumed: 'TurnResumed',
  end: 'EndOfTurn',
};

/** The longer the silence, the surer. */
function toConfidence({ silentMs }: HeardTurn): number {
  return Math.round(Math.min(0.99, silentMs / 1000 + 0.1) * 100) / 100;
}

class FluxSession implements VendorSession {
  readonly #socket: VendorSocket;
  readonly #ear: ReturnType<typeof createTurnEar>;
  #sequence = 0;

  constructor(socket: VendorSocket, request: VendorRequest) {
    this.#socket = socket;
    const limits = { ...usualLimits, ...toLimits(parseThresholds(request).data ?? {}) };
    this.#ear = createTurnEar(limits, (event, turn) => this.#tellTurn(event, turn));
    this.#send({ type: 'Connected', request_id: requestId });
  }

  message(data: string | Uint8Array): void {
    if (typeof data !== 'string') return this.#ear.hear(data);
    const message = parseObject(data);
    switch (message?.type) {
      case 'CloseStream':
        this.#ear.endTurn();
        return this.#socket.close(1000, '');
      case 'ForceEndTurn':
        return this.#ear.endTurn();
      case 'Configure':
        return this.#configure(message);
      default:
        this.#send({ type: 'Error', code: 'UNPARSABLE_CLIENT_MESSAGE', description: 'The message makes no sense' });
        return this.#socket.close(1008, closeReasons.unreadable);
    }
  }

  closed(): void {}

  #configure(message: Record<string, unknown>): void {
    const { data, error } = configure.safeParse(message);
    if (!data) {
      return this.#send({ type: 'ConfigureFailure', description: error.issues[0]?.message ?? 'bad configuration' });
    }
    this.#ear.setLimits(toLimits(data.thresholds ?? {}));
    this.#send({
      type: 'ConfigureSuccess',
      ...{
        thresholds: data.thresholds ?? {},
        keyterms: data.keyterms ?? [],
        language_hints: data.language_hints ?? [],
      },
    });
  }

  #tellTurn(event: TurnEvent, turn: HeardTurn): void {
    this.#send({
      ...{ type: 'TurnInfo', request_id: requestId, event: eventNames[event.type], turn_index: turn.index },
      ...{ audio_window_start: toSeconds(turn.startMs), audio_window_end: toSeconds(turn.nowMs) },
      ...{ transcript: turn.text, words: turn.words.map(toWireWord), end_of_turn_confidence: toConfidence(turn) },
      ...(event.type === 'end' ? { trigger: event.trigger } : {}),
    });
  }

  #send(message: Record<string, unknown>): void {
    this.#socket.send(JSON.stringify({ ...message, sequence_id: this.#sequence }));
    this.#sequence += 1;
  }
}

export const flux: SocketEndpoint = {
  ...{ vendor: 'deepgram', kind: 'stt', path: /^\/v2\/listen(?:\?|$)/u },
  refuse,
  open: (socket, request) => new FluxSession(socket, request),
};
