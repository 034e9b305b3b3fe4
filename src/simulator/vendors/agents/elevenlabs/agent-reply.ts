/** One reply of an agent on its way: sent in a few large chunks, and cut where the person spoke over it. */
import { bytesPerMs } from '../../../../audio/mulaw.ts';
import type { CancelTimer, Clock } from '../../../../base/clock.ts';
import type { VendorDelays } from '../../vendor.ts';
import type { PlaybackEstimate } from '../playback-estimate.ts';
import { type SpokenPiece, toHeardText } from '../say-reply.ts';
import { sendPaced } from '../send-paced.ts';
import type { WireFormat } from '../wire-sound.ts';
import { type ServerMessage, toAudioMessage, toChunks } from './server-messages.ts';

export interface AgentReplyParts {
  clock: Clock;
  delays: VendorDelays;
  playback: PlaybackEstimate;
  format: WireFormat;
  eventId: number;
  text: string;
  pieces: readonly SpokenPiece[];
  send(message: ServerMessage): void;
  /** Its first sound is being sent. */
  begun(): void;
  /** All of it was sent, or the sending was stopped. */
  over(): void;
}

export class AgentReply {
  readonly #parts: AgentReplyParts;
  readonly #stopSending: CancelTimer;
  /** Where it began in all that was ever sent; null before that. */
  #beganAtMs: number | null = null;

  constructor(parts: AgentReplyParts) {
    this.#parts = parts;
    const { clock, delays, pieces } = parts;
    this.#stopSending = sendPaced({
      ...{ clock, delays, parts: toChunks(pieces) },
      send: (chunk) => {
        if (this.#beganAtMs === null) this.#begin();
        parts.send(toAudioMessage(chunk, parts.eventId, parts.format));
        for (const piece of chunk.pieces) parts.playback.add(piece.sound.length / bytesPerMs);
      },
      sent: () => parts.over(),
    });
  }

  get eventId(): number {
    return this.#parts.eventId;
  }

  get hasBegun(): boolean {
    return this.#beganAtMs !== null;
  }

  /** As far as the estimate can know. */
  get heardText(): string {
    if (this.#beganAtMs === null) return '';
    return toHeardText(this.#parts.pieces, this.#parts.playback.playedMs - this.#beganAtMs);
  }

  stop(): void {
    this.#stopSending();
    this.#parts.over();
  }

  /** What the vendor tells after an interruption; null when all of it had been heard. */
  toCorrection(): ServerMessage | null {
    const { text, eventId } = this.#parts;
    const heard = this.heardText;
    if (heard === text.trimEnd()) return null;
    return {
      type: 'agent_response_correction',
      agent_response_correction_event: {
        ...{ original_agent_response: text, corrected_agent_response: heard, event_id: eventId },
      },
    };
  }

  #begin(): void {
    const { playback, text, eventId, begun, send } = this.#parts;
    this.#beganAtMs = playback.sentMs;
    begun();
    send({ type: 'agent_response', agent_response_event: { agent_response: text, event_id: eventId } });
  }
}
