/** A carrier in memory for tests: its calls, what it does when asked for one, and what it was told. */
import {
  type CallOrder,
  type Carrier,
  type CarrierCall,
  CarrierOutcomeUnknown,
  CarrierRefused,
  CarrierUnavailable,
  type MediaCodec,
  type MediaCommand,
  type MediaEvent,
} from '../../ports/carrier.ts';
import { plainCodec } from './fake-line.ts';

/** `lost-answer`: the phone rings, but we never hear so. `lost-request`: it does not. */
type Placing = 'accepts' | 'refuses' | 'lost-answer' | 'lost-request' | 'crashes';

export interface FakeCarrier extends Carrier {
  placing: Placing;
  isDown: boolean;
  calls: Map<string, CarrierCall>;
  orders: CallOrder[];
  ended: string[];
  /** Calls whose recording was to end. */
  stopped: string[];
  /** The sound of each recording, by the carrier's id of it. */
  recordings: Map<string, Uint8Array>;
}

const isRinging = ({ status }: CarrierCall) => status === 'queued' || status === 'initiated' || status === 'ringing';

const route = (path: string) => ({
  method: 'POST' as const,
  path,
  parse: () => null,
  reply: () => ({ status: 204, contentType: null, body: '' }),
});

const routes: Carrier['routes'] = {
  instructions: route('/instructions'),
  voice: route('/voice'),
  status: route('/status'),
  after: route('/after'),
  recording: route('/recording'),
  transcript: route('/transcript'),
  detection: route('/detection'),
  transferOver: route('/transfer-over'),
  transferLeg: route('/transfer-leg'),
  briefing: route('/briefing'),
  briefingAnswer: route('/briefing-answer'),
};

/** A command to the media socket as the fake carrier writes it: sound as base64. */
export type PlainMediaCommand = Exclude<MediaCommand, { type: 'audio' }> | { type: 'audio'; payload: string };

/** Plain JSON, with sound as base64 under `payload`. */
export const plainMediaCodec: MediaCodec = {
  decode(frame) {
    const event = JSON.parse(frame) as Exclude<MediaEvent, { type: 'audio' }> | PlainSound;
    if (event.type !== 'audio') return event;
    return { type: 'audio', sound: Buffer.from(event.payload, 'base64'), timestampMs: event.timestampMs };
  },
  encoderOf: (streamSid) => (command) => {
    const plain: PlainMediaCommand =
      command.type === 'audio' ? { type: 'audio', payload: Buffer.from(command.sound).toString('base64') } : command;
    return JSON.stringify({ ...plain, streamSid });
  },
};

interface PlainSound {
  type: 'audio';
  payload: string;
  timestampMs: number;
}

export function createFakeCarrier(clock: { now(): number }): FakeCarrier {
  const whileUp = () => {
    if (carrier.isDown) throw new CarrierUnavailable('no answer');
  };
  let rung = 0;
  const ring = (order: CallOrder): CarrierCall => {
    rung += 1;
    const carrierSid = `CA${String(rung).padStart(32, '0')}`;
    const ends = { to: order.to, from: order.from };
    const call: CarrierCall = {
      carrierSid,
      ...ends,
      status: 'queued',
      createdAtMs: clock.now(),
      durationSeconds: null,
    };
    carrier.calls.set(carrierSid, call);
    return call;
  };
  const carrier: FakeCarrier = {
    name: 'fake',
    adviceFor: () => null,
    placing: 'accepts',
    isDown: false,
    calls: new Map(),
    orders: [],
    ended: [],
    stopped: [],
    recordings: new Map(),
    async placeCall(order) {
      carrier.orders.push(order);
      if (carrier.placing === 'refuses') {
        throw new CarrierRefused('The number is not valid.', { code: 21211, httpStatus: 400 });
      }
      if (carrier.placing === 'crashes') throw new TypeError('bug');
      if (carrier.placing === 'lost-request') throw new CarrierOutcomeUnknown('timed out');
      const { carrierSid, status } = ring(order);
      if (carrier.placing === 'lost-answer') throw new CarrierOutcomeUnknown('timed out');
      return { carrierSid, status };
    },
    async fetchCall(carrierSid) {
      whileUp();
      return carrier.calls.get(carrierSid) ?? null;
    },
    async findCalls({ to, from, sinceMs }) {
      whileUp();
      const found = [...carrier.calls.values()].filter(
        (call) => call.to === to && call.from === from && call.createdAtMs >= sinceMs,
      );
      return found.reverse();
    },
    async redirectCall() {
      whileUp();
    },
    async endCall(carrierSid) {
      whileUp();
      carrier.ended.push(carrierSid);
      const call = carrier.calls.get(carrierSid);
      if (call?.status === 'in_progress') call.status = 'completed';
      else if (call && isRinging(call)) call.status = 'canceled';
    },
    ...recordingsOf(() => carrier, whileUp),
    async setNumberWebhooks() {
      whileUp();
      return 'set';
    },
    async findNumberWebhook() {
      whileUp();
      return 'us';
    },
    verify: () => true,
    verifySocket: () => true,
    routes,
    relay: plainCodec,
    media: plainMediaCodec,
  };
  return carrier;
}

/** What one can ask about recordings. */
const recordingsOf = (
  carrier: () => FakeCarrier,
  whileUp: () => void,
): Pick<Carrier, 'stopRecording' | 'fetchRecording' | 'deleteRecording'> => ({
  async stopRecording(carrierSid) {
    whileUp();
    carrier().stopped.push(carrierSid);
  },
  async fetchRecording(recordingSid) {
    whileUp();
    const sound = carrier().recordings.get(recordingSid);
    return sound ? { contentType: 'audio/wav', length: sound.length, body: inPieces(sound) } : null;
  },
  async deleteRecording(recordingSid) {
    whileUp();
    carrier().recordings.delete(recordingSid);
  },
});

async function* inPieces(sound: Uint8Array): AsyncGenerator<Uint8Array> {
  const middle = Math.ceil(sound.length / 2);
  yield sound.subarray(0, middle);
  yield sound.subarray(middle);
}
